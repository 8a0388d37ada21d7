"""A room made of numbers: what a microphone hears of the speaker beside it and of the person in front of it."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kiosk.media.levels import Samples
from kiosk.media.ports import BLOCK, SAMPLE_RATE
from kiosk.media.sound_sources import SPEECH, SoundFile

Wave = NDArray[np.float64]
"""Samples at 48 kHz, full scale is 1, shape ``(n,)``."""
FAR_DBFS = ECHO_DBFS = NEAR_DBFS = -26.0
"""Of speech, root mean square, pauses not counted: the echo is as loud as the person in front of the terminal."""
NOISE_DBFS = -70.0
REVERBERATION_S = 0.3
"""Until the sound is 60 dB down: a furnished office."""
DIRECT = 0.15
"""How much of the reverberation's first millisecond there is beside the direct sound, which is 1."""
OTHER_VOICE = 1.22
"""The same clip so much faster and higher is somebody else's voice."""


def speech(seconds: float, *, dbfs: float = FAR_DBFS, faster: float = 1.0, later_s: float = 0.0) -> Wave:
    """The clip that ships with the program, again and again."""
    source = SoundFile(SPEECH)
    clip = np.concatenate([source.read() for _ in range(800)]) / 32_768
    source.close()
    if faster != 1:
        clip = np.interp(np.arange(0, clip.size, faster), np.arange(clip.size), clip)
    wave = np.resize(np.roll(clip, round(later_s * SAMPLE_RATE)), round(seconds * SAMPLE_RATE))
    return at_level(wave, dbfs)


def at_level(wave: Wave, dbfs: float) -> Wave:
    """``wave`` so loud, root mean square where it isn't silent."""
    loud = np.abs(wave) > np.abs(wave).max() / 300
    level: Wave = wave * (10 ** (dbfs / 20) / np.sqrt(np.mean(wave[loud] ** 2)))
    return level


def response(seed: int) -> Wave:
    """A room's impulse response: the direct sound, then noise that dies away over `REVERBERATION_S`."""
    at_s = np.arange(round(REVERBERATION_S * SAMPLE_RATE)) / SAMPLE_RATE
    tail = np.random.default_rng(seed).standard_normal(at_s.size) * 10 ** (-3 * at_s / REVERBERATION_S)
    heard: Wave = DIRECT * tail
    heard[0] = 1
    return heard


@dataclass(frozen=True)
class Room:
    """From the speaker's device to the microphone's."""

    seed: int = 1
    delay_ms: float = 80
    drift_ppm: float = 0
    """How much faster the microphone's clock runs than the speaker's."""
    jump_ms: float = 0
    """How much longer the delay is from the middle on."""
    cut_at: float = 1
    """The amplifier cuts what is higher than this part of the highest peak."""

    def echo(self, played: Wave, dbfs: float = ECHO_DBFS) -> Wave:
        """What the microphone hears of ``played``."""
        limit = self.cut_at * np.abs(played).max()
        at = np.arange(played.size)
        delays_ms = self.delay_ms + np.where(at < played.size // 2, 0, self.jump_ms)
        heard = np.interp(
            at * (1 - self.drift_ppm / 1e6) - delays_ms * SAMPLE_RATE / 1000, at, np.clip(played, -limit, limit), 0
        )
        return at_level(_convolved(heard, response(self.seed)), dbfs)


def noise(samples: int, dbfs: float = NOISE_DBFS) -> Wave:
    """The microphone's own."""
    hiss: Wave = np.random.default_rng(7).standard_normal(samples) * 10 ** (dbfs / 20)
    return hiss


def digital(wave: Wave) -> Samples:
    """As 16 bit; what is too loud is cut."""
    samples: Samples = np.clip(np.round(wave * 32_768), -32_768, 32_767).astype(np.int16)
    return samples


def blocks(samples: Samples) -> list[Samples]:
    """In pieces of 20 ms; a rest is left out."""
    return [samples[start:end] for start, end in itertools.pairwise(range(0, samples.size + 1, BLOCK))]


def decibels(wave: Wave | Samples) -> float:
    """Ten times the logarithm of its mean square."""
    return float(10 * np.log10(np.mean(np.square(wave.astype(np.float64))) + 1e-9))


def _convolved(wave: Wave, heard: Wave) -> Wave:
    size = 1 << (wave.size + heard.size).bit_length()
    product: Wave = np.fft.irfft(np.fft.rfft(wave, size) * np.fft.rfft(heard, size), size)[: wave.size]
    return product
