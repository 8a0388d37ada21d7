"""One RTP clock for a link, whatever tracks come and go on it (RFC 3550, 5.1). Pure.

A track's own times begin anywhere; a receiver takes timestamps that run backwards for very old packets.
"""

MODULUS = 1 << 32


class RtpClock:
    """Lays tracks' times one after the other. ``origin`` is where it begins, ``rate`` its ticks a second."""

    def __init__(self, origin: int, rate: int) -> None:
        self._rate = rate
        self._offset: int | None = None
        self._last, self._last_at = origin, 0.0

    def stamp(self, ticks: int, now: float, *, fresh: bool) -> int:
        """The RTP timestamp of what has the time ``ticks`` on its track; ``fresh`` where the track is a new one.

        ``now`` is monotonic seconds. Timestamps grow, and by as much as the time did where the track is fresh.
        """
        if self._offset is None:
            self._offset = self._last - ticks
        elif fresh or ticks + self._offset <= self._last:
            self._offset = self._last + max(1, round((now - self._last_at) * self._rate)) - ticks
        self._last, self._last_at = ticks + self._offset, now
        return self._last % MODULUS
