"""CORE. Numbers that wrap, made into numbers that only grow (RFC 3550, appendix A.1)."""

FAR = 1000
"""A sequence number further away than this is a stray, unless the next packet carries on from it."""
PORTION = 1 << 16


class Unwrapped:
    """RTP timestamps (32 bits) as integers that don't wrap; each is taken as near to the one before as it can be."""

    def __init__(self) -> None:
        self._last: int | None = None

    def place(self, stamp: int) -> int:
        """The unwrapped timestamp."""
        if self._last is None:
            self._last = stamp
        half = 1 << 31
        self._last += (stamp - self._last + half) % (1 << 32) - half
        return self._last


class Sequence:
    """RTP sequence numbers (16 bits) as integers that don't wrap."""

    def __init__(self) -> None:
        self.newest: int | None = None
        """The highest number so far."""
        self.restarts = 0
        """How often the numbers began anew elsewhere; everything from before is of no use then."""
        self._stray: int | None = None

    def place(self, number: int) -> int | None:
        """The unwrapped number, or None for a stray that is to be ignored."""
        if self.newest is None:
            self.newest = number
            return number
        step = (number - self.newest + PORTION // 2) % PORTION - PORTION // 2
        if abs(step) <= FAR:
            self._stray = None
            self.newest = max(self.newest, self.newest + step)
            return self.newest + min(step, 0)
        if number != self._stray:
            self._stray = (number + 1) % PORTION
            return None
        # two packets in a row carry on elsewhere: the sender began anew; its new numbers are above all old ones
        self.restarts += 1
        self._stray = None
        self.newest = (self.newest // PORTION + 2) * PORTION + number
        return self.newest
