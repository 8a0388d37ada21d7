"""Pictures from PyAV to Qt, to the pixel."""

from collections.abc import Callable

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

from kiosk.errors import MisuseError
from kiosk.ui.convert import Scaler, to_video_frame

Pixels = NDArray[np.uint8]


def noise(width: int, height: int) -> tuple[av.VideoFrame, list[Pixels]]:
    """A YUV420P picture of noise and its three planes without padding."""
    random = np.random.default_rng(width * 10_000 + height)
    frame = av.VideoFrame(width, height, "yuv420p")
    planes = []
    for plane in frame.planes:
        pixels = random.integers(16, 235, (plane.height, plane.width), np.uint8)
        padded = np.full((plane.height, plane.line_size), 255, np.uint8)
        padded[:, : plane.width] = pixels
        whole = np.zeros(plane.buffer_size, np.uint8)
        whole[: padded.size] = padded.ravel()
        plane.update(whole.tobytes())
        planes.append(pixels)
    return frame, planes


def read_back(frame: QVideoFrame, index: int) -> Pixels:
    assert frame.map(QVideoFrame.MapMode.ReadOnly)
    rows = np.frombuffer(frame.bits(index), np.uint8).copy()
    rows = rows[: len(rows) // frame.bytesPerLine(index) * frame.bytesPerLine(index)]
    rows = rows.reshape(-1, frame.bytesPerLine(index))
    frame.unmap()
    return rows


@pytest.mark.parametrize(
    ("width", "height"), [(1280, 720), (640, 360), (1920, 1080), (320, 240), (322, 242), (321, 241), (17, 9), (2, 2)]
)
def test_every_pixel_arrives(width: int, height: int) -> None:
    """Whatever the line sizes are: PyAV pads to 16 or more, Qt to its own."""
    frame, planes = noise(width, height)
    out = to_video_frame(frame)
    assert (out.width(), out.height()) == (width, height)
    assert out.pixelFormat() == QVideoFrameFormat.PixelFormat.Format_YUV420P
    for index, pixels in enumerate(planes):
        got = read_back(out, index)
        # Qt has no room for the last chroma row of an odd height.
        high = min(len(got), len(pixels)) if height % 2 and index else len(pixels)
        assert high >= height // 2
        np.testing.assert_array_equal(got[:high, : pixels.shape[1]], pixels[:high])


def test_the_colours_are_rec_601_unless_the_stream_says_more() -> None:
    """Qt alone would take BT.709 for 720 lines; WebRTC means BT.601."""
    frame, _ = noise(1280, 720)
    out = to_video_frame(frame).surfaceFormat()
    assert out.colorSpace() == QVideoFrameFormat.ColorSpace.ColorSpace_BT601
    assert out.colorRange() == QVideoFrameFormat.ColorRange.ColorRange_Video
    frame.colorspace = 1
    frame.color_range = 2
    out = to_video_frame(frame).surfaceFormat()
    assert out.colorSpace() == QVideoFrameFormat.ColorSpace.ColorSpace_BT709
    assert out.colorRange() == QVideoFrameFormat.ColorRange.ColorRange_Full


@pytest.mark.parametrize("convert", [to_video_frame, lambda frame: Scaler().cover(frame, 10, 10)])
def test_another_pixel_format_is_our_own_mistake(convert: Callable[[av.VideoFrame], object]) -> None:
    with pytest.raises(MisuseError, match="rgb24"):
        convert(av.VideoFrame(16, 16, "rgb24"))


def plain(size: tuple[int, int], colour: tuple[int, int, int]) -> av.VideoFrame:
    pixels = np.full((size[1], size[0], 3), colour, np.uint8)
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")


@pytest.mark.parametrize("size", [(64, 48), (640, 480), (101, 333), (1, 1)])
@pytest.mark.parametrize("source", [(320, 240), (640, 360), (321, 241)])
def test_a_scaled_picture_covers_all_of_its_place(size: tuple[int, int], source: tuple[int, int]) -> None:
    """One colour in, one colour out, to the last pixel of each edge."""
    image = Scaler().cover(plain(source, (200, 60, 40)), *size)
    assert (image.width(), image.height()) == size
    for x in {0, size[0] // 2, size[0] - 1}:
        for y in {0, size[1] // 2, size[1] - 1}:
            colour = image.pixelColor(x, y)
            assert abs(colour.red() - 200) < 6
            assert abs(colour.green() - 60) < 6
            assert abs(colour.blue() - 40) < 6


def thirds(width: int, height: int) -> av.VideoFrame:
    """Red, green, blue from left to right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    for third in range(3):
        pixels[:, third * width // 3 : (third + 1) * width // 3, third] = 220
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")


def test_what_doesnt_fit_is_cut_off_on_both_sides_alike() -> None:
    """Three columns in an upright place: the middle one stays, and it stays in the middle."""
    image = Scaler().cover(thirds(960, 320), 320, 320)
    colours = [image.pixelColor(x, 160) for x in (10, 160, 309)]
    assert all(colour.green() > 190 and colour.red() < 30 and colour.blue() < 30 for colour in colours)
    wider = Scaler().cover(thirds(960, 320), 480, 320)
    assert wider.pixelColor(5, 160).red() > 190
    assert wider.pixelColor(474, 160).blue() > 190


def test_sizes_may_change_in_mid_stream() -> None:
    scaler = Scaler()
    for width, height in ((320, 180), (1280, 720), (640, 360), (321, 181)):
        assert isinstance(scaler.cover(thirds(width, height), 200, 100), QImage)
