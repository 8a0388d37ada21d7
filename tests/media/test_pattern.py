"""The pattern through real codecs at low bit rates, at every size; and numbered clips."""

import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from kiosk.media import pattern
from kiosk.media.code_reader import read_frame, read_luma
from kiosk.media.framecode import MODULUS

LOW_RATES = {(1280, 720): 350_000, (640, 360): 275_000, (320, 180): 225_000}
"""Bits a second: under a quarter of what a call begins with. With less, x264 leaves the strip's blocks out; none is misread."""


def frames(width: int, height: int, number: int, time_ms: str = pattern.CLIP_MS) -> list[av.VideoFrame]:
    with av.open(pattern.graph(width, height, 30, time_ms=time_ms), format="lavfi") as source:
        return [frame for frame, _ in zip(source.decode(video=0), range(number), strict=False)]


def through(codec: str, pictures: list[av.VideoFrame], bit_rate: int) -> list[av.VideoFrame]:
    """The pictures encoded as for a call and decoded again."""
    encoder = av.CodecContext.create(codec, "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = pictures[0].width, pictures[0].height, "yuv420p"
    encoder.bit_rate, encoder.time_base, encoder.framerate = bit_rate, Fraction(1, 30), Fraction(30)
    fast = {"preset": "veryfast", "tune": "zerolatency", "maxrate": str(bit_rate), "bufsize": str(bit_rate // 2)}
    encoder.options = fast if codec == "libx264" else {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    decoder = av.CodecContext.create("h264" if codec == "libx264" else "vp8", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoded = []
    for number, picture in enumerate(pictures):
        picture.pts, picture.time_base = number, Fraction(1, 30)
        for packet in encoder.encode(picture):
            decoded += decoder.decode(packet)
    for packet in encoder.encode(None):
        decoded += decoder.decode(packet)
    return decoded + decoder.decode(None)


@pytest.mark.parametrize("codec", ["libx264", "libvpx"])
@pytest.mark.parametrize("size", LOW_RATES)
def test_numbers_survive_low_bit_rates(codec: str, size: tuple[int, int]) -> None:
    """At a low bit rate nearly every frame can be read, and none is misread."""
    decoded = through(codec, frames(*size, 45), LOW_RATES[size])
    codes = [read_frame(frame) for frame in decoded]
    readable = [code.frame for code in codes if code is not None]
    assert len(readable) >= 40
    assert readable == [number for number, code in enumerate(codes) if code is not None]


@pytest.mark.parametrize("size", [(320, 180), (426, 240), (854, 480), (1920, 1080), (333, 187)])
def test_numbers_survive_scaling(size: tuple[int, int]) -> None:
    """720p pictures, encoded, scaled to other sizes: all are read."""
    for number, frame in enumerate(through("libx264", frames(1280, 720, 5), 600_000)):
        code = read_frame(frame.reformat(*size, format="yuv420p", interpolation="BILINEAR"))
        assert code is not None
        assert code.frame == number


@pytest.mark.parametrize("size", [(160, 120), (640, 480), (1280, 720), (1920, 1080), (642, 362)])
def test_every_configurable_size_has_a_readable_strip(size: tuple[int, int]) -> None:
    assert [code.frame for code in map(read_frame, frames(*size, 3)) if code] == [0, 1, 2]


def test_the_time_is_the_wall_clock_of_the_moment_it_is_asked_for() -> None:
    """A picture that is taken late has a late time: no picture is made ahead."""
    with av.open(pattern.graph(320, 180, 30), format="lavfi") as source:
        pictures = source.decode(video=0)
        next(pictures)
        for _ in range(5):
            asked = time.time_ns() // 1_000_000
            code = read_frame(next(pictures))
            assert code is not None
            assert (code.time_ms - asked) % MODULUS <= 200


def test_pictures_without_a_strip_have_no_code() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (360, 640), np.uint8)
    assert read_luma(noise) is None
    assert read_luma(np.zeros((360, 640), np.uint8)) is None
    assert read_luma(np.zeros((20, 40), np.uint8)) is None


def test_other_formats_are_converted() -> None:
    (frame,) = frames(640, 360, 1)
    for name in ("rgb24", "bgr24", "nv12", "gray", "yuvj422p", "yuv444p"):
        code = read_frame(frame.reformat(format=name))
        assert code is not None, name
        assert code.frame == 0


@pytest.mark.parametrize("name", ["clip.mjpeg", "clip.mp4", "clip.mkv"])
def test_a_numbered_clip(name: str, tmp_path: Path) -> None:
    """Its size and rate are those asked for; each frame has its number, and its time in the clip."""
    pattern.write_numbered_clip(tmp_path / name, 1.2, 640, 360, 25)
    with av.open(tmp_path / name) as clip:
        codes = [read_frame(frame) for frame in clip.decode(video=0)]
    assert [(code.frame, code.time_ms) for code in codes if code] == [(number, number * 40) for number in range(30)]


def test_the_pattern_is_cheap() -> None:
    """A 720p frame takes about 0.6 ms of processor time where this was written; 6 ms would be another pattern."""
    with av.open(pattern.graph(1280, 720, 30), format="lavfi") as source:
        pictures = source.decode(video=0)
        next(pictures)
        before = time.process_time()
        for _ in range(60):
            next(pictures)
    assert (time.process_time() - before) / 60 < 0.006
