"""How loud sound is, and which tone is in it.

Levels are in dBFS after AES17: a sine whose peaks reach full scale is 0 dBFS. Silence is ``-inf``.
"""

import math

import numpy as np
from numpy.typing import NDArray

from kiosk.media.ports import SAMPLE_RATE

FULL_SCALE = 32_768.0
SILENCE = float("-inf")
Samples = NDArray[np.int16]
"""Mono samples at 48 kHz, shape ``(n,)``."""


def dbfs(samples: Samples) -> float:
    """The level of ``samples``; ``-inf`` for silence and for none."""
    return _level(_energy(samples), samples.size)


def dominant_hz(samples: Samples) -> float:
    """The frequency of the strongest tone, in Hz; 0 for silence. 100 ms give it to within about 1 Hz."""
    if samples.size < 3 or not samples.any():
        return 0.0
    windowed = samples.astype(np.float64) * np.hanning(samples.size)
    magnitudes = np.abs(np.fft.rfft(windowed)) + 1e-9
    peak = int(np.argmax(magnitudes[1:-1])) + 1
    below, here, above = np.log(magnitudes[peak - 1 : peak + 2])
    curve = below - 2 * here + above
    shift = 0.5 * (below - above) / curve if curve else 0.0
    return float((peak + shift) * SAMPLE_RATE / samples.size)


def tone_level(samples: Samples, hz: float) -> float:
    """The level of the tone of ``hz`` in ``samples``, by one windowed bin of a Fourier transform; ``-inf`` without it."""
    if samples.size < 3:
        return SILENCE
    window = np.hanning(samples.size)
    turn = np.exp(-2j * math.pi * hz / SAMPLE_RATE * np.arange(samples.size))
    peak = 2 * abs(np.dot(samples * window, turn)) / window.sum()
    return 20 * math.log10(peak / FULL_SCALE) if peak > 0 else SILENCE


class LevelMeter:
    """The mean level of a stream of blocks; for one thread."""

    def __init__(self) -> None:
        self.blocks = 0
        self._samples = 0
        self._energy = 0.0

    def add(self, block: Samples) -> None:
        """Count one block."""
        self.blocks += 1
        self._samples += block.size
        self._energy += _energy(block)

    @property
    def dbfs(self) -> float:
        """The level over everything that was added."""
        return _level(self._energy, self._samples)


def _energy(samples: Samples) -> float:
    wide = samples.astype(np.float64)
    return float(np.dot(wide, wide))


def _level(energy: float, samples: int) -> float:
    """A sine's mean square is half of its peak's: hence the 2."""
    return 10 * math.log10(2 * energy / samples / FULL_SCALE**2) if energy > 0 else SILENCE
