"""What the machine wants done; `kiosk.session` does it, in order."""

from dataclasses import dataclass

from kiosk.protocol.messages import Call, Candidate, Connected, Declare, HangUp, Offer


@dataclass(frozen=True)
class Send:
    """Say this to the distributor."""

    message: Declare | Call | Offer | Connected | HangUp


@dataclass(frozen=True)
class PreparePeer:
    """Have a peer with an offer ready for the call, and nothing on it; answer with `OfferReady`."""

    call_id: str


@dataclass(frozen=True)
class AcceptAnswer:
    """Put the camera and the microphone on the call's peer, and give it the agent's answer."""

    call_id: str
    sdp: str


@dataclass(frozen=True)
class AddCandidate:
    """Give one more of the agent's ICE candidates to the call's peer."""

    candidate: Candidate


@dataclass(frozen=True)
class UseLink:
    """Put the camera and the microphone on this standby link; `LinkGone` says that it can't be used."""

    call_id: str
    link_id: str


@dataclass(frozen=True)
class DropLink:
    """Take everything off the call's standby link at once; a peer that was prepared for the call stays."""

    call_id: str
    spoilt: bool
    """The link is of no more use."""


@dataclass(frozen=True)
class DropPrepared:
    """The peer that was prepared for the call isn't needed: the call uses a standby link."""

    call_id: str


@dataclass(frozen=True)
class ClosePeer:
    """End the call's media at once: nothing of the customer leaves the device any more."""

    call_id: str
    spoilt: bool = False
    """A standby link that it used is of no more use."""


@dataclass(frozen=True)
class SetMuted:
    """Send silence (or sound again) for the customer's microphone."""

    muted: bool


Effect = Send | PreparePeer | AcceptAnswer | AddCandidate | UseLink | DropLink | DropPrepared | ClosePeer | SetMuted
