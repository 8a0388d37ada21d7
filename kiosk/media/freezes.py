"""Counts the moments in which a live picture stood still, as the W3C defines a freeze."""

from collections import deque

FRAMES = 30
"""The average is over the intervals of so many frames."""
EXTRA_S = 0.15


class FreezeMeter:
    """Feed it the time of every frame (seconds). W3C webrtc-stats, ``freezeCount`` and ``totalFreezesDuration``.

    A freeze is an interval of at least three times the average interval of the last 30 frames, and of at least 150 ms more.
    """

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0
        """The sum of the intervals that were freezes."""
        self._last: float | None = None
        self._intervals: deque[float] = deque(maxlen=FRAMES)

    def feed(self, now: float) -> None:
        """A frame was shown at ``now``."""
        if self._last is not None:
            interval = now - self._last
            if self._intervals:
                average = sum(self._intervals) / len(self._intervals)
                if interval >= max(3 * average, average + EXTRA_S):
                    self.count += 1
                    self.seconds += interval
            self._intervals.append(interval)
        self._last = now
