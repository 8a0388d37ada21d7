"""What the session and the standby links know of a media connection; `kiosk.rtc.peer` is the one over aiortc."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from kiosk.protocol.messages import Candidate, IceServer, LinkCandidate


@dataclass
class PeerStats:
    """Counts from one `Peer.attach` to the next `Peer.detach`: of one call, as far as the peer sees it."""

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
    """A media connection to an agent's console, which answers what the terminal offers.

    It is made empty: nothing of the customer goes out, and nothing of the agent is decoded, but between `attach` and
    `detach`, of which there may be many. `preview` alone lets the agent's pictures in, to be kept and not shown.
    """

    @property
    def stats(self) -> PeerStats:
        """What went through since the last `attach`; what the network counts is filled in by `settle` and `close`."""

    @property
    def quiet_s(self) -> float:
        """Seconds since a picture or sound of the agent came, as far as it was asked before; infinite before the first."""

    @property
    def has_picture(self) -> bool:
        """Whether a picture of the agent is kept, by `preview`."""

    async def offer(self) -> str:
        """The SDP offer with all candidates: one audio and one video transceiver, both ways, with nothing on them."""

    async def accept(self, sdp: str) -> None:
        """Take the agent's answer. Raises `PeerError` where it can't be used."""

    async def add_candidate(self, candidate: Candidate | LinkCandidate) -> None:
        """Take one more candidate of the agent's; one that can't be used is passed over."""

    def preview(self, on: bool) -> None:  # noqa: FBT001 a switch has one argument
        """Decode the agent's pictures and keep the newest, or stop that and forget it; nothing is handed on or sent."""

    def attach(self, *, muted: bool = False) -> None:
        """A call begins: the camera and the microphone go out, the agent comes in; a kept picture is handed on at once.

        Raises `DeviceError` where a device is missing.
        """

    def detach(self) -> None:
        """The call is over: nothing goes out or is decoded from now on. Safe to call twice."""

    async def settle(self) -> PeerStats:
        """After `detach`: the call's counts, the network's included."""

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 a switch has one argument
        """Send silence, or the microphone again."""

    async def close(self) -> None:
        """End everything; afterwards no callback comes any more. Safe to call twice."""


@dataclass(frozen=True)
class PeerEvents:
    """Whom a peer calls, on the event loop."""

    on_ready: Callable[[], None]
    """ICE and DTLS are done; at most once."""
    on_lost: Callable[[], None]
    """The connection can't be made or is lost for good; at most once."""


MakePeer = Callable[[tuple[IceServer, ...], PeerEvents], Peer]
"""Makes a peer from ICE servers and whom it is to call."""
