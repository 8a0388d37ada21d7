"""What the built-in agent says: one clip, spoken again and again, and how far its mouth is open meanwhile."""

import asyncio
import math
import time
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import av
import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from numpy.typing import NDArray

from kiosk.media.ports import BLOCK, SAMPLE_RATE

CLIP = Path(__file__).with_name("voice.ogg")
"""Made by ``make_voice.sh``."""
LOUD = 0.22
"""The share of full scale at which the mouth is wide open."""


class Voice:
    """The clip as samples, decoded once; positions are in seconds and go round and round."""

    def __init__(self, clip: Path = CLIP) -> None:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        with av.open(clip) as file:
            frames = [part for frame in file.decode(audio=0) for part in resampler.resample(frame)]
        samples = np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]).astype(np.int16)
        self._blocks: NDArray[np.int16] = samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK)

    def block(self, number: int) -> NDArray[np.int16]:
        """The 20 ms of samples with this number, shape ``(1, 960)``."""
        return np.atleast_2d(self._blocks[number % len(self._blocks)])

    def openness(self, seconds: float) -> float:
        """How far the mouth is open, from 0 to 1, so long after the beginning."""
        return float(self._openness[int(seconds * SAMPLE_RATE / BLOCK) % len(self._openness)])

    @cached_property
    def _openness(self) -> NDArray[np.float64]:
        loudness = np.sqrt(np.mean((self._blocks / 32_768.0) ** 2, axis=1)) / LOUD
        smooth = np.convolve(loudness, [0.25, 0.5, 0.25], mode="same")
        return np.clip(smooth, 0.0, 1.0)


class VoiceTrack(MediaStreamTrack):
    """Speaks the clip as from ``began_s`` (monotonic) on, in real time; what was to be said before the first `recv` is left out.

    The sound's time counts from ``clock_s`` (monotonic, not later than ``began_s``), as `FilmTrack`'s does.
    """

    kind = "audio"

    def __init__(self, voice: Voice, began_s: float, clock_s: float | None = None) -> None:
        super().__init__()
        self._voice = voice
        self._began_s = began_s
        self._first_pts = 0 if clock_s is None else round((began_s - clock_s) * SAMPLE_RATE)
        self._number: int | None = None

    async def recv(self) -> av.AudioFrame:
        """The next 20 ms; raises aiortc's ``MediaStreamError`` once stopped."""
        if self._number is None:
            self._number = max(0, math.floor((time.monotonic() - self._began_s) * SAMPLE_RATE / BLOCK))
        await asyncio.sleep(self._began_s + self._number * BLOCK / SAMPLE_RATE - time.monotonic())
        if self.readyState != "live":
            raise MediaStreamError
        frame = av.AudioFrame.from_ndarray(self._voice.block(self._number), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts, frame.time_base = self._first_pts + self._number * BLOCK, Fraction(1, SAMPLE_RATE)
        self._number += 1
        return frame
