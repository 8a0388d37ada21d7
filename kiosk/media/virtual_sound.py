"""Virtual microphones and speakers: paced in real time by the monotonic clock, otherwise like real ones."""

import contextlib
import time
import wave
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import numpy as np

from kiosk.errors import DeviceError
from kiosk.media.levels import Samples, dbfs, dominant_hz, tone_level
from kiosk.media.ports import BLOCK, SAMPLE_RATE, AudioBlock
from kiosk.media.sound_device import LineMicrophone, LineSpeaker
from kiosk.media.sound_sources import SoundSource

BLOCK_S = BLOCK / SAMPLE_RATE
LATE_S = 0.2
"""A machine that was held up for longer goes on from now instead of hurrying after."""
KEPT_BLOCKS = 500
"""10 s."""


class Beat:
    """Every 20 ms from when it was made, without drift."""

    def __init__(self) -> None:
        self._from = time.monotonic()
        self._count = 0

    def wait(self, stopped: Event) -> None:
        """Wait for the next beat, or until ``stopped``."""
        self._count += 1
        left = self._from + self._count * BLOCK_S - time.monotonic()
        if left < -LATE_S:
            self._from, self._count = time.monotonic(), 0
        stopped.wait(max(0.0, left))


class PacedSource:
    """A `MicrophoneLine` over a source. Raises `DeviceError` where the source has no sound at all."""

    def __init__(self, source: SoundSource) -> None:
        self._source = source
        self._next = source.read()
        self._beat = Beat()

    def read(self, stopped: Event) -> AudioBlock:
        """The next block, at its time. Raises `DeviceError` where the source fails."""
        block = self._next
        self._beat.wait(stopped)
        self._next = self._source.read()
        return block

    def close(self) -> None:
        """Close the source."""
        self._source.close()


def virtual_microphone(label: str, make_source: Callable[[], SoundSource]) -> LineMicrophone:
    """A microphone that hears ``make_source()``, made anew whenever it is opened."""
    return LineMicrophone(label, lambda: PacedSource(make_source()))


@dataclass
class _Measured:
    beat: Beat = field(default_factory=Beat)
    kept: deque[AudioBlock] = field(default_factory=lambda: deque(maxlen=KEPT_BLOCKS))

    def wait(self, stopped: Event) -> None:
        self.beat.wait(stopped)

    def write(self, block: AudioBlock) -> None:
        self.kept.append(block)

    def close(self) -> None:
        """Holds nothing."""


class MeasuringSpeaker(LineSpeaker):
    """A speaker that plays nothing, takes blocks as fast as a real one, and can be asked what it would have played.

    It keeps the last 10 s. Measures are over the last ``seconds``, silence in gaps included.
    """

    def __init__(self) -> None:
        self._measured = _Measured()
        super().__init__("measure", self._open)

    def samples(self, seconds: float = 1.0) -> Samples:
        """What was played last, at most ``seconds`` of it, shape ``(n,)``."""
        blocks = list(self._measured.kept)[-max(1, round(seconds / BLOCK_S)) :]
        return np.concatenate(blocks) if blocks else np.zeros(0, np.int16)

    def level_dbfs(self, seconds: float = 1.0) -> float:
        """The level; ``-inf`` for silence."""
        return dbfs(self.samples(seconds))

    def dominant_hz(self, seconds: float = 1.0) -> float:
        """The frequency of the strongest tone; 0 for silence."""
        return dominant_hz(self.samples(seconds))

    def tone_level(self, hz: float, seconds: float = 1.0) -> float:
        """The level of one tone in dBFS; ``-inf`` where there is no sound."""
        return tone_level(self.samples(seconds), hz)

    def _open(self) -> _Measured:
        self._measured = _Measured()
        return self._measured


class _Recording:
    """A `SpeakerLine` that writes a WAV file, silence in gaps included."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beat = Beat()
        try:
            self._raw = path.open("wb")
        except OSError as error:
            raise self._fault(error) from None
        self._file = wave.open(self._raw, "wb")  # noqa: SIM115  as above
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(SAMPLE_RATE)

    def wait(self, stopped: Event) -> None:
        self._beat.wait(stopped)

    def write(self, block: AudioBlock) -> None:
        try:
            self._file.writeframes(block.astype("<i2").tobytes())
        except OSError as error:
            raise self._fault(error) from None

    def close(self) -> None:
        """Complete the file; an error was told when it was written."""
        with contextlib.suppress(OSError):
            self._file.close()
            self._raw.close()

    def _fault(self, error: OSError) -> DeviceError:
        what = f"{self._path} can't be written ({error.strerror or error})."
        return DeviceError("speaker", what, "Name a file in a folder that this user may write to, with space left.")


def recording_speaker(label: str, path: Path) -> LineSpeaker:
    """A speaker that records what it would play as WAV: mono, 48 kHz, 16 bit; each `start` begins the file anew."""
    return LineSpeaker(label, lambda: _Recording(path))
