"""The replaced H.264 encoder, against real x264 and aiortc's own packetisation, and the seams in aiortc that it leans on."""

import inspect
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest
from aiortc import rtcrtpsender
from aiortc.codecs.h264 import H264Decoder, H264Encoder, h264_depayload
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from kiosk.rtc.h264 import KEPT_PACKETS, FastH264Encoder, install

H264 = RTCRtpCodecParameters(mimeType="video/H264", clockRate=90000, payloadType=99)
VP8 = RTCRtpCodecParameters(mimeType="video/VP8", clockRate=90000, payloadType=97)


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
    keys = [is_key(encoder.encode(frame, force_keyframe=number == 5)[0]) for number, frame in enumerate(pictures(10))]
    assert keys == [True, False, False, False, False, True, False, False, False, False]


def test_a_new_bit_rate_takes_effect_without_a_new_encoder() -> None:
    encoder = FastH264Encoder(2_000_000, 2_500_000)
    size(encoder, pictures(30))
    full = size(encoder, pictures(60))
    codec = encoder.codec
    encoder.target_bitrate = 500_000
    size(encoder, pictures(60))
    quarter = size(encoder, pictures(60))
    assert encoder.codec is codec
    assert quarter < full / 2


def test_the_maximum_binds() -> None:
    encoder = FastH264Encoder(800_000, 800_000)
    list(map(encoder.encode, pictures(2)))
    encoder.target_bitrate = 3_000_000
    list(map(encoder.encode, pictures(2)))
    assert encoder.codec is not None
    assert encoder.codec.bit_rate == 800_000


def test_a_new_size_opens_a_new_encoder() -> None:
    encoder = FastH264Encoder(1_000_000, 2_000_000)
    list(map(encoder.encode, pictures(2)))
    payloads, _ = encoder.encode(next(pictures(1, 320, 180)))
    assert is_key(payloads)


def test_aiortc_keeps_as_many_packets_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seam: the sender's history and its answers to NACKs count by this name in its own module."""
    monkeypatch.setattr(rtcrtpsender, "get_encoder", rtcrtpsender.get_encoder)  # type: ignore[attr-defined]  # see below
    monkeypatch.setattr("aiortc.rtcrtpsender.RTP_HISTORY_SIZE", 128)
    install(1000, 2000)
    assert vars(rtcrtpsender)["RTP_HISTORY_SIZE"] == KEPT_PACKETS
    for method in (rtcrtpsender.RTCRtpSender._retransmit, rtcrtpsender.RTCRtpSender._run_rtp):
        assert "% RTP_HISTORY_SIZE" in inspect.getsource(method)


def test_aiortc_takes_it_from_where_it_is_put(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seam: aiortc's sender asks this name in its own module for an encoder, and calls these methods."""
    stock = rtcrtpsender.get_encoder  # type: ignore[attr-defined]  # not re-exported; the seam itself
    monkeypatch.setattr(rtcrtpsender, "get_encoder", stock)
    monkeypatch.setattr("aiortc.rtcrtpsender.RTP_HISTORY_SIZE", 128)
    install(1000, 2000)
    assert isinstance(rtcrtpsender.get_encoder(H264), FastH264Encoder)  # type: ignore[attr-defined]  # see above
    assert not isinstance(rtcrtpsender.get_encoder(VP8), H264Encoder)  # type: ignore[attr-defined]  # see above
    source = inspect.getsource(rtcrtpsender.RTCRtpSender._next_encoded_frame)
    assert "get_encoder(codec)" in source
    assert "self._encode_frame(frame, force_keyframe)" in inspect.getsource(H264Encoder.encode)
