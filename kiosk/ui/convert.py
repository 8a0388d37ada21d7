"""Decoded pictures (PyAV) to Qt's pictures."""

import math

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

from kiosk.errors import MisuseError

_MATRICES = {
    int(Colorspace.ITU709): QVideoFrameFormat.ColorSpace.ColorSpace_BT709,
    9: QVideoFrameFormat.ColorSpace.ColorSpace_BT2020,  # AVCOL_SPC_BT2020_NCL, which PyAV doesn't name
}
"""FFmpeg's matrix to Qt's. What a stream doesn't say is BT.601, as in WebRTC; Qt alone would guess by the height."""


def to_video_frame(frame: av.VideoFrame) -> QVideoFrame:
    """``frame`` (YUV420P, any size and line size) copied plane by plane into a frame for a `QVideoSink`.

    Qt leaves out the last chroma row of an odd height. Raises `MisuseError` for another pixel format.
    """
    _check(frame)
    shape = QVideoFrameFormat(QSize(frame.width, frame.height), QVideoFrameFormat.PixelFormat.Format_YUV420P)
    shape.setColorSpace(_MATRICES.get(int(frame.colorspace), QVideoFrameFormat.ColorSpace.ColorSpace_BT601))
    full = int(frame.color_range) == int(ColorRange.JPEG)
    shape.setColorRange(
        QVideoFrameFormat.ColorRange.ColorRange_Full if full else QVideoFrameFormat.ColorRange.ColorRange_Video
    )
    out = QVideoFrame(shape)
    if not out.map(QVideoFrame.MapMode.WriteOnly):
        raise MisuseError("Qt gave no memory for a picture.", "Look for pictures that are kept too long.")
    for index, plane in enumerate(frame.planes):
        _copy(plane, _rows(out.bits(index), out.bytesPerLine(index)))
    out.unmap()
    return out


class Scaler:
    """Makes RGB pictures of a wanted size for a screen without a graphics processor; keeps FFmpeg's tables between them."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()
        self._pixels: NDArray[np.uint8] = np.zeros((1, 1, 4), np.uint8)

    def cover(self, frame: av.VideoFrame, width: int, height: int) -> QImage:
        """``frame`` (YUV420P) scaled until it covers ``width`` x ``height`` pixels, the rest cut off on both sides.

        The image borrows its memory from this object: it is good until the next call.
        """
        _check(frame)
        factor = max(width / frame.width, height / frame.height)
        wide, high = (
            max(size, math.ceil(side * factor)) for size, side in ((width, frame.width), (height, frame.height))
        )
        scaled = self._reformatter.reformat(
            frame, wide, high, "bgra", interpolation=Interpolation.FAST_BILINEAR, dst_color_range=ColorRange.JPEG
        )
        plane = scaled.planes[0]
        pixels = _rows(plane, plane.line_size)[:high, : wide * 4].reshape(high, wide, 4)
        top, left = (high - height) // 2, (wide - width) // 2
        self._pixels = np.ascontiguousarray(pixels[top : top + height, left : left + width])
        return QImage(self._pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)


def _check(frame: av.VideoFrame) -> None:
    if frame.format.name not in {"yuv420p", "yuvj420p"}:
        raise MisuseError(f"A picture for the screen is {frame.format.name}.", "Convert it to yuv420p before.")


def _rows(buffer: object, line_size: int) -> NDArray[np.uint8]:
    flat: NDArray[np.uint8] = np.frombuffer(buffer, np.uint8)  # type: ignore[call-overload] # planes have the buffer protocol, untyped
    return flat[: len(flat) // line_size * line_size].reshape(-1, line_size)


def _copy(plane: av.video.plane.VideoPlane, target: NDArray[np.uint8]) -> None:
    source = _rows(plane, plane.line_size)
    high, wide = min(plane.height, len(target)), min(plane.width, target.shape[1])
    target[:high, :wide] = source[:high, :wide]
