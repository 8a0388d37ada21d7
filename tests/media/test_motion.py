"""A frozen picture isn't mistaken for a live one."""

import av
import numpy as np
import pytest

from kiosk.media.motion import MotionMeter, sample


def picture(width: int, height: int, shade: int = 90, spot: int | None = None) -> av.VideoFrame:
    luma = np.full((height * 3 // 2, width), shade, np.uint8)
    if spot is not None:
        luma[height // 4 : height // 2, spot : spot + width // 8] = 250
    return av.VideoFrame.from_ndarray(luma, format="yuv420p")


def test_a_still_picture_with_coding_noise_does_not_move() -> None:
    meter = MotionMeter()
    rng = np.random.default_rng(1)
    for _ in range(10):
        frame = picture(640, 360)
        plane = np.frombuffer(memoryview(frame.planes[0]), np.uint8)
        plane[:] = plane + rng.integers(0, 5, plane.size, dtype=np.uint8)
        meter.feed(frame)
    assert (meter.frames, meter.moved) == (10, 0)


def test_a_moving_spot_moves() -> None:
    meter = MotionMeter()
    for step in range(10):
        meter.feed(picture(640, 360, spot=step * 40))
    assert (meter.frames, meter.moved) == (10, 9)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (322, 242), (64, 36)])
def test_the_grid_has_one_shape_for_every_size(width: int, height: int) -> None:
    assert sample(picture(width, height)).shape == (36, 64)
