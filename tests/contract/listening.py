"""What sound tests listen with: collected blocks and faults, waited for, never slept for."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from kiosk.errors import DeviceError
from kiosk.media.levels import Samples, dbfs, dominant_hz, tone_level
from kiosk.media.ports import AudioBlock, Microphone, Speaker

LIMIT_S = 15.0


@dataclass
class Listener:
    """Collects blocks and faults; `until` waits for what they should come to."""

    blocks: list[AudioBlock] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)
    faults: list[DeviceError | None] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def on_block(self, block: AudioBlock) -> None:
        with self.changed:
            self.blocks.append(block)
            self.times_s.append(time.monotonic())
            self.changed.notify_all()

    def on_fault(self, error: Exception | None) -> None:
        assert error is None or isinstance(error, DeviceError)
        with self.changed:
            self.faults.append(error)
            self.changed.notify_all()

    def until(self, reached: Callable[[], bool], what: str) -> None:
        with self.changed:
            assert self.changed.wait_for(reached, LIMIT_S), f"{what}: not within {LIMIT_S} s; faults {self.faults}"

    def fault(self, number: int) -> DeviceError | None:
        """The fault or healing of this number, waited for."""
        self.until(lambda: len(self.faults) > number, f"fault {number}")
        return self.faults[number]

    def hear(self, microphone: Microphone, number: int) -> list[AudioBlock]:
        """The next ``number`` blocks."""
        self.blocks.clear()
        self.times_s.clear()
        leave = microphone.subscribe(self.on_block)
        try:
            self.until(lambda: len(self.blocks) >= number, f"{number} blocks")
        finally:
            leave()
        return self.blocks[:number]

    def until_tone(self, microphone: Microphone, hz: float) -> None:
        """Listen until 200 ms are a tone of this frequency at about -20 dBFS."""
        leave = microphone.subscribe(self.on_block)
        try:
            self.until(lambda: len(self.blocks) >= 10 and is_tone(joined(self.blocks[-10:]), hz), f"a tone of {hz} Hz")
        finally:
            leave()


def is_tone(heard: Samples, hz: float) -> bool:
    """Whether this is a tone at about -20 dBFS (PipeWire makes mono of two equal channels 3 dB louder) and nothing else."""
    level = tone_level(heard, hz)
    return abs(dominant_hz(heard) - hz) < 3 and abs(level + 20) < 4 and abs(dbfs(heard) - level) < 1


def has_tone(heard: Samples, hz: float) -> bool:
    """Whether a stretch of 100 ms is a tone at -20 dBFS and nothing else; a busy machine may break others."""
    return any(is_tone(heard[at : at + 4800], hz) for at in range(0, max(1, heard.size - 4800), 960))


def joined(blocks: list[AudioBlock]) -> Samples:
    """The blocks as one piece."""
    return cast("Samples", np.concatenate(blocks))


def feed(microphone: Microphone, speaker: Speaker, number: int) -> None:
    """Play the next ``number`` blocks of a started microphone."""
    listener = Listener()

    def pass_on(block: AudioBlock) -> None:
        speaker.play(block)
        listener.on_block(block)

    leave = microphone.subscribe(pass_on)
    try:
        listener.until(lambda: len(listener.blocks) >= number, f"{number} blocks")
    finally:
        leave()
