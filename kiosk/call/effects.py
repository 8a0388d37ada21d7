"""What the machine wants done; `kiosk.session` does it, in order."""

from dataclasses import dataclass

from kiosk.protocol.messages import Call, Candidate, Connected, Declare, HangUp, Offer


@dataclass(frozen=True)
class Send:
    """Say this to the distributor."""

    message: Declare | Call | Offer | Connected | HangUp


@dataclass(frozen=True)
class PreparePeer:
    """Make a peer for the call, with the camera and the microphone attached, and its offer; answer with `OfferReady`."""

    call_id: str


@dataclass(frozen=True)
class AcceptAnswer:
    """Give the agent's answer to the call's peer."""

    call_id: str
    sdp: str


@dataclass(frozen=True)
class AddCandidate:
    """Give one more of the agent's ICE candidates to the call's peer."""

    candidate: Candidate


@dataclass(frozen=True)
class ClosePeer:
    """End the call's media at once: nothing of the customer leaves the device any more."""

    call_id: str


@dataclass(frozen=True)
class SetMuted:
    """Send silence (or sound again) for the customer's microphone."""

    muted: bool


Effect = Send | PreparePeer | AcceptAnswer | AddCandidate | ClosePeer | SetMuted
