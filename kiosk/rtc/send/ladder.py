"""Which size and how many pictures a second a bit rate is enough for. Pure.

Resolution goes down before the frame rate (EN 301 549, 6.5), and the frame rate stays at 20 at least while there is a smaller
size to go to. Down goes at once to what fits; up needs a bit rate that is more than enough, for a while that doubles
where a size was given up again soon.
"""

from dataclasses import dataclass

SCALES = (1.0, 0.75, 0.5, 0.375, 0.25)
"""Of the camera's width and height."""
LEAST_PIXELS = 320 * 180
"""A face is no face below this."""
BITS_PER_PIXEL = 0.026
"""What a face needs at the least, as a rule of thumb: 720 kbit/s for 1280x720 at 30 pictures a second."""
FULL_FPS = 30.0
LEAST_FPS = 20.0
"""EN 301 549, 6.5: at least 20 pictures a second."""
FEW_FPS, FEWEST_FPS = 10.0, 5.0
"""Where the line allows hardly any picture."""
ROOM = 1.25
"""A larger size is taken where the bit rate is this much more than its least."""
UP_S, UP_MOST_S = 2.0, 30.0
DOWN_S = 0.5
"""A bit rate that is too low for a moment changes nothing..."""
FAR_TOO_LOW = 0.7
"""...unless it is below this share of what the size needs."""
FLAP_S = 15.0
"""A size that was given up again within this was taken too early."""


@dataclass(frozen=True)
class Rung:
    """What to make of the camera's pictures."""

    scale: float
    """Of the width and of the height."""
    fps: float
    """At most so many pictures a second."""


def sized(width: int, height: int, scale: float) -> tuple[int, int]:
    """``width`` x ``height`` at ``scale``, in even numbers as YUV 4:2:0 needs them."""
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


class Ladder:
    """The rung to stand on. Times are monotonic seconds."""

    def __init__(self, pixels: int) -> None:
        self.pixels = pixels
        """Of the camera's pictures."""
        self.last = max(step for step, scale in enumerate(SCALES) if not step or pixels * scale**2 >= LEAST_PIXELS)
        """The step of the smallest size."""
        self._step = 0
        self._low_since: float | None = None
        self._high_since: float | None = None
        self._rose = float("-inf")
        self._up_s = UP_S

    def need_bps(self, step: int, fps: float = FULL_FPS) -> float:
        """The least bit rate of the size ``step`` sizes below the largest."""
        return BITS_PER_PIXEL * self.pixels * SCALES[step] ** 2 * fps

    def begin(self, bps: float, down: int) -> Rung:
        """The first rung of a call, with no doubt about ``bps`` yet; ``down`` is the board's."""
        self._step = self._fitting(bps, 1.0)
        return self.rung(bps, down)

    def decide(self, bps: float, down: int, now: float) -> Rung:
        """The rung for a bit rate; ``down`` is how many sizes below the largest the board can carry."""
        fits, roomy = self._fitting(bps, 1.0), self._fitting(bps, ROOM)
        self._low_since = self._since(self._low_since, now, holds=fits > self._step)
        self._high_since = self._since(self._high_since, now, holds=roomy < self._step)
        if self._low_since is not None and self._must_fall(bps, now - self._low_since):
            self._fall(fits, now)
        elif self._high_since is not None and now - self._high_since >= self._up_s:
            self._step, self._rose, self._high_since = roomy, now, None
        return self.rung(bps, down)

    def rung(self, bps: float, down: int) -> Rung:
        """What the present step means; pictures get fewer only where they can't get smaller."""
        step = min(self.last, max(self._step, down))
        if step < self.last:
            return Rung(SCALES[step], FULL_FPS)
        enough = (fps for fps in (FULL_FPS, LEAST_FPS, FEW_FPS) if bps >= self.need_bps(step, fps))
        return Rung(SCALES[step], next(enough, FEWEST_FPS))

    def _fitting(self, bps: float, room: float) -> int:
        return next((step for step in range(self.last) if bps >= self.need_bps(step) * room), self.last)

    def _must_fall(self, bps: float, lasted_s: float) -> bool:
        return lasted_s >= DOWN_S or bps < FAR_TOO_LOW * self.need_bps(self._step)

    def _fall(self, step: int, now: float) -> None:
        if now - self._rose < FLAP_S:
            self._up_s = min(UP_MOST_S, self._up_s * 2)
        elif now - self._rose > 4 * FLAP_S:
            self._up_s = UP_S
        self._step, self._low_since = step, None

    @staticmethod
    def _since(since: float | None, now: float, *, holds: bool) -> float | None:
        if not holds:
            return None
        return now if since is None else since
