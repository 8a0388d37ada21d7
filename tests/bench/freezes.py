"""Frozen pictures by WebRTC's own definition (W3C, Identifiers for WebRTC's Statistics API, ``freezeCount``). Pure."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

WINDOW = 30
"""The average is that of so many frames before."""
FIRST_S = 1 / 30
"""The average where no two pictures came."""
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
    least that average and 150 ms; the median of all stands for what was before the first. What is missing at the beginning
    and at the end counts as an interval too.
    """
    inside = [at for at in times if begin <= at <= end]
    gaps = [after - before for before, after in pairwise(inside)]
    recent = deque([median(gaps) if gaps else FIRST_S], maxlen=WINDOW)
    first, last = (inside[0] - begin, end - inside[-1]) if inside else (0.0, end - begin)
    freezes = [gap for gap in (first,) if _is_freeze(gap, recent)]
    for gap in (*gaps, last):
        if _is_freeze(gap, recent):
            freezes.append(gap)
        recent.append(gap)
    return Frozen(sum(freezes), len(freezes), max(freezes, default=0.0))


def _is_freeze(gap: float, recent: Sequence[float]) -> bool:
    average = sum(recent) / len(recent)
    return gap >= max(3 * average, average + LEAST_S)
