"""CORE. How much the far end may send (draft-alvestrand-rmcat-remb), from when packets left and when they came. Seconds, bit/s.

A packet's way takes as long as the quickest one's plus the queue before the narrowest place of the line. Where the least
of that over a quarter of a second stays high, a queue stands: more is sent than the line carries, and what arrives is what
it carries. Single late packets, losses and a busy board raise the least only for moments, and so change nothing. A queue
that stays whatever is asked for isn't ours, and is taken for a part of the way.
"""

from collections import deque

STANDS_S = 0.25
"""A queue that lasts for less is a burst's."""
QUEUE_S, EMPTY_S = 0.06, 0.03
"""More than this is a queue; more than the second one isn't yet, but nothing to add to."""
WAY_S = 10.0
"""The quickest packet is that of this time: ways change."""
LEAST_PACKETS = 5
LESS, LONG_QUEUE_S, MUCH_LESS = 0.85, 0.15, 0.75
"""Of what the line carries is asked for while a queue is there, so that it drains; less of it where the queue is long."""
ANSWER_S = 1.0
"""So long it takes until what was asked for is seen in the queue."""
SHRINKS_S = 0.01
STUBBORN = 3
"""A queue that hasn't shrunk after being asked so often isn't ours."""
FAST, SLOW = 0.20, 0.04
"""Growth per second; slow near to what was the line's limit within `LIMIT_S`."""
LIMIT_S, NEAR = 30.0, 0.1
ROOM = 1.5
"""Nobody knows what the line does with more than so many times what arrives now."""
BEGIN_S = 3.0
LEAST_BPS = 150_000
"""Less than this isn't a picture of a person."""
TELL_S = 0.5
GAP_S = 1.0
"""After so long without a packet, nothing is known of the queue."""
LEAP_S = 3.0
CLOCK = 1 << 18
"""Ticks a second of the send time in the RTP header extension ``abs-send-time``, which has 24 bits."""
WRAP = 1 << 24


class Least:
    """The least of the values within a time."""

    def __init__(self, over_s: float) -> None:
        self._over_s = over_s
        self._values: deque[tuple[float, float]] = deque()

    def add(self, value: float, now: float) -> float:
        """The least, with this one."""
        while self._values and self._values[-1][1] >= value:
            self._values.pop()
        self._values.append((now, value))
        while now - self._values[0][0] > self._over_s:
            self._values.popleft()
        return self._values[0][1]

    def clear(self) -> None:
        """Forget them."""
        self._values.clear()


class Arrived:
    """How much came lately, up to a second."""

    def __init__(self) -> None:
        self._sizes: deque[tuple[float, int]] = deque()

    def add(self, size: int, now: float) -> None:
        """So many bytes came."""
        self._sizes.append((now, size))
        while now - self._sizes[0][0] > 1.0:
            self._sizes.popleft()

    def steadily(self, over_s: float, now: float) -> bool:
        """Whether packets came in more than a moment of the last ``over_s``: all at once, they waited for this board."""
        ages = [now - at for at, _ in self._sizes if now - at < over_s]
        return len(ages) >= LEAST_PACKETS and ages[0] >= over_s / 2

    def bps(self, over_s: float, now: float) -> float:
        """Bit/s in the last ``over_s``."""
        return sum(size for at, size in self._sizes if now - at < over_s) * 8 / over_s

    def carried_bps(self, now: float) -> float:
        """What the line carries while a queue stands; a moment in which this board was busy must not make it next to nothing."""
        return max(self.bps(STANDS_S, now), self.bps(1.0, now) / 2)


class Bandwidth:
    """What to tell the far end, and when."""

    def __init__(self) -> None:
        self.bps: float | None = None
        """The estimate; none before the first one."""
        self.queue_s = 0.0
        """The queue that stands on the line, as far as it is known."""
        self._arrived = Arrived()
        self._way, self._recent = Least(WAY_S), Least(STANDS_S)
        self._sent_s: float | None = None
        self._ticks = 0
        self._transit_s = 0.0
        self._began = self._known_from = self._last = self._told_at = float("-inf")
        self._limit_bps, self._limit_at = 0.0, float("-inf")
        self._asked_at, self._asked_queue_s, self._stubborn = float("-inf"), 0.0, 0

    def arrived(self, ticks: int, size: int, now: float) -> int | None:
        """A packet of ``size`` bytes, with its ``abs-send-time``; the bit/s to tell the far end, if it is time for that."""
        passed = now - self._last
        self._last = now
        self._arrived.add(size, now)
        self._measure(self._unwrapped(ticks), now, fresh=passed > GAP_S)
        if self._stands(now):
            self._ask_for_less(now)
        else:
            self._grow(min(passed, GAP_S), now)
        return self._telling(now)

    # --- the queue -----------------------------------------------------------------------------------------------------

    def _unwrapped(self, ticks: int) -> float:
        if self._sent_s is None:
            self._sent_s = 0.0
        else:
            self._sent_s += ((ticks - self._ticks + WRAP // 2) % WRAP - WRAP // 2) / CLOCK
        self._ticks = ticks
        return self._sent_s

    def _measure(self, sent_s: float, now: float, *, fresh: bool) -> None:
        transit_s = now - sent_s
        if fresh or abs(transit_s - self._transit_s) > LEAP_S:
            self._way.clear()
            self._recent.clear()
            self._known_from = now
            if self.bps is None:
                self._began = now
        self._transit_s = transit_s
        self.queue_s = self._recent.add(transit_s, now) - self._way.add(transit_s, now)

    def _stands(self, now: float) -> bool:
        known = self.queue_s > QUEUE_S and now - self._known_from >= STANDS_S
        return known and self._arrived.steadily(STANDS_S, now)

    # --- the estimate --------------------------------------------------------------------------------------------------

    def _ask_for_less(self, now: float) -> None:
        if now - self._asked_at < ANSWER_S:
            return
        self._stubborn = self._stubborn + 1 if self._is_stubborn(now) else 0
        if self._stubborn >= STUBBORN:
            self._stubborn = 0
            self._way.clear()
            return
        carried = self._arrived.carried_bps(now)
        self._limit_bps, self._limit_at = carried, now
        wanted = carried * (MUCH_LESS if self.queue_s > LONG_QUEUE_S else LESS)
        self.bps = max(LEAST_BPS, wanted if self.bps is None else min(self.bps, wanted))
        self._asked_at, self._asked_queue_s = now, self.queue_s
        self._told_at = float("-inf")

    def _is_stubborn(self, now: float) -> bool:
        return now - self._asked_at < 2 * ANSWER_S and self.queue_s > self._asked_queue_s - SHRINKS_S

    def _grow(self, passed: float, now: float) -> None:
        most = ROOM * self._arrived.bps(1.0, now)
        if self.bps is None:
            if now - self._began >= BEGIN_S:
                self.bps = max(LEAST_BPS, most)
        elif self.queue_s <= EMPTY_S and now - self._asked_at >= ANSWER_S:
            near = now - self._limit_at < LIMIT_S and abs(self.bps / self._limit_bps - 1) < NEAR
            self.bps = max(self.bps, min(self.bps * (1 + (SLOW if near else FAST) * passed), most))

    def _telling(self, now: float) -> int | None:
        if self.bps is None or now - self._told_at < TELL_S:
            return None
        self._told_at = now
        return round(self.bps)
