"""Frozen pictures by WebRTC's own definition (W3C, Identifiers for WebRTC's Statistics API, ``freezeCount``). Pure."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

WINDOW = 30
"""The average is that of so many frames before."""
FIRST_S = 1 / 30
"""The average where there was none before."""
LEAST_S = 0.150


@dataclass(frozen=True)
class Frozen:
    """What was frozen of a stretch of time."""

    seconds: float
    """All freezes together, each with its whole interval, as in ``totalFreezesDuration``."""
    count: int
    longest_s: float


def frozen(times: Sequence[float], begin: float, end: float) -> Frozen:
    """The freezes between ``begin`` and ``end`` of a picture that was drawn at ``times`` (all in seconds).

    An interval between two drawn frames is a freeze where it is at least three times the average of the 30 before, and at
    least that average and 150 ms. What is missing at the beginning and at the end counts as an interval too.
    """
    inside = [at for at in times if begin <= at <= end]
    recent: deque[float] = deque([FIRST_S], maxlen=WINDOW)
    freezes = []
    for before, after in zip([begin, *inside], [*inside, end], strict=True):
        interval, average = after - before, sum(recent) / len(recent)
        if interval >= max(3 * average, average + LEAST_S):
            freezes.append(interval)
        recent.append(interval)
    return Frozen(sum(freezes), len(freezes), max(freezes, default=0.0))
