"""What the rest of the terminal knows of cameras, microphones and speakers; `kiosk.media.devices` makes them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import av
import numpy as np
from numpy.typing import NDArray

AudioBlock = NDArray[np.int16]
"""Mono samples at 48 kHz, shape ``(960,)``: 20 ms."""
SAMPLE_RATE = 48_000
BLOCK = 960

OnFrame = Callable[[av.VideoFrame], None]
"""Called on the capture thread with a YUV420P frame of the configured size, whose ``pts``/``time_base`` are monotonic."""
OnBlock = Callable[[AudioBlock], None]
"""Called on the audio thread; it must not block."""
OnFault = Callable[[Exception | None], None]
"""Called on any thread with a `DeviceError` when an open device fails, with None when it works again."""


class Camera(Protocol):
    """A source of pictures. While nobody is subscribed it stays open (so that a press needn't wait) but decodes nothing."""

    @property
    def label(self) -> str:
        """What it is, for the log: ``pattern 1280x720@30``."""

    def start(self, on_fault: OnFault) -> None:
        """Open the device, then capture on an own thread. Raises `DeviceError` where it isn't there."""

    def subscribe(self, on_frame: OnFrame) -> Callable[[], None]:
        """Get every frame from now on; the returned function ends it."""

    def stop(self) -> None:
        """Close the device and end the thread; safe to call twice."""


class Microphone(Protocol):
    """A source of 20 ms blocks. The device is open from `start` to `stop`, also between calls."""

    @property
    def label(self) -> str:
        """What it is, for the log."""

    def start(self, on_fault: OnFault) -> None:
        """Open the device. Raises `DeviceError` where it isn't there."""

    def subscribe(self, on_block: OnBlock) -> Callable[[], None]:
        """Get every block from now on; the returned function ends it."""

    def stop(self) -> None:
        """Close the device; safe to call twice."""


class Speaker(Protocol):
    """Plays 20 ms blocks; holds at most 200 ms and drops the oldest beyond that."""

    @property
    def label(self) -> str:
        """What it is, for the log."""

    def start(self, on_fault: OnFault) -> None:
        """Open the device. Raises `DeviceError` where it isn't there."""

    def play(self, block: AudioBlock) -> None:
        """Queue one block; never blocks, callable from any thread."""

    @property
    def latency_ms(self) -> int:
        """How long after a listener heard of it a block is in the air, as far as that is known."""

    def listen(self, on_played: OnBlock) -> Callable[[], None]:
        """Hear of every block the moment the device takes it, silence in gaps included; the returned function ends it."""

    def stop(self) -> None:
        """Close the device; safe to call twice."""


class EchoCanceller(Protocol):
    """Takes out of what a microphone hears what the speaker plays. One for each call; it learns the room as it goes."""

    def set_delay_ms(self, delay_ms: int) -> None:
        """How long after `render` a block is about to be heard again. From any thread."""

    def render(self, block: AudioBlock) -> None:
        """A block is played now. From any thread; it must not block."""

    def capture(self, block: AudioBlock) -> AudioBlock:
        """The block that was heard, cleaned. From one thread."""


@dataclass(frozen=True)
class MediaDevices:
    """What a call needs."""

    camera: Camera
    microphone: Microphone
    speaker: Speaker
