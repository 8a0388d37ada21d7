"""What the screen shows, derived from the terminal's state alone: values in, values out, no Qt."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.call.state import DeviceFault, Snapshot, State
from kiosk.hardware.ports import LampPattern
from kiosk.protocol.fields import EndReason, QueueReason


class Screen(StrEnum):
    """The screens; each is one file of ``qml/screens``."""

    IDLE = "idle"
    CONNECTING = "connecting"
    IN_CALL = "in_call"
    THANK_YOU = "thank_you"
    BUSY = "busy"
    OFFLINE = "offline"
    OUT_OF_SERVICE = "out_of_service"


class Reason(StrEnum):
    """Which words a screen uses where it has more than one set of them."""

    NONE = ""
    ALL_BUSY = "all_busy"
    NO_AGENTS = "no_agents"
    GOODBYE = "goodbye"
    """One of the two people ended the call."""
    LEFT = "left"
    """The customer left the queue, or pressed cancel."""
    LOST = "lost"
    """The call broke, or never came about; a press connects again."""


@dataclass(frozen=True)
class ScreenProps:
    """Everything that the screens, the lamp and the pictures need to know."""

    screen: Screen
    lamp: LampPattern
    can_press: bool = False
    can_end: bool = False
    can_mute: bool = False
    muted: bool = False
    line_bad: bool = False
    """The agent can't be seen or heard just now; the connection is being repaired."""
    has_button: bool = False
    """There is a real button beside the one on the screen."""
    agent_name: str = ""
    agent_role: str = ""
    agent_initials: str = ""
    reason: Reason = Reason.NONE
    device: str = ""
    """Out of service: the device that the customer is told of, as in `DeviceFault.device`."""
    technician: str = ""
    """Out of service: one line for the person who mends it."""
    code: str = ""
    """Small and grey in a corner: what is wrong, for somebody who is told of it over the telephone."""
    picture_of: str = ""
    """Whose live picture may be shown; when it changes, the last picture is gone. Empty: nobody's."""


_SCREENS = {
    State.OFFLINE: Screen.OFFLINE,
    State.IDLE: Screen.IDLE,
    State.CALLING: Screen.CONNECTING,
    State.GREETING: Screen.CONNECTING,
    State.WAITING: Screen.BUSY,
    State.SETTING_UP: Screen.CONNECTING,
    State.IN_CALL: Screen.IN_CALL,
    State.THANKS: Screen.THANK_YOU,
    State.OUT_OF_SERVICE: Screen.OUT_OF_SERVICE,
}
_LAMPS = {
    State.OFFLINE: LampPattern.OFF,
    State.IDLE: LampPattern.BREATHE,
    State.CALLING: LampPattern.BLINK,
    State.GREETING: LampPattern.BLINK,
    State.WAITING: LampPattern.BLINK,
    State.SETTING_UP: LampPattern.BLINK,
    State.IN_CALL: LampPattern.STEADY,
    State.THANKS: LampPattern.BREATHE,
    State.OUT_OF_SERVICE: LampPattern.OFF,
}
_PRESSABLE = frozenset({State.IDLE, State.THANKS})
_ENDABLE = frozenset({State.CALLING, State.GREETING, State.WAITING, State.SETTING_UP, State.IN_CALL})
_WITH_AGENT = frozenset({State.GREETING, State.SETTING_UP, State.IN_CALL})
_FAREWELLS = {
    EndReason.CUSTOMER_HUNG_UP: Reason.GOODBYE,
    EndReason.AGENT_HUNG_UP: Reason.GOODBYE,
    EndReason.CUSTOMER_LEFT: Reason.LEFT,
    EndReason.CUSTOMER_GONE: Reason.LOST,
    EndReason.AGENT_GONE: Reason.LOST,
    EndReason.SETUP_FAILED: Reason.LOST,
    EndReason.MEDIA_LOST: Reason.LOST,
    EndReason.NOT_KNOWN: Reason.LOST,
    None: Reason.GOODBYE,
}
_DEVICE_ORDER = ("camera", "microphone", "speaker", "button", "lamp")


def lamp_for(state: State) -> LampPattern:
    """What the lamp in the button says in ``state``."""
    return _LAMPS[state]


def derive(snapshot: Snapshot, *, has_button: bool = False) -> ScreenProps:
    """The screen for ``snapshot``; ``has_button`` says that there is a real button to point at."""
    state = snapshot.state
    agent = snapshot if state in _WITH_AGENT else Snapshot(state)
    faults = _by_weight(snapshot.faults) if state is State.OUT_OF_SERVICE else ()
    return ScreenProps(
        screen=_SCREENS[state],
        lamp=lamp_for(state),
        can_press=state in _PRESSABLE,
        can_end=state in _ENDABLE,
        can_mute=state is State.IN_CALL,
        muted=snapshot.muted and state is State.IN_CALL,
        line_bad=snapshot.line_bad and state is State.IN_CALL,
        has_button=has_button,
        agent_name=agent.agent_name,
        agent_role=agent.agent_role,
        agent_initials=initials(agent.agent_name),
        reason=_reason(snapshot),
        device=faults[0].device if faults else "",
        technician="  ".join(_line(fault) for fault in faults),
        code=_code(snapshot, faults),
        picture_of=f"{agent.call_id}/{agent.agent_name}" if agent.call_id else "",
    )


def initials(name: str) -> str:
    """The first letters of the first and the last word: ``Anna Maria Lind`` gives ``AL``."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper() if words else ""


def _reason(snapshot: Snapshot) -> Reason:
    if snapshot.state is State.WAITING:
        return Reason.NO_AGENTS if snapshot.queue_reason is QueueReason.NO_AGENTS else Reason.ALL_BUSY
    if snapshot.state is State.THANKS:
        return _FAREWELLS[snapshot.end_reason]
    return Reason.NONE


def _by_weight(faults: tuple[DeviceFault, ...]) -> tuple[DeviceFault, ...]:
    """The fault that a customer notices most comes first."""
    order = {device: place for place, device in enumerate(_DEVICE_ORDER)}
    return tuple(sorted(faults, key=lambda fault: order.get(fault.device, len(order))))


def _line(fault: DeviceFault) -> str:
    return f"{fault.device}: {fault.what} {fault.advice}".strip()


def _code(snapshot: Snapshot, faults: tuple[DeviceFault, ...]) -> str:
    if snapshot.state is State.OFFLINE:
        return f"net-{snapshot.offline_code}"
    return "dev-" + "+".join(fault.device for fault in faults) if faults else ""
