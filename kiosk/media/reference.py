"""What the speaker plays, kept in step with the microphone although two threads and two clocks drive the two."""

from threading import Lock

import numpy as np

from kiosk.media.levels import Samples
from kiosk.media.ports import BLOCK, SAMPLE_RATE, AudioBlock

HELD = 3
"""At most so many blocks wait, 60 ms, so that neither thread's lateness tears a hole."""
MOST = 15 * BLOCK
"""300 ms: more only where the microphone was gone."""
MISSING = 5
"""So many holes before there was enough again: sound was late in the air too, so the two are lined up anew."""
SMOOTHING = 250
"""The mean of what waits is taken over about 5 s; what it is after the first 5 s is the mark that is kept."""
DRIFT, SETTLED = BLOCK // 2, BLOCK // 4
"""Two sound cards' clocks differ by up to 100 ppm, 20 ms in 200 s. From 10 ms off the mark on, until it is 5 ms..."""
SLIP_EVERY = 5
"""... every fifth block is stretched or squeezed by one sample: 208 ppm, which cancellation follows without a gap."""


def held_for(delay_ms: int) -> int:
    """How many blocks may wait where a block is heard ``delay_ms`` after it was played.

    No more than half of the delay: an echo can't be cancelled before it is known.
    """
    return min(HELD, max(1, delay_ms // 40))


class Reference:
    """Takes blocks as they are played, from any thread, and gives one for each block that is heard, to one thread."""

    def __init__(self) -> None:
        self.restarts = 0
        """How often playing and hearing had to be lined up anew, the beginning not counted."""
        self._waiting: Samples = np.zeros(0, np.int16)
        self._target = BLOCK
        self._flowing = False
        self._late = self._missed = 0
        self._taken, self._level, self._mark, self._slipping = 0, 0.0, 0.0, 0
        self._lock = Lock()

    @property
    def waiting_ms(self) -> float:
        """How much waits to be taken."""
        return self._waiting.size * 1000 / SAMPLE_RATE

    def hold(self, blocks: int) -> None:
        """From now on, begin when so many wait, and keep it so. From any thread."""
        with self._lock:
            self._target = blocks * BLOCK

    def put(self, block: AudioBlock) -> None:
        """A block was played."""
        with self._lock:
            if self._late:
                self._late -= 1  # silence was given in its place
                return
            self._waiting = np.concatenate((self._waiting, block))
            if self._waiting.size > MOST:
                self._restart(self._waiting[-self._target :])

    def take(self) -> AudioBlock:
        """What was played when the block that is heard now was; silence where that isn't known."""
        with self._lock:
            if not self._flowing and not self._begin():
                return np.zeros(BLOCK, np.int16)
            wanted = BLOCK + self._slip()
            if self._waiting.size < wanted:
                return self._missing()
            self._missed = self._missed if self._waiting.size < self._target - DRIFT - BLOCK else 0
            block, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
            return block if wanted == BLOCK else _fitted(block)

    def _begin(self) -> bool:
        self._flowing = self._waiting.size >= self._target
        self._taken, self._level, self._slipping = 0, float(self._waiting.size), 0
        return self._flowing

    def _missing(self) -> AudioBlock:
        self._late += 1
        self._missed += 1
        if self._missed > MISSING:
            self._restart(self._waiting[:0])
        return np.zeros(BLOCK, np.int16)

    def _restart(self, waiting: Samples) -> None:
        self.restarts += 1
        self._waiting, self._flowing, self._late, self._missed = waiting, False, 0, 0

    def _slip(self) -> int:
        """By how many samples the next block is to be squeezed into 20 ms, less than none for stretched."""
        due = self._waiting.size - self._late * BLOCK
        self._taken += 1
        self._level += (due - self._level) / min(self._taken, SMOOTHING)
        if self._taken <= SMOOTHING:
            self._mark = self._level
        off = self._level - self._mark
        if abs(off) > DRIFT:
            self._slipping = 1 if off > 0 else -1
        elif abs(off) < SETTLED:
            self._slipping = 0
        return self._slipping if self._taken % SLIP_EVERY == 0 else 0


def _fitted(samples: Samples) -> AudioBlock:
    """``samples`` as one block; off by one, linear interpolation is heard by nobody, and the canceller needs no better."""
    places = np.linspace(0, samples.size - 1, BLOCK)
    fitted: AudioBlock = np.round(np.interp(places, np.arange(samples.size), samples)).astype(np.int16)
    return fitted
