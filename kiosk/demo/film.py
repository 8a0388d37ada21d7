"""The built-in agent's picture: pre-drawn poses put together, so that a frame costs a copy of its pixels."""

import asyncio
import math
import time
from fractions import Fraction

import av
import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from numpy.typing import NDArray

from kiosk.demo import portrait
from kiosk.demo.portrait import BUST_LEFT, BUST_TOP, BUST_WIDTH, HEIGHT, LIDS, MOUTHS, WIDTH, Planes
from kiosk.demo.voice import Voice

FPS = 25
CLOCK = 90_000
BLINK_EVERY_S = 3.4
BLINK = (1, 2, 2, 1)
"""The lids of the frames of a blink."""
SWAY_X, SWAY_Y = 10, 5
"""The head's slow movement to each side, in pixels."""

Plane = NDArray[np.uint8]


def split(planes: Planes) -> tuple[Plane, Plane, Plane]:
    """Views of the brightness and the two halved colour planes of a packed YUV420P picture."""
    height, width = planes.shape[0] * 2 // 3, planes.shape[1]
    colour = planes[height:].reshape(2, height // 2, width // 2)
    return planes[:height], colour[0], colour[1]


class Film:
    """Every pose is drawn once, in well under a second; `picture` puts a frame together in about 0.3 ms."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._room = portrait.room()
        self._busts = {
            (mouth, lids): portrait.bust(self._room, mouth, lids) for mouth in range(MOUTHS) for lids in range(LIDS)
        }

    def picture(self, number: int) -> Planes:
        """Frame ``number`` after the voice's beginning; shape ``(1080, 1280)``."""
        seconds = number / FPS
        mouth = round(self._voice.openness(seconds) * (MOUTHS - 1))
        until_blink_ends = -number % round(BLINK_EVERY_S * FPS)
        lids = BLINK[until_blink_ends] if until_blink_ends < len(BLINK) and number > len(BLINK) else 0
        left = BUST_LEFT + 2 * round(SWAY_X / 2 * math.sin(seconds * 0.9))
        top = BUST_TOP + 2 * round(SWAY_Y / 2 * math.sin(seconds * 1.7))
        picture = np.empty((HEIGHT * 3 // 2, WIDTH), np.uint8)
        layers = zip(split(picture), split(self._room), split(self._busts[mouth, lids]), (1, 2, 2), strict=True)
        for plane, room, bust, scale in layers:
            plane[:] = room[: len(plane)]
            first, columns = top // scale, slice(left // scale, (left + BUST_WIDTH) // scale)
            plane[first:, columns] = bust[: len(plane) - first]
        return picture


class FilmTrack(MediaStreamTrack):
    """Plays the film from ``began_s`` (monotonic) on; pictures that are late are left out.

    The pictures' time counts from ``clock_s`` (monotonic, not later than ``began_s``): tracks that follow one another on a link
    have one clock.
    """

    kind = "video"

    def __init__(self, film: Film, began_s: float, clock_s: float | None = None) -> None:
        super().__init__()
        self.frames = 0
        self._film = film
        self._began_s = began_s
        self._first_pts = 0 if clock_s is None else round((began_s - clock_s) * CLOCK)
        self._number = -1

    async def recv(self) -> av.VideoFrame:
        """The next picture in YUV420P, 1280x720; raises aiortc's ``MediaStreamError`` once stopped."""
        due = max(self._number + 1, math.floor((time.monotonic() - self._began_s) * FPS))
        await asyncio.sleep(self._began_s + due / FPS - time.monotonic())
        if self.readyState != "live":
            raise MediaStreamError
        self._number = due
        self.frames += 1
        frame = av.VideoFrame.from_ndarray(self._film.picture(due), format="yuv420p")
        frame.pts, frame.time_base = self._first_pts + due * CLOCK // FPS, Fraction(1, CLOCK)
        return frame
