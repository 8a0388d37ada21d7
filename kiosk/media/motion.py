"""Does a picture move? Tells a live picture from a frozen one."""

import av
import numpy as np
from numpy.typing import NDArray

COLUMNS, ROWS = 64, 36
NOISE = 6
"""Luma steps (of 255) by which a still picture's pixels may differ after coding."""
MOVED = 4
"""So many of the 2,304 samples have to differ: a blinking eye does, coding noise doesn't."""


def sample(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """A coarse grid of a YUV420P frame's luma, shape ``(36, 64)``; a copy of no more than that."""
    plane = frame.planes[0]
    luma = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    rows = (np.arange(ROWS) * 2 + 1) * frame.height // (2 * ROWS)
    columns = (np.arange(COLUMNS) * 2 + 1) * frame.width // (2 * COLUMNS)
    grid: NDArray[np.uint8] = luma[np.ix_(rows, columns)]
    return grid


class MotionMeter:
    """Counts the frames of one call, and those that differ from the frame before."""

    def __init__(self) -> None:
        self.frames = 0
        self.moved = 0
        self._last: NDArray[np.uint8] | None = None

    def feed(self, frame: av.VideoFrame) -> None:
        """Count one YUV420P frame."""
        now = sample(frame)
        self.frames += 1
        if self._last is not None:
            change = np.abs(now.astype(np.int16) - self._last)
            self.moved += int(np.count_nonzero(change > NOISE) >= MOVED)
        self._last = now
