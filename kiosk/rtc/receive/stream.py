"""What the receiver's two kinds of streams have in common, and what they say to each other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import RtpPacket
from av.frame import Frame


@dataclass
class Face:
    """One far end's picture and sound, which belong together; both streams of a transport share it."""

    picture_delay_s: float = 0.0
    """How long the picture waits for the line's jitter and repairs."""


@dataclass(frozen=True)
class Outward:
    """What a stream may do: hand on a frame, ask for packets again by their numbers (16 bits), ask for a key frame."""

    show: Callable[[Frame], None]
    resend: Callable[[list[int]], None]
    ask_key_frame: Callable[[], None]
    odd: Callable[[str], None]
    """Something can't be used: what it is."""


class Stream(Protocol):
    """From RTP packets of one source to frames. On the event loop."""

    def take(self, packet: RtpPacket, codec: RTCRtpCodecParameters, *, resent: bool) -> None:
        """A packet, unwrapped if it was a retransmission. Raises ValueError for a payload that isn't the codec's."""

    def close(self) -> None:
        """End it; nothing is handed on after this."""

    def join(self) -> None:
        """After `close`: wait until its threads have ended."""
