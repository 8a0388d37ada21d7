"""When the next packet may leave, so that a whole picture doesn't overflow the narrowest place of the line. Pure."""

BURST_S = 0.005
"""So much may leave at once: timers aren't finer than that, and packets of one small picture may go together."""


class Pacer:
    """A leaky bucket. Times are monotonic seconds."""

    def __init__(self, bps: float) -> None:
        self.bps = bps
        """Packets leave no faster than this, in bit/s."""
        self._free_at = float("-inf")

    def wait_s(self, now: float) -> float:
        """How long the next packet has to wait; 0 where it may leave at once."""
        return max(0.0, self._free_at - BURST_S - now)

    def sent(self, size: int, now: float) -> None:
        """``size`` bytes have left, whether they had to wait or not."""
        self._free_at = max(self._free_at, now) + size * 8 / self.bps

    def queued_s(self, now: float) -> float:
        """How much time what has left already still takes on the line, as far as this knows."""
        return max(0.0, self._free_at - now)
