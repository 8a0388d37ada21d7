"""The screens' properties as tables, without Qt."""

import pytest

from kiosk.call.state import DeviceFault, Snapshot, State
from kiosk.hardware.ports import LampPattern
from kiosk.protocol.fields import EndReason, QueueReason
from kiosk.ui.props import Reason, Screen, ScreenProps, derive, initials, lamp_for

CAMERA = DeviceFault("camera", "Nothing is at /dev/video0.", "Plug it in.")
SPEAKER = DeviceFault("speaker", "No such sink.")


@pytest.mark.parametrize(
    ("state", "screen", "lamp", "controls"),
    [
        (State.OFFLINE, Screen.OFFLINE, LampPattern.OFF, set()),
        (State.IDLE, Screen.IDLE, LampPattern.BREATHE, {"press"}),
        (State.CALLING, Screen.CONNECTING, LampPattern.BLINK, {"end"}),
        (State.WAITING, Screen.BUSY, LampPattern.BLINK, {"end"}),
        (State.SETTING_UP, Screen.CONNECTING, LampPattern.BLINK, {"end"}),
        (State.IN_CALL, Screen.IN_CALL, LampPattern.STEADY, {"end", "mute"}),
        (State.THANKS, Screen.THANK_YOU, LampPattern.BREATHE, {"press"}),
        (State.OUT_OF_SERVICE, Screen.OUT_OF_SERVICE, LampPattern.OFF, set()),
    ],
)
def test_each_state_has_its_screen_lamp_and_controls(
    state: State, screen: Screen, lamp: LampPattern, controls: set[str]
) -> None:
    props = derive(Snapshot(state))
    offered = {"press": props.can_press, "end": props.can_end, "mute": props.can_mute}
    assert (props.screen, props.lamp) == (screen, lamp)
    assert {name for name, there in offered.items() if there} == controls
    assert lamp_for(state) is lamp


def test_the_table_covers_every_state() -> None:
    """A state that is added without a screen is noticed here."""
    for state in State:
        assert derive(Snapshot(state)).screen in Screen


@pytest.mark.parametrize(
    ("queue_reason", "expected"),
    [
        (QueueReason.ALL_BUSY, Reason.ALL_BUSY),
        (QueueReason.NO_AGENTS, Reason.NO_AGENTS),
        (None, Reason.ALL_BUSY),
    ],
)
def test_why_a_customer_waits(queue_reason: QueueReason | None, expected: Reason) -> None:
    assert derive(Snapshot(State.WAITING, queue_reason=queue_reason)).reason is expected


@pytest.mark.parametrize(
    ("end_reason", "expected"),
    [
        (EndReason.CUSTOMER_HUNG_UP, Reason.GOODBYE),
        (EndReason.AGENT_HUNG_UP, Reason.GOODBYE),
        (None, Reason.GOODBYE),
        (EndReason.CUSTOMER_LEFT, Reason.LEFT),
        (EndReason.CUSTOMER_GONE, Reason.LOST),
        (EndReason.AGENT_GONE, Reason.LOST),
        (EndReason.SETUP_FAILED, Reason.LOST),
        (EndReason.MEDIA_LOST, Reason.LOST),
        (EndReason.NOT_KNOWN, Reason.LOST),
    ],
)
def test_the_farewell_is_honest_about_how_it_ended(end_reason: EndReason | None, expected: Reason) -> None:
    assert derive(Snapshot(State.THANKS, end_reason=end_reason)).reason is expected


def test_every_end_reason_has_a_farewell() -> None:
    """A reason that the protocol gains is noticed here."""
    for end_reason in EndReason:
        assert derive(Snapshot(State.THANKS, end_reason=end_reason)).reason is not Reason.NONE


def test_other_screens_give_no_reason() -> None:
    """What is left over from the last call isn't said on the next screen."""
    assert derive(Snapshot(State.IDLE, end_reason=EndReason.MEDIA_LOST)).reason is Reason.NONE


@pytest.mark.parametrize("state", [State.SETTING_UP, State.IN_CALL])
def test_the_agent_is_shown_while_they_are_with_the_customer(state: State) -> None:
    props = derive(Snapshot(state, call_id="c1", agent_name="Anna Lind", agent_role="Adviser"))
    assert (props.agent_name, props.agent_role, props.agent_initials, props.picture_of) == (
        "Anna Lind",
        "Adviser",
        "AL",
        "c1/Anna Lind",
    )


@pytest.mark.parametrize(
    "state", [state for state in State if state not in {State.GREETING, State.SETTING_UP, State.IN_CALL}]
)
def test_nobody_is_shown_otherwise(state: State) -> None:
    """Not even while a call waits for another agent."""
    props = derive(Snapshot(state, call_id="c1", agent_name="Anna Lind", agent_role="Adviser"))
    assert (props.agent_name, props.agent_role, props.agent_initials, props.picture_of) == ("", "", "", "")


def test_another_agent_of_the_same_call_is_another_picture() -> None:
    first = derive(Snapshot(State.SETTING_UP, call_id="c1", agent_name="Anna"))
    assert first.picture_of != derive(Snapshot(State.SETTING_UP, call_id="c1", agent_name="Ben")).picture_of


def test_a_bad_line_is_shown_in_a_call_only() -> None:
    assert derive(Snapshot(State.IN_CALL, line_bad=True)).line_bad
    assert not derive(Snapshot(State.IN_CALL)).line_bad
    assert not derive(Snapshot(State.THANKS, line_bad=True)).line_bad


def test_muted_is_shown_in_a_call_only() -> None:
    assert derive(Snapshot(State.IN_CALL, muted=True)).muted
    assert not derive(Snapshot(State.IN_CALL)).muted
    assert not derive(Snapshot(State.THANKS, muted=True)).muted


def test_offline_shows_its_code() -> None:
    assert derive(Snapshot(State.OFFLINE, offline_code="refused")).code == "net-refused"
    assert derive(Snapshot(State.IDLE, offline_code="refused")).code == ""


def test_out_of_service_names_the_device_a_customer_misses_most() -> None:
    """The camera before the loudspeaker, in whatever order they failed; the technician reads of both."""
    props = derive(Snapshot(State.OUT_OF_SERVICE, faults=(SPEAKER, CAMERA)))
    assert props.device == "camera"
    assert props.code == "dev-camera+speaker"
    assert props.technician == "camera: Nothing is at /dev/video0. Plug it in.  speaker: No such sink."


def test_a_device_that_isnt_known_comes_last() -> None:
    props = derive(Snapshot(State.OUT_OF_SERVICE, faults=(DeviceFault("scale", "Gone."), SPEAKER)))
    assert (props.device, props.code) == ("speaker", "dev-speaker+scale")


def test_faults_that_dont_stop_the_service_arent_shown() -> None:
    props = derive(Snapshot(State.IDLE, faults=(DeviceFault("lamp", "Gone."),)))
    assert (props.device, props.technician, props.code) == ("", "", "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Anna Lindqvist", "AL"),
        ("Anna Maria Lindqvist", "AL"),
        ("Anna", "A"),
        ("anna anna", "A"),
        ("李 小龍", "李小"),
        ("Łukasz Żak", "ŁŻ"),
        ("- (Ben)", ""),
        ("  ", ""),
        ("", ""),
    ],
)
def test_initials(name: str, expected: str) -> None:
    assert initials(name) == expected


def test_a_real_button_is_pointed_at_only_where_there_is_one() -> None:
    assert derive(Snapshot(State.IDLE), has_button=True).has_button
    assert not derive(Snapshot(State.IDLE)).has_button


def test_props_are_frozen() -> None:
    props = derive(Snapshot(State.IDLE))
    with pytest.raises(AttributeError):
        props.code = "x"  # type: ignore[misc] # that it can't be set is what is tested
    assert props == ScreenProps(screen=Screen.IDLE, lamp=LampPattern.BREATHE, can_press=True)
