"""The terminal's call state machine, told as stories."""

import pytest

from kiosk.call import effects as f
from kiosk.call import events as e
from kiosk.call.state import State
from kiosk.protocol.fields import CallPhase, EndReason, QueueReason
from kiosk.protocol.messages import Connected, Declare, HangUp
from tests.call.story import CAMERA_GONE, Story, only, sent


def test_a_press_connects(story: Story) -> None:
    """From the press to the face: the peer is prepared before the distributor is asked, so that it is ready sooner."""
    story.online()
    prepare, call = story.press()
    assert prepare == f.PreparePeer("call1")
    assert sent((call,)) == ["call"]
    assert story.state is State.CALLING
    assert sent(story.offer()) == ["offer"], "the distributor keeps it for whoever is assigned"
    assert story.assigned() == ()
    assert story.machine.snapshot.agent_name == "Ann"
    assert story.answered() == (f.AcceptAnswer("call1", "answer"),)
    assert only(story.candidate(), f.AddCandidate)
    story.now += 0.25
    (connected,) = story.face()
    assert isinstance(connected, f.Send)
    assert connected.message == Connected(id=connected.message.id, call_id="call1", press_to_face_ms=250)
    assert story.state is State.IN_CALL
    assert story.machine.next_deadline() is None


def test_an_offer_that_comes_after_the_assignment_is_sent_at_once(story: Story) -> None:
    story.to(State.CALLING)
    assert story.assigned() == ()
    assert sent(story.offer()) == ["offer"]


def test_everyone_is_busy_and_then_somebody_is_free(story: Story) -> None:
    story.to(State.CALLING)
    assert sent(story.offer()) == ["offer"]
    story.queued(QueueReason.NO_AGENTS)
    assert story.machine.snapshot.queue_reason is QueueReason.NO_AGENTS
    story.queued(QueueReason.ALL_BUSY)
    assert story.machine.snapshot.queue_reason is QueueReason.ALL_BUSY
    assert story.machine.next_deadline() is None, "a customer may wait as long as they like"
    assert story.assigned() == ()
    assert story.state is State.SETTING_UP


def test_another_agent_gets_a_fresh_peer(story: Story) -> None:
    """The first agent didn't answer: an offer is good for one answerer only."""
    story.to(State.SETTING_UP)
    assert story.assigned("bob") == (f.ClosePeer("call1"), f.PreparePeer("call1"))
    assert story.machine.snapshot.agent_name == "Bob"
    assert sent(story.offer()) == ["offer"]


def test_back_to_the_queue_when_the_agent_did_not_answer(story: Story) -> None:
    story.to(State.SETTING_UP)
    assert story.queued() == (f.ClosePeer("call1"), f.PreparePeer("call1"))
    assert story.state is State.WAITING
    assert story.machine.snapshot.agent_name == ""


@pytest.mark.parametrize("state", [State.CALLING, State.WAITING, State.SETTING_UP])
def test_the_customer_leaves_before_the_call_is_there(story: Story, state: State) -> None:
    story.to(state)
    close, goodbye = story.tell(e.EndPressed())
    assert close == f.ClosePeer("call1")
    assert isinstance(goodbye, f.Send)
    assert isinstance(goodbye.message, HangUp)
    assert goodbye.message.reason is EndReason.CUSTOMER_LEFT
    assert story.state is State.IDLE


@pytest.mark.parametrize("state", [State.CALLING, State.SETTING_UP])
def test_a_set_up_that_takes_too_long_ends_honestly(story: Story, state: State) -> None:
    story.to(state)
    assert story.tell(e.TimeUp()) == (), "not yet"
    effects = story.time_up()
    assert only(effects, f.ClosePeer)
    assert sent(effects) == ["hang_up"]
    assert story.state is State.THANKS
    assert story.machine.snapshot.end_reason is EndReason.SETUP_FAILED


@pytest.mark.parametrize("state", [State.CALLING, State.WAITING, State.SETTING_UP])
def test_media_that_fails_before_the_call_ends_it_on_both_sides(story: Story, state: State) -> None:
    story.to(state)
    assert sent(story.lost()) == ["hang_up"]
    assert story.machine.snapshot.end_reason is EndReason.SETUP_FAILED


@pytest.mark.parametrize("state", [State.CALLING, State.WAITING, State.SETTING_UP, State.IN_CALL])
def test_the_distributor_ends_the_call(story: Story, state: State) -> None:
    story.to(state)
    assert story.ended(EndReason.AGENT_GONE) == (f.ClosePeer("call1"),)
    assert story.state is State.THANKS
    assert story.machine.snapshot.end_reason is EndReason.AGENT_GONE


@pytest.mark.parametrize("hang_up", [e.EndPressed(), e.Pressed("call2", 200.0)])
def test_the_customer_hangs_up_by_screen_or_button(story: Story, hang_up: e.Event) -> None:
    story.to(State.IN_CALL)
    story.now = 200.0
    effects = story.tell(hang_up)
    assert only(effects, f.ClosePeer)
    assert sent(effects) == ["hang_up"]
    assert story.machine.snapshot.end_reason is EndReason.CUSTOMER_HUNG_UP


@pytest.mark.parametrize("state", [State.CALLING, State.WAITING, State.SETTING_UP, State.IN_CALL])
def test_a_nervous_second_press_changes_nothing(story: Story, state: State) -> None:
    story.to(state)
    story.now += 0.5
    assert story.tell(e.Pressed("other", story.now)) == ()
    assert story.state is state


def test_mute_goes_on_and_off_and_ends_with_the_call(story: Story) -> None:
    story.to(State.IN_CALL)
    assert story.tell(e.MuteToggled()) == (f.SetMuted(muted=True),)
    assert story.tell(e.MuteToggled()) == (f.SetMuted(muted=False),)
    story.tell(e.MuteToggled())
    story.ended()
    assert not story.machine.snapshot.muted


def test_the_thank_you_goes_by_itself(story: Story) -> None:
    story.to(State.THANKS)
    assert story.tell(e.TimeUp()) == (), "not yet"
    assert story.state is State.THANKS
    story.time_up()
    assert story.state is State.IDLE
    assert story.machine.snapshot.agent_name == "", "the next customer sees nothing of the last one"


def test_a_touch_ends_the_thank_you(story: Story) -> None:
    story.to(State.THANKS).tell(e.EndPressed())
    assert story.state is State.IDLE


def test_the_next_press_connects_during_the_thank_you(story: Story) -> None:
    story.to(State.THANKS)
    assert sent(story.press()) == ["call"]
    assert story.machine.snapshot.end_reason is None


def test_a_press_during_the_thank_you_without_a_distributor_shows_offline(story: Story) -> None:
    story.to(State.THANKS).offline()
    assert story.press() == ()
    assert story.state is State.OFFLINE


@pytest.mark.parametrize("state", [State.CALLING, State.WAITING])
def test_a_call_that_nobody_serves_ends_with_the_connection(story: Story, state: State) -> None:
    assert story.to(state).offline() == (f.ClosePeer("call1"),)
    assert story.state is State.OFFLINE


@pytest.mark.parametrize(
    ("state", "phase"), [(State.SETTING_UP, CallPhase.SETTING_UP), (State.IN_CALL, CallPhase.CONNECTED)]
)
def test_a_served_call_goes_on_without_distributor_and_is_declared_to_the_next(
    story: Story, state: State, phase: CallPhase
) -> None:
    story.to(state).offline()
    assert story.state is state
    story.now += 2
    (declare,) = story.online()
    assert isinstance(declare, f.Send)
    assert isinstance(declare.message, Declare)
    (call,) = declare.message.calls
    assert (call.call_id, call.phase, call.peer_id, call.age_ms) == ("call1", phase, "ann", 2000)


def test_a_call_that_ends_while_the_distributor_is_away(story: Story) -> None:
    story.to(State.IN_CALL).offline()
    story.tell(e.EndPressed())
    story.time_up()
    assert story.state is State.OFFLINE
    (declare,) = story.online()
    assert isinstance(declare, f.Send)
    assert isinstance(declare.message, Declare)
    assert declare.message.calls == ()
    assert story.state is State.IDLE


def test_offline_says_why(story: Story) -> None:
    story.tell(e.Offline("unresolved"))
    assert story.machine.snapshot.offline_code == "unresolved"
    story.online()
    story.offline()
    assert (story.state, story.machine.snapshot.offline_code) == (State.OFFLINE, "closed")


@pytest.mark.parametrize("state", [State.IDLE, State.OFFLINE])
def test_a_missing_device_puts_it_out_of_service_until_it_is_there_again(story: Story, state: State) -> None:
    story.to(state).devices(CAMERA_GONE)
    assert story.state is State.OUT_OF_SERVICE
    assert story.machine.snapshot.faults == CAMERA_GONE
    story.offline()
    assert sent(story.online()) == ["declare"]
    assert story.press() == ()
    assert story.state is State.OUT_OF_SERVICE
    story.devices()
    assert story.state is State.IDLE


@pytest.mark.parametrize("state", [State.CALLING, State.WAITING, State.SETTING_UP, State.IN_CALL, State.THANKS])
def test_a_device_that_fails_in_a_call_counts_afterwards(story: Story, state: State) -> None:
    story.to(state).devices(CAMERA_GONE)
    assert story.state is state
    if state is not State.THANKS:
        story.ended()
    story.time_up()
    assert story.state is State.OUT_OF_SERVICE


@pytest.mark.parametrize("state", list(State))
def test_what_comes_late_for_another_call_changes_nothing(story: Story, state: State) -> None:
    story.to(state)
    before = story.machine.snapshot
    story.calls += 7
    for late in (
        story.offer,
        story.face,
        story.lost,
        story.assigned,
        story.queued,
        story.answered,
        story.candidate,
        story.stalled,
        story.flows,
    ):
        assert late() == ()
    assert story.ended() == ()
    assert story.machine.snapshot == before
