"""Draws the built-in agent: a friendly face in warm colours, in every pose that the film needs."""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 1280, 720
BELOW = 16
"""Rows that are drawn under the picture's lower edge, for a bust that moves up."""
BUST_WIDTH, BUST_HEIGHT = 704, 656
"""The part of the picture that moves, in pixels: all even, as its colours are halved."""
BUST_LEFT, BUST_TOP = (WIDTH - BUST_WIDTH) // 2, HEIGHT + BELOW - BUST_HEIGHT
HEAD_AT = (BUST_WIDTH // 2 - 256, 2)
"""Where the head's own coordinates begin in the bust; the face's middle is 256 from there."""
MOUTHS = 7
"""Mouth shapes, from closed to wide open."""
LIDS = 3
"""Eyes open, half closed, closed."""
FINE = 2
"""Drawn so many times larger, then scaled down: smooth edges."""

Picture = NDArray[np.uint8]
"""Blue, green, red; shape ``(height, width, 3)``."""
Planes = NDArray[np.uint8]
"""YUV420P as OpenCV packs it; shape ``(height * 3 / 2, width)``."""
Colour = tuple[int, int, int]

WALL: Colour = (196, 216, 230)
WALL_LIGHT: Colour = (214, 230, 240)
SHELF: Colour = (120, 158, 190)
LEAF: Colour = (112, 150, 112)
POT: Colour = (96, 128, 188)
BOOKS: tuple[Colour, ...] = ((110, 130, 170), (150, 140, 96), (120, 170, 200), (140, 120, 150))
HAIR: Colour = (52, 66, 96)
SKIN: Colour = (160, 188, 232)
SKIN_SHADE: Colour = (138, 166, 214)
BLUSH: Colour = (150, 166, 236)
DARK: Colour = (46, 48, 58)
WHITE: Colour = (246, 248, 250)
MOUTH_INSIDE: Colour = (62, 50, 110)
LIPS: Colour = (112, 112, 206)
TONGUE: Colour = (120, 110, 208)
JACKET: Colour = (118, 104, 62)
SHIRT: Colour = (232, 240, 244)


def room() -> Planes:
    """The room behind the agent, `BELOW` rows higher than the picture."""
    picture = _wall((HEIGHT + BELOW) * FINE, WIDTH * FINE)
    pen = Pen(picture)
    pen.box((0, 470), (250, 486), SHELF)
    pen.box((1010, 300), (1280, 316), SHELF)
    for number, colour in enumerate(BOOKS):
        left = 1052 + number * 44
        pen.box((left, 196 + 14 * (number % 3)), (left + 36, 300), colour)
    for angle in range(-60, 61, 30):
        pen.leaf((126, 420), 150, angle)
    pen.box((86, 402), (166, 470), POT)
    return _planes(_resized(picture, WIDTH, HEIGHT + BELOW, cv2.INTER_AREA))


def bust(background: Planes, mouth: int, lids: int) -> Planes:
    """The moving part with this mouth (0 closed to `MOUTHS` - 1) and these lids (0 open to `LIDS` - 1), over the room."""
    whole = cv2.cvtColor(background, cv2.COLOR_YUV2BGR_I420)
    part = whole[BUST_TOP : BUST_TOP + BUST_HEIGHT, BUST_LEFT : BUST_LEFT + BUST_WIDTH]
    picture = _resized(part, BUST_WIDTH * FINE, BUST_HEIGHT * FINE, cv2.INTER_LINEAR)
    pen = Pen(picture, HEAD_AT)
    _draw_shoulders(pen)
    _draw_head(pen)
    _draw_eyes(pen, lids / (LIDS - 1))
    _draw_mouth(pen, mouth / (MOUTHS - 1))
    return _planes(_resized(picture, BUST_WIDTH, BUST_HEIGHT, cv2.INTER_AREA))


class Pen:
    """Draws in the small picture's pixels, counted from ``origin``, on the fine one."""

    def __init__(self, picture: Picture, origin: tuple[int, int] = (0, 0)) -> None:
        self._picture = picture
        self._origin = origin

    def _at(self, point: tuple[float, float]) -> tuple[int, int]:
        return _fine((point[0] + self._origin[0], point[1] + self._origin[1]))

    def ellipse(self, centre: tuple[float, float], axes: tuple[float, float], colour: Colour) -> None:
        """A filled ellipse."""
        cv2.ellipse(self._picture, self._at(centre), _fine(axes), 0, 0, 360, colour, -1, cv2.LINE_AA)

    def arc(
        self, centre: tuple[float, float], axes: tuple[float, float], span: tuple[int, int], colour: Colour, width: int
    ) -> None:
        """A part of an ellipse's edge, in degrees clockwise from the right."""
        cv2.ellipse(self._picture, self._at(centre), _fine(axes), 0, *span, colour, width * FINE, cv2.LINE_AA)

    def box(self, first: tuple[float, float], last: tuple[float, float], colour: Colour) -> None:
        """A filled rectangle."""
        cv2.rectangle(self._picture, self._at(first), self._at(last), colour, -1, cv2.LINE_AA)

    def polygon(self, points: tuple[tuple[float, float], ...], colour: Colour) -> None:
        """A filled polygon."""
        cv2.fillPoly(self._picture, [np.array([self._at(point) for point in points])], colour, cv2.LINE_AA)

    def leaf(self, root: tuple[float, float], length: float, angle: float) -> None:
        """A leaf that grows up from ``root``, leaning by ``angle`` degrees."""
        lean = math.radians(angle - 90)
        centre = (root[0] + length / 2 * math.cos(lean), root[1] + length / 2 * math.sin(lean))
        axes = _fine((length / 2, length / 8))
        cv2.ellipse(self._picture, self._at(centre), axes, angle - 90, 0, 360, LEAF, -1, cv2.LINE_AA)


def _draw_shoulders(pen: Pen) -> None:
    pen.ellipse((256, 706), (330, 250), JACKET)
    pen.polygon(((176, 470), (336, 470), (256, 640)), SHIRT)


def _draw_head(pen: Pen) -> None:
    pen.ellipse((256, 230), (186, 206), HAIR)
    pen.box((206, 400), (306, 520), SKIN_SHADE)
    pen.ellipse((256, 520), (50, 22), SKIN_SHADE)
    for ear in (102, 410):
        pen.ellipse((ear, 276), (24, 40), SKIN_SHADE)
    pen.ellipse((256, 280), (152, 186), SKIN)
    pen.ellipse((256, 116), (150, 66), HAIR)
    pen.ellipse((330, 132), (86, 50), HAIR)
    for cheek in (162, 350):
        pen.ellipse((cheek, 336), (30, 20), BLUSH)
    pen.arc((256, 306), (16, 14), (20, 160), SKIN_SHADE, 6)


def _draw_eyes(pen: Pen, closed: float) -> None:
    for eye in (194, 318):
        pen.arc((eye, 216), (36, 18), (205, 335), HAIR, 9)
        if closed >= 1:
            pen.arc((eye, 254), (28, 14), (15, 165), DARK, 6)
            continue
        height = 25 * (1 - 0.75 * closed)
        pen.ellipse((eye, 258), (30, height), WHITE)
        pen.ellipse((eye, 260), (16, min(16, height)), DARK)
        pen.ellipse((eye + 6, 254), (5, min(5, height / 2)), WHITE)


def _draw_mouth(pen: Pen, opened: float) -> None:
    if opened == 0:
        pen.arc((256, 362), (58, 38), (25, 155), LIPS, 9)
        return
    width, height = 56 - 12 * opened, 8 + 36 * opened
    pen.ellipse((256, 396), (width + 7, height + 7), LIPS)
    pen.ellipse((256, 396), (width, height), MOUTH_INSIDE)
    pen.ellipse((256, 396 + height * 0.55), (width * 0.55, height * 0.38), TONGUE)
    pen.ellipse((256, 396 - height * 0.72), (width * 0.6, height * 0.24), WHITE)


def _wall(height: int, width: int) -> Picture:
    """The light spot on the wall is blurred small and then enlarged: the same to see, and forty times as fast."""
    wall = np.full((height // 8, width // 8, 3), WALL, np.uint8)
    cv2.ellipse(wall, (width // 16, 330 * FINE // 8), (420 * FINE // 8, 50 * FINE), 0, 0, 360, WALL_LIGHT, -1)
    return _resized(cv2.GaussianBlur(wall, (0, 0), 8), width, height, cv2.INTER_CUBIC)


def _resized(picture: Any, width: int, height: int, how: int) -> Picture:
    return np.asarray(cv2.resize(picture, (width, height), interpolation=how), np.uint8)


def _fine(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0] * FINE), round(point[1] * FINE)


def _planes(picture: Picture) -> Planes:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
