"""CORE. A log line about bad input at most every so often, however much of it comes."""

EVERY_S = 10.0


class Complaints:
    """Counts what can't be used, and says when to write it down."""

    def __init__(self) -> None:
        self.total = 0
        """Everything that was complained about."""
        self._next_s: float | None = None
        self._told = 0

    def due(self, now: float) -> int | None:
        """Count one; how many there were since the last line if it is time for a line."""
        self.total += 1
        if self._next_s is not None and now < self._next_s:
            return None
        self._next_s = now + EVERY_S
        count, self._told = self.total - self._told, self.total
        return count
