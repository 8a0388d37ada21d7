"""What to send: the line's bit rate, the size and the frame rate that it is enough for, and the board's word on both. Pure."""

from dataclasses import dataclass

from kiosk.rtc.send.board import Board
from kiosk.rtc.send.ladder import FULL_FPS, SCALES, Ladder, Rung, sized
from kiosk.rtc.send.rate import Limits, Rate

EASY, TIGHT = 2.5, 1.25
"""Packets leave so many times as fast as the bit rate: on a line that was too narrow lately hardly faster than it carries."""
TIGHT_FOR_S = 30.0
VOICE_BPS, LEAST_VOICE_BPS = 48_000, 24_000
"""Opus at 24 kbit/s still carries a voice up to 12 kHz (RFC 7587, 3.1.1)."""


@dataclass(frozen=True)
class Wanted:
    """What is to be sent from now on."""

    bps: int
    width: int
    height: int
    fps: float
    """At most."""
    pacing_bps: float
    voice_bps: int


class Adaptation:
    """Joins the three. Times are monotonic seconds."""

    def __init__(self, limits: Limits) -> None:
        self.rate = Rate(limits)
        self.board = Board(most=len(SCALES) - 2)
        self._ladder: Ladder | None = None
        self._rung = Rung(1.0, FULL_FPS)

    def growth(self) -> float:
        """How many times as many pixels the next larger size has."""
        place = SCALES.index(self._rung.scale)
        return (SCALES[max(0, place - 1)] / SCALES[place]) ** 2

    def decide(self, width: int, height: int, now: float) -> Wanted:
        """What to make of the camera's picture of that size."""
        bps, pixels = self.rate.bps(now), width * height
        if self._ladder is None or self._ladder.pixels != pixels:
            self._ladder = Ladder(pixels)
            self._rung = self._ladder.begin(bps, self.board.steps)
        else:
            self._rung = self._ladder.decide(bps, self.board.steps, now)
        tight = now - self.rate.congested_at < TIGHT_FOR_S
        return Wanted(
            bps,
            *sized(width, height, self._rung.scale),
            self._rung.fps,
            bps * (TIGHT if tight else EASY),
            LEAST_VOICE_BPS if bps <= self.rate.limits.least and tight else VOICE_BPS,
        )
