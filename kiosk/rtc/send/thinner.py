"""Leaves pictures out evenly, down to a wanted rate. Pure."""

ENOUGH = 0.25
"""A picture goes with less than a whole one's credit: cameras aren't exact."""
MOST = 1.75
WEIGHT, LONGEST_S = 0.05, 1.0
"""Of a distance in the mean of the last ones; a longer one is a pause."""


class Thinner:
    """Decides for each picture whether it is sent. Times are seconds of any one clock, which a new track begins anew."""

    def __init__(self) -> None:
        self._before: float | None = None
        self._credit = 1.0
        self.fps = 30.0
        """How many pictures a second are kept, lately."""
        self._kept: float | None = None

    def keep(self, at: float, fps: float) -> bool:
        """Whether the picture of the time ``at`` is sent at ``fps`` pictures a second."""
        gone_s = at - self._before if self._before is not None else 0.0
        self._before = at
        self._credit = 1.0 if gone_s < 0 else min(MOST, self._credit + gone_s * fps)
        if self._credit < ENOUGH:
            return False
        self._credit -= 1
        if self._kept is not None and 0 < (gap_s := at - self._kept) < LONGEST_S:
            self.fps = 1 / ((1 - WEIGHT) / self.fps + WEIGHT * gap_s)
        self._kept = at
        return True
