"""A drawn person in front of a calm wall: a picture to show where no camera may be used, as in the screenshots."""

import av
import cv2
import numpy as np
from numpy.typing import NDArray

_SMOOTH = 2
"""Drawn this many times larger and scaled down, so that edges are smooth."""
Colour = tuple[int, int, int]


def person(width: int, height: int, *, shirt: Colour, hair: Colour, wall: Colour) -> av.VideoFrame:
    """A YUV420P picture of somebody who looks at the camera; colours are (red, green, blue)."""
    wide, high = width * _SMOOTH, height * _SMOOTH
    canvas = _wall(wide, high, wall)
    _figure(canvas, wide // 2, high, shirt, hair)
    small = np.asarray(cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return av.VideoFrame.from_ndarray(small, format="rgb24").reformat(format="yuv420p")


def _wall(wide: int, high: int, wall: Colour) -> NDArray[np.uint8]:
    """Light falls from the upper left; a window's glow and a shelf, out of focus."""
    down, across = np.mgrid[0:high, 0:wide].astype(np.float32)
    light = 1.12 - 0.42 * (across / wide * 0.6 + down / high * 0.4)
    canvas = np.clip(np.array(wall, np.float32) * light[..., None], 0, 255).astype(np.uint8)
    blurred = canvas.copy()
    cv2.rectangle(
        blurred, (int(wide * 0.06), int(high * 0.05)), (int(wide * 0.27), int(high * 0.62)), (238, 240, 236), -1
    )
    cv2.rectangle(blurred, (int(wide * 0.74), int(high * 0.3)), (int(wide * 0.98), int(high * 0.33)), (122, 92, 66), -1)
    for place, colour in enumerate(((150, 84, 62), (70, 96, 92), (190, 160, 108), (92, 84, 110))):
        left = int(wide * (0.76 + 0.045 * place))
        top = int(high * (0.13 + 0.02 * (place % 2)))
        cv2.rectangle(blurred, (left, top), (left + int(wide * 0.036), int(high * 0.3)), colour, -1)
    return np.asarray(cv2.GaussianBlur(blurred, (0, 0), wide * 0.012), np.uint8)


def _figure(canvas: NDArray[np.uint8], middle: int, high: int, shirt: Colour, hair: Colour) -> None:
    skin, shade = (226, 178, 148), (204, 152, 122)

    def oval(x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        centre = (int(middle + x * high), int(y * high))
        cv2.ellipse(canvas, centre, (int(rx * high), int(ry * high)), 0, 0, 360, colour, -1, cv2.LINE_AA)

    oval(0, 0.43, 0.2, 0.27, hair)
    oval(0, 1.06, 0.43, 0.36, shirt)
    oval(0, 0.73, 0.085, 0.1, shade)
    oval(0, 0.66, 0.085, 0.1, shade)
    oval(0, 0.47, 0.158, 0.215, skin)
    oval(0, 0.3, 0.16, 0.09, hair)
    for side in (-1, 1):
        oval(side * 0.062, 0.455, 0.026, 0.017, (250, 248, 244))
        oval(side * 0.062, 0.455, 0.0135, 0.0155, (66, 48, 38))
        oval(side * 0.062, 0.417, 0.034, 0.0065, hair)
        oval(side * 0.095, 0.53, 0.03, 0.022, (231, 170, 144))
    oval(0, 0.525, 0.017, 0.011, shade)
    oval(0, 0.582, 0.056, 0.03, (158, 62, 62))
    oval(0, 0.568, 0.058, 0.021, skin)
