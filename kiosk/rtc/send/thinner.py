"""Leaves pictures out evenly, down to a wanted rate. Pure."""

ENOUGH = 0.25
"""A picture goes with less than a whole one's credit: cameras aren't exact."""
MOST = 1.75


class Thinner:
    """Decides for each picture whether it is sent. Times are seconds of any one clock, which a new track begins anew."""

    def __init__(self) -> None:
        self._before: float | None = None
        self._credit = 1.0

    def keep(self, at: float, fps: float) -> bool:
        """Whether the picture of the time ``at`` is sent at ``fps`` pictures a second."""
        gone_s = at - self._before if self._before is not None else 0.0
        self._before = at
        self._credit = 1.0 if gone_s < 0 else min(MOST, self._credit + gone_s * fps)
        if self._credit < ENOUGH:
            return False
        self._credit -= 1
        return True
