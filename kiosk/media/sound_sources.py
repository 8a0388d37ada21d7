"""What virtual microphones hear: tones, the spoken clip, files."""

import math
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Protocol

import av
import numpy as np

from kiosk.errors import DeviceError
from kiosk.media.ports import BLOCK, SAMPLE_RATE, AudioBlock

SPEECH = Path(__file__).with_name("speech.ogg")
"""A spoken clip; ``make_speech.sh`` beside it made it."""
TONE_PEAK = 3_276.8
"""-20 dBFS: a tenth of full scale."""
BEEP_SAMPLES = SAMPLE_RATE // 4


class SoundSource(Protocol):
    """Mono sound at 48 kHz without an end."""

    def read(self) -> AudioBlock:
        """The next 20 ms. Raises `DeviceError` where there is no more to be had."""

    def close(self) -> None:
        """Let go of what it holds."""


class Tone:
    """A pure tone of ``hz`` at -20 dBFS; with ``beeping`` it is on and off for 250 ms each."""

    def __init__(self, hz: float, *, beeping: bool = False) -> None:
        self._hz, self._beeping = hz, beeping
        self._at = 0

    def read(self) -> AudioBlock:
        """The next 20 ms; the phase goes on from block to block."""
        when = np.arange(self._at, self._at + BLOCK)
        self._at += BLOCK
        wave = TONE_PEAK * np.sin(2 * math.pi * self._hz / SAMPLE_RATE * when)
        if self._beeping:
            wave[when // BEEP_SAMPLES % 2 == 1] = 0
        block: AudioBlock = np.round(wave).astype(np.int16)
        return block

    def close(self) -> None:
        """Holds nothing."""


class SoundFile:
    """Any sound file that libav reads, mixed to mono, at 48 kHz, in a loop; decoded as it is needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._blocks = self._loop()

    def read(self) -> AudioBlock:
        """The next 20 ms. Raises `DeviceError` where the file can't be read; it is tried again at its start next time."""
        try:
            return next(self._blocks)
        except (av.FFmpegError, OSError) as error:
            self._blocks = self._loop()
            raise _file_fault(self._path, error) from None

    def close(self) -> None:
        """Close the file."""
        self._blocks.close()

    def _loop(self) -> Generator[AudioBlock, None, None]:
        while True:
            heard = False
            for block in _decode(self._path):
                heard = True
                yield block
            if not heard:
                raise av.InvalidDataError(0, "no sound")


def _decode(path: Path) -> Iterator[AudioBlock]:
    """The file's sound once, in blocks; the last one is filled up with silence."""
    resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE, BLOCK)
    with av.open(f"file:{path}") as container:
        if not container.streams.audio:
            raise av.InvalidDataError(0, "no sound")
        for frame in container.decode(container.streams.audio[0]):
            for piece in resampler.resample(frame):
                yield _as_block(piece)
        for piece in resampler.resample(None):
            yield _as_block(piece)


def _as_block(frame: av.AudioFrame) -> AudioBlock:
    block = np.zeros(BLOCK, np.int16)
    block[: frame.samples] = frame.to_ndarray().reshape(-1)[: frame.samples]
    return block


def _file_fault(path: Path, error: Exception) -> DeviceError:
    if isinstance(error, FileNotFoundError):
        return DeviceError("microphone", f"There is no file {path}.", "Name a sound file that exists.")
    if isinstance(error, PermissionError):
        return DeviceError("microphone", f"This user may not read {path}.", "Change the file's permissions.")
    return DeviceError("microphone", f"{path} is no sound that can be played.", "Use a file that a media player plays.")
