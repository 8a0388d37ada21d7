"""CORE. How late things come, measured against the quickest, and how long to wait for them (seconds throughout)."""

from collections import deque
from dataclasses import dataclass

WINDOW = 300
"""Arrivals that are remembered: 10 s of pictures, 6 s of sound."""
LEAP_S = 3.0
"""A media clock that is off by more than this has been set anew."""
PAUSE_S, STEP_S = 0.3, 0.15
"""After a pause of the sender's (a link between two calls) its clock may be another: this much off is enough then, and so
it is at any time for what comes too early, since no line becomes so much quicker from one packet to the next."""


@dataclass(frozen=True)
class Wish:
    """What a medium wants of its delay.

    The share ``body`` of all arrivals is to be in time, the share ``tail`` late by no more than ``forgiven_s``; the delay
    is never under ``least_s`` and never over ``most_s``.
    """

    body: float
    tail: float
    forgiven_s: float
    least_s: float
    most_s: float


class Lateness:
    """Learns from arrivals the delay that a medium needs on this line."""

    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self._transits: deque[float] = deque(maxlen=WINDOW)
        self.leaps = 0
        """How often the media clock was set anew."""

    @property
    def quickest_s(self) -> float:
        """The least of arrival time minus media time within the window; 0 before the first arrival.

        A clock that drifts (100 ppm are 1 ms in 10 s) moves it with the window.
        """
        return min(self._transits, default=0.0)

    def arrived(self, media_s: float, now: float, *, paused: bool = False) -> None:
        """Something of the media time ``media_s`` is complete; ``paused``: nothing had come for `PAUSE_S` before it."""
        transit = now - media_s
        if self._transits and self._is_another_clock(transit, paused=paused):
            self._transits.clear()
            self.leaps += 1
        self._transits.append(transit)

    def forget(self) -> None:
        """What was learnt so far isn't of use any more."""
        self._transits.clear()

    def _is_another_clock(self, transit: float, *, paused: bool) -> bool:
        step = transit - self._transits[-1]
        return abs(step) > LEAP_S or transit < self.quickest_s - STEP_S or (paused and step > STEP_S)

    def wanted_s(self) -> float:
        """The delay to add to the quickest arrival."""
        if not self._transits:
            return self._wish.least_s
        ordered = sorted(self._transits)
        last = len(ordered) - 1
        body = ordered[int(last * self._wish.body)] - ordered[0]
        tail = ordered[int(last * self._wish.tail)] - ordered[0] - self._wish.forgiven_s
        return min(self._wish.most_s, max(self._wish.least_s, body, tail))


class Pace:
    """When each picture is shown: at an even pace, late enough for what the line does, no later."""

    GIVE_BACK = 0.02
    """The share of playing time by which a delay that is needed no longer shrinks."""
    SLOW_DOWN = 0.2
    """The share of playing time by which it grows where that is only prudent: at once would be a freeze."""

    def __init__(self, wish: Wish) -> None:
        self.lateness = Lateness(wish)
        self.delay_s = 0.0
        """What is added to the quickest arrival now."""
        self._aim_s = 0.0
        self._leaps = 0
        self._media_s: float | None = None

    def due(self, media_s: float, now: float, floor_s: float = 0.0, *, paused: bool = False) -> float:
        """A picture of that media time is complete: when to show it.

        What was learnt from late pictures is waited for at once, what they don't show yet (``floor_s``) little by little.
        After a pause, or with another clock, a call begins or goes on: its first picture is shown at once.
        """
        if paused:
            self.lateness.forget()
        self.lateness.arrived(media_s, now)
        if paused or self.lateness.leaps != self._leaps:
            self._leaps, self._media_s, self.delay_s = self.lateness.leaps, None, 0.0
        passed = 0.0 if self._media_s is None else max(0.0, media_s - self._media_s)
        self._media_s = media_s
        learnt = self.lateness.wanted_s()
        self._aim_s = max(learnt, floor_s, self._aim_s - self.GIVE_BACK * passed)
        self.delay_s = max(learnt, min(self._aim_s, self.delay_s + self.SLOW_DOWN * passed))
        return max(now, media_s + self.lateness.quickest_s + self.delay_s)
