"""CORE. When to ask for a key frame (PLI, RFC 4585 section 6.3.1): once, and again only where none comes."""

FIRST_WAIT_S = 0.25
"""A stream that begins without a key frame gets this long before it is asked for one."""
LONGEST_WAIT_S = 3.0
MAKING_S = 0.15
"""What encoding and sending a key frame may take beside the round trip."""


class KeyRequests:
    """Knows whether a key frame is needed, and when to say so next."""

    def __init__(self) -> None:
        self.asked = 0
        """Requests so far."""
        self._at: float | None = None
        self._tries = 0

    @property
    def wanted(self) -> bool:
        """A key frame is needed and hasn't come."""
        return self._at is not None

    def want(self, at: float) -> None:
        """One is needed; ask for it at ``at`` unless it is wanted already."""
        if self._at is None:
            self._at, self._tries = at, 0

    def coming(self, now: float, rtt_s: float) -> None:
        """A part of one is there: give the rest time."""
        if self._at is not None:
            self._at = max(self._at, now + self._wait_s(rtt_s))

    def got(self) -> None:
        """It is there."""
        self._at = None

    def due(self, now: float, rtt_s: float) -> bool:
        """Whether to ask now; that counts as asked."""
        if self._at is None or now < self._at:
            return False
        self.asked += 1
        self._at = now + self._wait_s(rtt_s)
        self._tries += 1
        return True

    def next_deadline(self) -> float | None:
        """When to ask next."""
        return self._at

    def _wait_s(self, rtt_s: float) -> float:
        return float(min(LONGEST_WAIT_S, (1.5 * rtt_s + MAKING_S) * 2 ** min(self._tries, 10)))
