"""Cameras with odd sizes, forms and rates, and ones that change them: everybody gets frames of the configured form."""

import itertools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from kiosk.config import CameraSection
from kiosk.media.devices import open_camera
from kiosk.media.ports import Camera
from tests.contract.watching import Seen, Watcher

SIZE = (640, 360)
FPS = 30
ODD = {
    "1278x718": (1278, 718, "yuvj422p"),
    "641x481": (641, 481, "yuvj422p"),
    "160x120": (160, 120, "yuvj420p"),
    "upright": (360, 642, "yuvj420p"),
    "4:4:4": (640, 480, "yuvj444p"),
    "one row of blocks": (640, 16, "yuvj420p"),
}


def jpegs(width: int, height: int, form: str, count: int) -> list[bytes]:
    """Pictures that a USB camera might send: motion JPEG, full range, each one different."""
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, form
    codec.time_base = Fraction(1, FPS)
    chance = np.random.default_rng(4)
    made = []
    for number in range(count):
        plain = chance.integers(40, 200, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
        large = np.repeat(np.repeat(plain, 8, axis=0), 8, axis=1)[:height, :width]
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(large), format="rgb24").reformat(format=form)
        frame.pts = number
        made += [bytes(packet) for packet in codec.encode(frame)]
    return made


@pytest.fixture
def opened() -> Iterator[list[Camera]]:
    """Cameras to stop afterwards."""
    cameras: list[Camera] = []
    yield cameras
    for camera in cameras:
        camera.stop()


def film(path: Path, opened: list[Camera], count: int = 20) -> list[Seen]:
    """The next frames of a file as a camera."""
    camera = open_camera(CameraSection(source=f"file:{path}", width=SIZE[0], height=SIZE[1], fps=FPS))
    opened.append(camera)
    watcher = Watcher()
    camera.start(watcher.on_fault)
    seen = watcher.frames(count, camera)
    assert watcher.faults == []
    assert all(later.pts > earlier.pts for earlier, later in itertools.pairwise(seen))
    assert {each.form for each in seen} == {("yuv420p", *SIZE)}
    return seen


@pytest.mark.parametrize(("width", "height", "form"), ODD.values(), ids=ODD.keys())
def test_an_odd_size_or_form_becomes_the_configured_one(
    width: int, height: int, form: str, tmp_path: Path, opened: list[Camera]
) -> None:
    (tmp_path / "odd.mjpeg").write_bytes(b"".join(jpegs(width, height, form, 15)))
    film(tmp_path / "odd.mjpeg", opened)


def test_a_grey_camera_gives_grey_pictures(tmp_path: Path, opened: list[Camera]) -> None:
    """As an infrared camera does: brightness only."""
    path = tmp_path / "grey.mkv"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("ffv1", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "gray"
        for number in range(15):
            frame = av.VideoFrame.from_ndarray(np.full((240, 320), 60 + number, np.uint8), format="gray")
            frame.pts = number
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    film(path, opened)


def test_a_camera_may_change_size_and_form_while_it_runs(tmp_path: Path, opened: list[Camera]) -> None:
    """Some do when another program asks something of them, or after a hiccup on the bus."""
    parts = [jpegs(*kind, 4) for kind in (ODD["1278x718"], ODD["160x120"], ODD["upright"], (640, 360, "yuvj420p"))]
    (tmp_path / "changing.mjpeg").write_bytes(b"".join(itertools.chain(*parts)))
    film(tmp_path / "changing.mjpeg", opened, 40)


def test_broken_pictures_in_between_are_left_out(tmp_path: Path, opened: list[Camera]) -> None:
    """Cut ones and noise, as a bad cable makes them."""
    good = jpegs(640, 480, "yuvj422p", 20)
    noise = np.random.default_rng(9).bytes(3000)
    spoilt = [each if number % 4 else each[: len(each) // 3] + noise for number, each in enumerate(good)]
    (tmp_path / "spoilt.mjpeg").write_bytes(good[0] + b"".join(spoilt))
    film(tmp_path / "spoilt.mjpeg", opened)


@pytest.mark.parametrize(("rate", "expected"), [(Fraction(15, 2), 7.5), (Fraction(15), 15), (Fraction(60), 30)])
def test_a_rate_is_kept_but_never_over_the_configured_one(
    rate: Fraction, expected: float, tmp_path: Path, opened: list[Camera]
) -> None:
    """7.5 and 15 a second as they come; of 60 every second one is left out."""
    path = tmp_path / "rate.mkv"
    pictures = jpegs(320, 240, "yuvj420p", 20)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mjpeg", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuvj420p"
        for number, data in enumerate(pictures * 4):
            packet = av.Packet(data)
            packet.stream, packet.time_base = stream, 1 / rate
            packet.pts = packet.dts = number
            packet.is_keyframe = True
            file.mux(packet)
    seen = film(path, opened, 16)
    mean = 15 / (seen[-1].seconds - seen[0].seconds)
    assert mean == pytest.approx(expected, rel=0.25)
