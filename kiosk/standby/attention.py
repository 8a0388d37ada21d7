"""CORE. From single looks to presence: somebody who stays is present, and gone only after not being seen for a while."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Times:
    """In seconds."""

    stay_s: float = 1.0
    """Whoever is seen for so long is present: passers-by aren't."""
    gap_s: float = 0.6
    """So short a time of not being seen doesn't begin the stay anew."""
    gone_s: float = 3.0
    """Whoever isn't seen for so long is gone: people stand still, and turn away for a moment."""


class Attention:
    """Feed it with every look. Times are monotonic seconds."""

    def __init__(self, times: Times | None = None) -> None:
        self.present = False
        self._times = times or Times()
        self._since: float | None = None
        self._last = float("-inf")

    def look(self, seen: bool, now: float) -> bool:  # noqa: FBT001 one fact
        """Whether somebody is present, after a look at ``now`` that has ``seen`` somebody or not."""
        if seen:
            if self._since is None or (not self.present and now - self._last > self._times.gap_s):
                self._since = now
            self._last = now
            self.present = self.present or now - self._since >= self._times.stay_s
        elif now - self._last >= self._times.gone_s:
            self.present, self._since = False, None
        return self.present
