"""How much smaller pictures must be for the board to keep up, by the encoder's time and by the board's heat. Pure.

The encoder has one thread: where it is busy nearly all the time, pictures come late and are left out. A size that was too much
is tried again only after a pause that doubles with every try that fails, so that the picture doesn't change size all the time.
"""

WINDOW_S = 1.0
BUSY_MOST = 0.85
"""The encoder's share of the time beyond which the picture gets smaller."""
DROPPED_MOST = 0.25
"""The share of pictures that found the encoder busy beyond which the picture gets smaller: 30 a second become 22."""
BAD_WINDOWS = 2
"""So many bad windows in a row are no accident."""
BUSY_ROOM = 0.5
"""The picture gets larger where the next size would take no more than this share."""
PATIENCE_S, PATIENCE_MOST_S = 8.0, 120.0
FAILED_S = 20.0
"""A larger size that was given up within this was a mistake."""
COOL_S = 30.0
"""So long after the board has said that it is hot, the size stays down."""


class Board:
    """Steps down from the largest size, 0 to ``most``. Times are monotonic seconds."""

    def __init__(self, most: int) -> None:
        self.steps = 0
        """So many sizes below the largest one the board can carry."""
        self._most = most
        self._began: float | None = None
        self._busy_s, self._encoded, self._dropped = 0.0, 0, 0
        self._bad = 0
        self._changed = float("-inf")
        self._grew = float("-inf")
        self._patience_s = PATIENCE_S
        self._hot_until = float("-inf")

    def encoded(self, took_s: float, dropped: int, growth: float, now: float) -> None:
        """A picture took ``took_s``, and ``dropped`` others came in vain meanwhile.

        ``growth`` is how many times as many pixels the next larger size has.
        """
        if self._began is None:
            self._began = now - took_s
        self._busy_s += took_s
        self._encoded += 1
        self._dropped += dropped
        if now - self._began >= WINDOW_S:
            self._judge(now, now - self._began, growth)
            self._began, self._busy_s, self._encoded, self._dropped = now, 0.0, 0, 0

    def pause(self) -> None:
        """Nothing is encoded for a while: what was counted so far says nothing."""
        self._began, self._busy_s, self._encoded, self._dropped, self._bad = None, 0.0, 0, 0, 0

    def hot(self, now: float) -> None:
        """The board is throttled by heat, or nearly: one size down, and one more for each `COOL_S` that it stays so."""
        if now >= self._hot_until:
            self._down(now)
            self._hot_until = now + COOL_S

    def _judge(self, now: float, span_s: float, growth: float) -> None:
        busy, dropped = self._busy_s / span_s, self._dropped / (self._dropped + self._encoded)
        self._bad = self._bad + 1 if busy > BUSY_MOST or dropped > DROPPED_MOST else 0
        if self._bad >= BAD_WINDOWS:
            if now - self._grew < FAILED_S:
                self._patience_s = min(PATIENCE_MOST_S, self._patience_s * 2)
            self._down(now)
        elif self.steps and self._bad == 0 and busy * growth <= BUSY_ROOM and self._may_grow(now):
            self.steps -= 1
            self._changed = self._grew = now

    def _may_grow(self, now: float) -> bool:
        return now >= self._hot_until and now - self._changed >= self._patience_s

    def _down(self, now: float) -> None:
        self.steps = min(self._most, self.steps + 1)
        self._changed, self._bad = now, 0
