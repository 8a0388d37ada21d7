"""Pictures that say when they were taken: a natural clip with numbers in its strip, read at both ends of a call.

A camera file of `COUNT` pictures is played over and over. At the end that sends, some of the camera's own pictures are read as
they come; at the other end every picture that is shown. From both follows how old each was, without a clock in the picture.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from kiosk.media.framecode import COLUMNS, HEIGHT_SHARE, ROWS, Code, encode
from tests.bench.clips import FPS, NOISE_SIGMA, pictures
from tests.bench.figures import CACHE, say

COUNT = 300
PERIOD_S = COUNT / FPS
"""Delays up to this can be told."""
WHITE, BLACK, GREY = 235, 16, 128
READER = (Path(__file__).parents[1] / "e2e" / "framecode.js").read_text()


@dataclass(frozen=True)
class Seen:
    """A picture at one end: monotonic seconds, the number in its strip where it could be read, its width."""

    at: float
    number: int | None
    width: int


def read(lines: Sequence[Sequence[Any]], offset_s: float = 0.0) -> list[Seen]:
    """Lines of time, number and width, as the pages and the terminal give them; ``offset_s`` is added to the times."""
    return [Seen(float(at) + offset_s, number, int(width)) for at, number, width in lines]


def delays(seen: Sequence[Seen], own: Sequence[Seen]) -> list[tuple[float, float]]:
    """``(at, delay_s)`` of every picture at the far end that can be told, by what was read at the end that sends.

    Raises AssertionError where nothing was read at that end.
    """
    anchors = [(each.at, each.at - each.number / FPS) for each in own if each.number is not None]
    assert anchors, "no picture of the camera could be read"
    times = [at for at, _ in anchors]
    found = []
    for each in seen:
        if each.number is None:
            continue
        place = min(bisect_left(times, each.at), len(anchors) - 1)
        delay_s = (each.at - each.number / FPS - anchors[place][1]) % PERIOD_S
        found.append((each.at, delay_s if delay_s < PERIOD_S - 0.5 else 0.0))
    return found


def numbered_file(clip: str, width: int, height: int) -> Path:
    """A bare motion JPEG file of `COUNT` pictures with their numbers: a camera for Chromium and for us."""
    path = CACHE / f"{Path(clip).stem}-{width}x{height}-{COUNT}-strip.mjpeg"
    if path.exists():
        return path
    say(f"making {path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.mjpeg")
    with av.open(str(partial), "w", format="mjpeg") as file:
        stream = file.add_stream("mjpeg", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        stream.options = {"qmin": "4", "qmax": "4"}
        for number, frame in enumerate(pictures(clip, width, height, COUNT, NOISE_SIGMA)):
            picture = with_strip(frame, number).reformat(format="yuvj420p")
            picture.pts, picture.time_base = number, Fraction(1, FPS)
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    partial.rename(path)
    return path


def with_strip(frame: av.VideoFrame, number: int) -> av.VideoFrame:
    """``frame`` (YUV420P) with a strip over its lowest ninth."""
    planes = frame.to_ndarray()
    top, width, height = frame.height - frame.height // HEIGHT_SHARE, frame.width, frame.height
    for cell, white in enumerate(encode(Code(number, round(number * 1000 / FPS)))):
        row, column = divmod(cell, COLUMNS)
        first, last = (top + (height - top) * each // ROWS for each in (row, row + 1))
        planes[first:last, width * column // COLUMNS : width * (column + 1) // COLUMNS] = WHITE if white else BLACK
    for quarter in (planes[height : height * 5 // 4], planes[height * 5 // 4 :]):
        quarter.reshape(height // 2, width // 2)[top // 2 :] = GREY
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")
