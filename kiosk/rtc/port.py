"""What the session knows of a media connection; `kiosk.rtc.peer` is the one over aiortc."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from kiosk.protocol.messages import Candidate, IceServer


@dataclass
class PeerStats:
    """Counts of one call, as far as the peer sees them."""

    frames_in: int = 0
    """Decoded pictures of the agent."""
    frames_out: int = 0
    """Pictures of the customer handed to the encoder."""
    freezes: int = 0
    """How often the agent's picture stood still, as the W3C defines it."""
    frozen_ms: int = 0
    packets_in: int = 0
    lost_in: int = 0
    packets_out: int = 0
    lost_out: int = 0
    bytes_out: int = 0
    """Of payload, pictures and sound."""
    rtt_ms: int | None = None
    jitter_ms: int = 0
    audio_in_dbfs: float = field(default=float("-inf"))
    """Mean level of the agent's sound over the call."""
    audio_out_dbfs: float = field(default=float("-inf"))
    """Mean level of what the microphone sent over the call."""


class Peer(Protocol):
    """One call's media connection: the terminal offers, the agent's console answers."""

    @property
    def stats(self) -> PeerStats:
        """What went through so far; what the network counts is filled in by `close`."""

    @property
    def quiet_s(self) -> float:
        """Seconds since a picture or sound of the agent came, as far as it was asked before; infinite before the first."""

    async def offer(self) -> str:
        """The SDP offer with all candidates; the camera and the microphone are attached."""

    async def accept(self, sdp: str) -> None:
        """Take the agent's answer. Raises `PeerError` where it can't be used."""

    async def add_candidate(self, candidate: Candidate) -> None:
        """Take one more candidate of the agent's; one that can't be used is passed over."""

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 a switch has one argument
        """Send silence, or the microphone again."""

    async def close(self) -> None:
        """End everything; afterwards no callback comes any more. Safe to call twice."""


MakePeer = Callable[[tuple[IceServer, ...], Callable[[], None]], Peer]
"""Makes a peer from ICE servers and what to call when the connection is lost for good (at most once)."""
