"""How long to wait before the next try to reach the distributor. Pure: failures and jitter in, seconds out."""

from dataclasses import dataclass

from kiosk.errors import MisuseError


@dataclass(frozen=True)
class Pace:
    """Doubling waits from ``first_s`` up to ``cap_s``, in seconds."""

    first_s: float
    cap_s: float


RETRY = Pace(first_s=0.2, cap_s=2.0)
"""For a distributor that can't be reached: with a connection's set-up, a terminal is ready within 5 s of its return."""
REFUSAL = Pace(first_s=5.0, cap_s=30.0)
"""For a distributor that said no: only a person can change that, so asking often helps nobody."""


def delay_s(pace: Pace, attempt: int, jitter: float) -> float:
    """Seconds to wait after ``attempt`` (0, 1, ...) failed tries in a row.

    ``jitter`` (0 to 1, random) takes off up to half, so that the terminals of a fleet don't come back in step.
    Raises `MisuseError` outside these ranges.
    """
    if attempt < 0 or not 0 <= jitter <= 1:
        raise MisuseError(f"Backoff was asked for attempt {attempt} with jitter {jitter}.")
    doublings = min(attempt, 32)  # beyond that every pace is at its cap, and the power would grow without bound
    return min(pace.cap_s, pace.first_s * 2.0**doublings) * (1 - jitter / 2)


STEADY_S = 5.0
"""A link that held this long is taken for sound: the next waits start from the shortest again."""


class Backoff:
    """Counts failed tries in a row, those that were refused apart from the others."""

    def __init__(self) -> None:
        self._pace = RETRY
        self._attempt = 0

    def failed(self, *, refused: bool, held_s: float, jitter: float) -> float:
        """Seconds to wait after a link that held ``held_s`` (0 for none) ended; ``jitter`` as in `delay_s`."""
        pace = REFUSAL if refused else RETRY
        if held_s >= STEADY_S or pace != self._pace:
            self._attempt = 0
        self._pace = pace
        wait_s = delay_s(pace, self._attempt, jitter)
        self._attempt += 1
        return wait_s
