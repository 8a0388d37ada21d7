"""Shaping, V4L2's capabilities, and the words for error numbers."""

import errno
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from kiosk.media import v4l2
from kiosk.media.code_reader import read_frame
from kiosk.media.faults import device_fault, file_fault
from kiosk.media.pattern import graph
from kiosk.media.shape import Shaper
from kiosk.media.v4l2 import Capability, find_camera, unpack


def picture(width: int, height: int, name: str) -> av.VideoFrame:
    with av.open(graph(width, height, 30), format="lavfi") as source:
        frame = next(source.decode(video=0)).reformat(format=name)
    frame.pts, frame.time_base = 0, Fraction(1, 90_000)
    return frame


def test_a_picture_that_fits_is_passed_untouched() -> None:
    """No copy: the very frame comes out."""
    frame = picture(640, 360, "yuv420p")
    assert Shaper(640, 360)(frame) is frame


@pytest.mark.parametrize("name", ["yuvj422p", "yuvj420p", "yuyv422", "nv12", "rgb24", "yuv420p"])
@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (320, 180)])
def test_other_forms_become_yuv420p_of_the_wanted_size(name: str, size: tuple[int, int]) -> None:
    """What cameras give (and more): the strip is still readable, so the picture is whole."""
    shaped = Shaper(640, 360)(picture(*size, name))
    assert (shaped.format.name, shaped.width, shaped.height) == ("yuv420p", 640, 360)
    code = read_frame(shaped)
    assert code is not None
    assert code.frame == 0


def test_full_range_becomes_limited() -> None:
    """JPEG's white of 255 and black of 0 become video's 235 and 16, however the frame says that it is full range."""
    white = np.full((90, 64), 128, np.uint8)
    white[:60] = 255
    declared = av.VideoFrame.from_ndarray(white, format="yuv420p")
    declared.color_range = ColorRange.JPEG
    by_name = av.VideoFrame.from_ndarray(white, format="yuvj420p")
    for frame in (declared, by_name):
        shaped = Shaper(64, 60)(frame)
        assert abs(int(np.frombuffer(memoryview(shaped.planes[0]), np.uint8)[100]) - 235) <= 1


@pytest.mark.parametrize("size", [(640, 480), (360, 640), (1920, 800)])
def test_another_shape_fills_the_picture(size: tuple[int, int]) -> None:
    """A grey picture of another shape: no black bars, no distortion of a square in its middle."""
    width, height = size
    grey = np.full((height, width, 3), 128, np.uint8)
    side = min(size) // 4
    grey[(height - side) // 2 : (height + side) // 2, (width - side) // 2 : (width + side) // 2] = 255
    shaped = Shaper(640, 360)(av.VideoFrame.from_ndarray(grey, format="rgb24")).to_ndarray(format="gray")
    assert shaped.min() > 100
    rows, columns = np.nonzero(shaped > 200)
    assert abs(np.ptp(rows) - np.ptp(columns)) <= 3


def test_a_new_form_in_mid_stream_gets_a_new_graph() -> None:
    shaper = Shaper(320, 180)
    for name in ("yuvj422p", "nv12", "yuvj422p"):
        assert shaper(picture(640, 360, name)).format.name == "yuv420p"


def answer(driver: str, caps: int) -> bytes:
    """A ``struct v4l2_capability`` as the kernel fills it."""
    packed = struct.pack("=16s32s32s3I3I", driver.encode(), b"HD Webcam", b"usb-1", 0x060100, 0x84200001, caps, 0, 0, 0)
    assert len(packed) == 104
    return packed


def test_capabilities_are_read() -> None:
    assert unpack(answer("uvcvideo", 0x04200001)) == Capability("uvcvideo", "HD Webcam", 0x04200001)


def test_the_request_number_carries_the_struct_size() -> None:
    """``_IOR('V', 0, 104 bytes)`` of asm-generic/ioctl.h."""
    assert (2 << 30) | (v4l2.CAPABILITY.size << 16) | (ord("V") << 8) == v4l2.QUERYCAP


def test_the_first_real_camera_is_found(tmp_path: Path) -> None:
    """Metadata nodes, the Pi's codecs, its raw sensors, and nodes that can't be asked are passed over; 9 comes before 10."""
    answers = {
        "video0": answer("unicam", 0x04200001),
        "video2": answer("bcm2835-codec", 0x04004000),
        "video3": answer("uvcvideo", 0x04A00000),
        "video10": answer("uvcvideo", 0x04200001),
        "video9": answer("uvcvideo", 0x04200001),
    }
    for name in [*answers, "video4", "videodev", "audio0"]:
        (tmp_path / name).touch()

    def ask(node: Path) -> Capability:
        if node.name not in answers:
            raise PermissionError(errno.EACCES, "no")
        return unpack(answers[node.name])

    assert find_camera(tmp_path, ask) == tmp_path / "video9"
    answers.clear()
    assert find_camera(tmp_path, ask) is None


def test_a_file_that_is_no_device_is_no_camera(tmp_path: Path) -> None:
    (tmp_path / "video0").touch()
    assert find_camera(tmp_path) is None


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOENT, "There is no camera"),
        (errno.ENODEV, "was unplugged"),
        (errno.EIO, "was unplugged"),
        (errno.EBUSY, "Another program"),
        (errno.EACCES, "may not use"),
        (errno.ENOTTY, "is no camera"),
        (errno.EINVAL, "doesn't work"),
    ],
)
def test_error_numbers_of_a_device_become_sentences(number: int, words: str) -> None:
    fault = device_fault("/dev/video0", OSError(number, "libav's words"))
    assert words in fault.what
    assert "/dev/video0" in fault.what
    assert fault.advice.endswith(".")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOENT, "There is no file"),
        (errno.EACCES, "may not read"),
        (errno.EISDIR, "is a folder"),
        (errno.EIO, "no video"),
    ],
)
def test_error_numbers_of_a_file_become_sentences(number: int, words: str) -> None:
    fault = file_fault("/srv/film.mp4", OSError(number, "libav's words"))
    assert words in fault.what
    assert fault.advice.endswith(".")
