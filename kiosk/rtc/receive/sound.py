"""Patches for sound that isn't there, and small changes of its length, by whole periods of the voice (48 kHz, mono).

The method is waveform similarity overlap-add, as in G.711 appendix I and WSOLA (Verhelst and Roelands, 1993). Opus's own
concealment isn't reachable: PyAV takes an empty packet for the end of the stream.
"""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

RATE = 48_000
COARSE = 4
"""The period is looked for in every fourth sample first."""
SHORTEST, LONGEST = 120, 480
"""Periods of 2.5 to 10 ms: voices from 100 to 400 Hz, and lower ones by their half."""
TEMPLATE = 480
MEMORY = 2 * RATE // 50
"""40 ms are remembered."""
FADE_AFTER, FADE_FOR = RATE // 50, RATE // 10
"""A patch is at full level for 20 ms, then fades for 100 ms."""
BLEND = RATE // 200
"""5 ms from a patch into what is real again."""
SIMILAR = 0.5
QUIET = 100.0
"""RMS below which (-50 dBFS) any cut goes unheard."""


def period(samples: Samples) -> tuple[int, float]:
    """``(period, likeness)`` of the end of ``samples``, which has at least `TEMPLATE` + `LONGEST` of them.

    By so many samples earlier the last 10 ms came before; ``likeness`` says how alike the two are, up to 1.
    """
    recent = samples[-(TEMPLATE + LONGEST) :].astype(np.float64)
    coarse, _ = _best(recent[::COARSE], range(SHORTEST // COARSE, LONGEST // COARSE + 1))
    near = range(max(SHORTEST, COARSE * (coarse - 1)), min(LONGEST, COARSE * (coarse + 1)) + 1)
    return _best(recent, near)


def _best(recent: NDArray[np.float64], lags: range) -> tuple[int, float]:
    size = len(recent) // 2
    end = len(recent)
    template = recent[end - size :]
    earlier = np.stack([recent[end - size - lag : end - lag] for lag in lags])
    norms = np.sqrt((earlier**2).sum(axis=1) * (template**2).sum()) + 1e-9
    likeness = earlier @ template / norms
    best = int(likeness.argmax())
    return lags[best], float(likeness[best])


def blend(fading: Samples, rising: Samples) -> Samples:
    """From one to the other, both of the same length."""
    weight = np.linspace(0.0, 1.0, len(rising))
    mixed: Samples = np.rint(fading * (1 - weight) + rising * weight).astype(np.int16)
    return mixed


def stretched(samples: Samples, by: int) -> Samples:
    """``samples`` one period shorter (``by`` -1) or longer (1); unchanged where a cut would be heard.

    20 ms or more are needed; 10 ms may change, the rest stays as it is.
    """
    if by == 0 or len(samples) < TEMPLATE + LONGEST:
        return samples
    quiet = float(np.sqrt(np.mean(samples[: TEMPLATE + LONGEST].astype(np.float64) ** 2))) < QUIET
    length, likeness = (LONGEST, 1.0) if quiet else period(samples[: TEMPLATE + LONGEST])
    if likeness < SIMILAR:
        return samples
    end = TEMPLATE + LONGEST
    before, last = samples[end - 2 * length : end - length], samples[end - length : end]
    if by < 0:
        return np.concatenate([samples[: end - 2 * length], blend(before, last), samples[end:]])
    return np.concatenate([samples[: end - length], blend(last, before), last, samples[end:]])


class Concealer:
    """Remembers what was played, and goes on with it where nothing has arrived."""

    def __init__(self) -> None:
        self._memory: Samples = np.zeros(MEMORY, np.int16)
        self._cycle: Samples | None = None
        self._patched = 0

    def good(self, samples: Samples) -> Samples:
        """Real sound: gives it, led over from the patch before it if there was one."""
        if self._cycle is not None:
            size = min(BLEND, len(samples))
            led = blend(self._patch(self._cycle, size), samples[:size])
            samples = np.concatenate([led, samples[size:]])
            self._cycle, self._patched = None, 0
        self._memory = np.concatenate([self._memory, samples])[-MEMORY:]
        return samples

    def lost(self, count: int) -> Samples:
        """``count`` samples in place of those that are lost: the voice goes on, and fades."""
        if self._cycle is None:
            self._cycle = self._find_cycle()
        return self._patch(self._cycle, count)

    def _find_cycle(self) -> Samples:
        """As many whole periods as fit into the last 20 ms: a single one would buzz."""
        length, _ = period(self._memory)
        size = length * max(1, (TEMPLATE + LONGEST) // length)
        cycle = self._memory[-size:].astype(np.float64)
        # no step where the cycle follows its own end: the difference is spread over 2.5 ms
        step = float(self._memory[-1]) - float(self._memory[-size - 1])
        ramp = np.zeros(size)
        ramp[:SHORTEST] = np.linspace(step, 0.0, SHORTEST)
        smoothed: Samples = np.clip(np.rint(cycle + ramp), -32768, 32767).astype(np.int16)
        return smoothed

    def _patch(self, cycle: Samples, count: int) -> Samples:
        places = self._patched + np.arange(count)
        gain = np.clip(1.0 - (places - FADE_AFTER) / FADE_FOR, 0.0, 1.0)
        self._patched += count
        patch: Samples = np.rint(cycle[places % len(cycle)] * gain).astype(np.int16)
        return patch
