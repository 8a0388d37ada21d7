"""The replaced H.264 encoder, against real x264 and aiortc's own packetisation, and the seams in aiortc that it leans on."""

import inspect
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from aiortc.codecs.h264 import H264Decoder, H264Encoder, h264_depayload
from aiortc.jitterbuffer import JitterFrame

from kiosk.rtc.send.h264 import FastH264Encoder


def pictures(count: int, width: int = 640, height: int = 360) -> Iterator[av.VideoFrame]:
    """Noise that moves over a grey ground: dear to encode, so that the bit rate binds."""
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 255, (height * 3 // 2, width), dtype=np.uint8)
    for number in range(count):
        frame = av.VideoFrame.from_ndarray(np.roll(noise, number * 3, axis=1), format="yuv420p")
        frame.pts, frame.time_base = number * 3000, Fraction(1, 90000)
        yield frame


def size(encoder: FastH264Encoder, frames: Iterator[av.VideoFrame]) -> int:
    return sum(len(payload) for frame in frames for payload in encoder.encode(frame)[0])


def kbps_of_30(encoder: FastH264Encoder) -> float:
    """The bit rate at which the encoder makes 30 pictures, after as many to get used to it."""
    size(encoder, pictures(30))
    return size(encoder, pictures(30)) * 8 / 1000


def decode(payloads: list[bytes], timestamp: int, decoder: H264Decoder) -> list[av.frame.Frame]:
    data = b"".join(h264_depayload(payload) for payload in payloads)
    return list(decoder.decode(JitterFrame(data=data, timestamp=timestamp)))


def is_key(payloads: list[bytes]) -> bool:
    """An access unit with an SPS (type 7), alone or first in a STAP-A (24)."""
    first = payloads[0]
    return first[0] & 0x1F == 7 or (first[0] & 0x1F == 24 and first[3] & 0x1F == 7)


def test_what_it_encodes_aiortc_decodes_frame_by_frame() -> None:
    encoder, decoder = FastH264Encoder(1_000_000, 2_000_000), H264Decoder()
    decoded = 0
    for number, frame in enumerate(pictures(10)):
        payloads, timestamp = encoder.encode(frame)
        assert timestamp == number * 3000, "no frame of delay"
        assert all(len(payload) <= 1300 for payload in payloads)
        decoded += len(decode(payloads, timestamp, decoder))
    assert decoded == 10


def test_a_key_frame_comes_first_and_when_asked_for() -> None:
    encoder = FastH264Encoder(1_000_000, 2_000_000)
    keys, said = [], []
    for number, frame in enumerate(pictures(10)):
        keys.append(is_key(encoder.encode(frame, force_keyframe=number == 5)[0]))
        said.append(encoder.made_key)
    assert keys == [True, False, False, False, False, True, False, False, False, False]
    assert said == keys


def test_the_bit_rate_goes_down_and_up_without_a_new_encoder() -> None:
    """Also above the one that it was opened with, which x264 refuses of an encoder that was simply opened at it."""
    encoder = FastH264Encoder(800_000, 2_500_000)
    assert 600 < kbps_of_30(encoder) < 1100
    codec = encoder.codec
    for bps in (300_000, 2_000_000, 500_000):
        encoder.target_bitrate = bps
        assert 0.7 < kbps_of_30(encoder) / (bps / 1000) < 1.3, bps
    assert encoder.codec is codec


def test_a_key_frame_brings_a_new_encoder_where_the_bit_rate_is_another() -> None:
    """Its buffer is a time of the bit rate that it is opened with, and bounds how large a key frame becomes."""
    encoder = FastH264Encoder(2_000_000, 2_500_000)
    size(encoder, pictures(10))
    codec = encoder.codec
    assert codec is not None
    encoder.encode(next(pictures(1)), force_keyframe=True)
    assert encoder.codec is codec
    encoder.target_bitrate = 400_000
    payloads, _ = encoder.encode(next(pictures(1)), force_keyframe=True)
    assert encoder.codec is not codec
    assert is_key(payloads)
    assert sum(map(len, payloads)) * 8 <= 400_000 * 0.4 * 1.1


def test_the_maximum_binds() -> None:
    encoder = FastH264Encoder(900_000, 800_000)
    assert encoder.target_bitrate == 800_000
    encoder.target_bitrate = 3_000_000
    assert kbps_of_30(encoder) < 1000


def test_a_new_size_is_a_key_frame_of_that_size() -> None:
    encoder, decoder = FastH264Encoder(1_000_000, 2_000_000), H264Decoder()
    shapes, keys = [], []
    for number, frame in enumerate(pictures(9)):
        encoder.size = ((640, 360), (480, 270), None)[number // 3]
        payloads, timestamp = encoder.encode(frame)
        keys.append(is_key(payloads))
        shapes += [(shown.width, shown.height) for shown in decode(payloads, timestamp, decoder)]  # type: ignore[attr-defined]  # pictures
    assert shapes == [(640, 360)] * 3 + [(480, 270)] * 3 + [(640, 360)] * 3
    assert keys == [True, False, False] * 3


def test_a_picture_in_another_format_is_taken() -> None:
    payloads, timestamp = FastH264Encoder(1_000_000, 2_000_000).encode(next(pictures(1)).reformat(format="nv12"))
    assert len(decode(payloads, timestamp, H264Decoder())) == 1


def test_the_seam_in_aiortc() -> None:
    """The encoder there calls this method of its subclass, and packetises what it gives."""
    assert "self._encode_frame(frame, force_keyframe)" in inspect.getsource(H264Encoder.encode)
