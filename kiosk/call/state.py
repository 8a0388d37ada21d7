"""What the terminal is doing, as one frozen value that the screens, the lamp and the log are derived from."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.protocol.fields import EndReason, QueueReason


class State(StrEnum):
    """The terminal's states; `kiosk.call.table` lists every way between them."""

    OFFLINE = "offline"
    """The distributor can't be reached; no call is possible."""
    IDLE = "idle"
    """Ready: a press connects."""
    CALLING = "calling"
    """The button was pressed; the distributor hasn't answered yet."""
    GREETING = "greeting"
    """The button was pressed while pre-roll had an agent ready, who is on the screen; the distributor hasn't confirmed it yet."""
    WAITING = "waiting"
    """Everyone is helping someone; the first agent who is free gets the call."""
    SETTING_UP = "setting_up"
    """An agent is assigned; the media is on its way."""
    IN_CALL = "in_call"
    """The agent's live picture was drawn."""
    THANKS = "thanks"
    """The call is over; a press begins the next one."""
    OUT_OF_SERVICE = "out_of_service"
    """A device that a call needs isn't there."""


@dataclass(frozen=True)
class DeviceFault:
    """A device that doesn't work: ``device`` is ``camera``, ``microphone``, ``speaker``, ``button`` or ``lamp``."""

    device: str
    what: str
    advice: str = ""


@dataclass(frozen=True)
class Snapshot:
    """Everything that can be seen of the terminal at one moment."""

    state: State
    online: bool = False
    offline_code: str = "starting"
    """Why there is no distributor, a short code for the corner of the screen: ``starting refused unresolved untrusted
    rejected silent closed``."""
    call_id: str | None = None
    agent_name: str = ""
    agent_role: str = ""
    queue_reason: QueueReason | None = None
    end_reason: EndReason | None = None
    faults: tuple[DeviceFault, ...] = ()
    muted: bool = False
    line_bad: bool = False
    """In a call: nothing comes from the agent just now; the connection is being repaired."""
