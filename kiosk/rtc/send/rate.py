"""How much may be sent, from what the far end tells: its estimate (REMB), and its reports' losses and round trips. Pure.

The estimate is a limit (draft-alvestrand-rmcat-remb); where it falls the line is too narrow. Losses beyond 10% say so too, as in
Google's congestion control (draft-ietf-rmcat-gcc), and a round trip that has become much longer does where there is no estimate.
"""

from dataclasses import dataclass

LOSS_MOST, LOSS_LITTLE = 0.10, 0.02
GROWTH_PER_S = 1.08
FORGIVEN_PER_S = 1.25
"""Losses that have ended are forgiven so quickly; the estimate still holds."""
CUT = 0.8
ACCOUNTED_S = 1.5
"""An estimate that fell so lately has taken account of the losses: cutting for them again would starve the picture."""
LATE_S = 0.25
"""A round trip that is longer than the shortest one by this means a queue on the line."""
SHORTEST_FOR_S = 30.0
"""The shortest round trip is that of this time: the way may change."""
STALE_S = 5.0
"""An estimate that is older than this was the last one: the far end sends them at least every second."""


@dataclass(frozen=True)
class Limits:
    """Bit rates of the picture, in bit/s."""

    least: int
    start: int
    most: int

    def clamp(self, bps: float) -> int:
        """``bps`` within them."""
        return round(min(self.most, max(self.least, bps)))


class Rate:
    """The bit rate to send at. Times are monotonic seconds."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.congested_at = float("-inf")
        """When the line last turned out too narrow."""
        self._estimate: float | None = None
        self._told_at = self._fell_at = float("-inf")
        self._own = float(limits.start)
        self._lossless = float(limits.most)
        self._reported_at: float | None = None
        self._shortest_s, self._shortest_at = float("inf"), float("-inf")

    def bps(self, now: float) -> int:
        """The bit rate now."""
        limit = self._estimate if self._estimate is not None and now - self._told_at <= STALE_S else self._own
        return self.limits.clamp(min(limit, self._lossless))

    def told(self, bps: float, now: float) -> None:
        """The far end estimates the line at ``bps``."""
        before = self.bps(now)
        self._estimate, self._told_at = bps, now
        if self.bps(now) < before:
            self.congested_at = self._fell_at = now
        self._own = float(self.bps(now))

    def reported(self, lost: float, rtt_s: float | None, now: float) -> None:
        """A receiver's report: the share of packets that was lost since the last one, and the round trip where it is known."""
        since, self._reported_at = now - (self._reported_at or now), now
        before = self.bps(now)
        if lost > LOSS_MOST and now - self._fell_at > ACCOUNTED_S:
            self._lossless = before * (1 - lost / 2)
            self.congested_at = now
        elif lost < LOSS_LITTLE:
            self._lossless = min(self.limits.most, self._lossless * FORGIVEN_PER_S**since)
        late = rtt_s is not None and self._is_late(rtt_s, now)
        if late:
            self.congested_at = now
        if now - self._told_at > STALE_S:
            self._own = self.limits.clamp(
                self._own * (CUT if late else GROWTH_PER_S**since if lost < LOSS_LITTLE else 1)
            )

    def _is_late(self, rtt_s: float, now: float) -> bool:
        if rtt_s <= self._shortest_s or now - self._shortest_at > SHORTEST_FOR_S:
            self._shortest_s, self._shortest_at = rtt_s, now
        return rtt_s > self._shortest_s + LATE_S
