"""What can happen to a terminal: besides these, the distributor's messages `Assigned Queued Answer Candidate Ended` are events."""

from dataclasses import dataclass

from kiosk.call.state import DeviceFault
from kiosk.protocol.messages import AgentCard, Answer, Assigned, Candidate, Ended, Queued


@dataclass(frozen=True)
class Online:
    """The distributor has welcomed this terminal."""


@dataclass(frozen=True)
class Offline:
    """The distributor is gone or can't be reached; ``code`` as in `Snapshot.offline_code`."""

    code: str


@dataclass(frozen=True)
class Seen:
    """Whom pre-roll had ready at the press: the lease ``fence`` on ``agent``, whose pictures come on the link ``link_id``."""

    fence: int
    link_id: str
    agent: AgentCard


@dataclass(frozen=True)
class Pressed:
    """The call button was pressed at ``at`` (seconds, monotonic); ``call_id`` is fresh, used if this begins a call."""

    call_id: str
    at: float
    seen: Seen | None = None
    """The agent who can be shown at once, if any."""


@dataclass(frozen=True)
class EndPressed:
    """The customer ended the call, or left the queue, on the screen."""


@dataclass(frozen=True)
class MuteToggled:
    """The customer switched the microphone off or on."""


@dataclass(frozen=True)
class DevicesChanged:
    """All devices that don't work now; empty when all do."""

    faults: tuple[DeviceFault, ...]


@dataclass(frozen=True)
class OfferReady:
    """The peer that `PreparePeer` asked for has its offer."""

    call_id: str
    sdp: str


@dataclass(frozen=True)
class FaceDrawn:
    """The first live frame of the agent was drawn at ``at`` (seconds, monotonic)."""

    call_id: str
    at: float


@dataclass(frozen=True)
class PeerLost:
    """The media connection couldn't be made or broke for good."""

    call_id: str


@dataclass(frozen=True)
class LinkGone:
    """The standby link that the call was to use isn't there, or broke for good."""

    call_id: str


@dataclass(frozen=True)
class MediaStalled:
    """Nothing of the agent has come for a while."""

    call_id: str


@dataclass(frozen=True)
class MediaFlows:
    """Pictures or sound of the agent come (again)."""

    call_id: str


@dataclass(frozen=True)
class TimeUp:
    """The deadline that the machine gave has passed."""


Event = (
    Online
    | Offline
    | Pressed
    | EndPressed
    | MuteToggled
    | DevicesChanged
    | OfferReady
    | FaceDrawn
    | PeerLost
    | LinkGone
    | MediaStalled
    | MediaFlows
    | TimeUp
    | Assigned
    | Queued
    | Answer
    | Candidate
    | Ended
)

__all__ = [
    "Answer",
    "Assigned",
    "Candidate",
    "DevicesChanged",
    "EndPressed",
    "Ended",
    "Event",
    "FaceDrawn",
    "LinkGone",
    "MediaFlows",
    "MediaStalled",
    "MuteToggled",
    "OfferReady",
    "Offline",
    "Online",
    "PeerLost",
    "Pressed",
    "Queued",
    "Seen",
    "TimeUp",
]
