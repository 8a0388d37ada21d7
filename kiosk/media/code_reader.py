"""Reads the strip of `kiosk.media.framecode` out of pictures of any size."""

import av
import numpy as np
from numpy.typing import NDArray

from kiosk.media.framecode import COLUMNS, HEIGHT_SHARE, ROWS, Code, decode


def read_luma(luma: NDArray[np.uint8]) -> Code | None:
    """The code in a picture's brightness, shape ``(height, width)``; None where no valid strip can be read.

    Each cell's brightness is the mean of its middle ninth, which blurred edges don't reach.
    """
    height, width = luma.shape
    strip = height / HEIGHT_SHARE
    cell_height, cell_width = strip / ROWS, width / COLUMNS
    if cell_height < 3 or cell_width < 3:
        return None
    brightness = [
        float(
            luma[
                _middle(height - strip + row * cell_height, cell_height),
                _middle(column * cell_width, cell_width),
            ].mean()
        )
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]
    return decode(brightness)


def read_frame(frame: av.VideoFrame) -> Code | None:
    """The code in a frame; planar YUV is read where it lies, other formats are converted."""
    if not frame.format.name.startswith(("yuv", "nv12", "gray")):
        frame = frame.reformat(format="gray")
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return read_luma(rows[: frame.height, : frame.width])


def _middle(start: float, length: float) -> slice:
    first = int(start + length / 3)
    return slice(first, max(first + 1, int(start + 2 * length / 3)))
