"""Where pictures come from: an opened PyAV container and how its packets are to be read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from kiosk.errors import DeviceError

if TYPE_CHECKING:
    VideoPacket: TypeAlias = Packet[VideoStream]
else:
    VideoPacket = Packet  # the class takes no parameters at run time

INTRA_CODECS = frozenset({"mjpeg", "rawvideo", "wrapped_avframe", "png", "ffv1", "prores", "dnxhd", "huffyuv"})
"""Codecs whose every packet is a whole picture."""


@dataclass
class Feed:
    """An open source of packets. ``close`` ends it; call it once."""

    container: InputContainer
    stream: VideoStream
    live: bool
    """A live source sets its own pace and must be read all the time; others are paced by their timestamps and can wait."""
    stale: int = 0
    """Packets at the start that were made while the container was probed, long before they are read."""
    interrupt: Callable[[], None] = field(default=lambda: None)
    """Ends a read that hangs, where that can be done; called from another thread."""
    on_close: Callable[[], None] = field(default=lambda: None)

    @property
    def intra(self) -> bool:
        """Whether any packet can be decoded by itself."""
        return self.stream.codec_context.name in INTRA_CODECS

    def close(self) -> None:
        """Close the container and whatever feeds it."""
        self.container.close()
        self.on_close()


class Source(Protocol):
    """A way to get a `Feed`, again and again: after a fault, and at the end of a file."""

    @property
    def name(self) -> str:
        """What it is, for the log and for messages: ``pattern``, ``/dev/video0``."""

    def open(self) -> Feed:
        """Open it. Raises `DeviceError`."""

    def fault(self, error: Exception) -> DeviceError:
        """The `DeviceError` that tells a person what ``error``, met while reading, means for this source."""


def first_video(container: InputContainer) -> VideoStream | None:
    """The first video stream that isn't a cover picture."""
    return next(
        (stream for stream in container.streams.video if not stream.disposition & av.stream.Disposition.attached_pic),
        None,
    )
