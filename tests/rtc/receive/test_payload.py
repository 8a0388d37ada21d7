"""What a payload is a part of, held against aiortc's own packetisation of real encoders' pictures."""

from fractions import Fraction

import av
import numpy as np
import pytest
from aiortc.codecs import get_encoder
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rtc.receive.payload import Part, part_of

H264 = RTCRtpCodecParameters(mimeType="video/H264", clockRate=90000, payloadType=99)
VP8 = RTCRtpCodecParameters(mimeType="video/VP8", clockRate=90000, payloadType=97)
AV1 = RTCRtpCodecParameters(mimeType="video/AV1", clockRate=90000, payloadType=100)


@pytest.mark.parametrize("codec", [H264, VP8], ids=["h264", "vp8"])
def test_key_frames_and_beginnings_are_told(codec: RTCRtpCodecParameters) -> None:
    encoder = get_encoder(codec)
    noise = np.random.default_rng(1).integers(0, 255, (360, 320), dtype=np.uint8)
    for number in range(6):
        frame = av.VideoFrame.from_ndarray(np.roll(noise, number, axis=1), format="yuv420p")
        frame.pts, frame.time_base = number * 3000, Fraction(1, 90000)
        payloads, _ = encoder.encode(frame, force_keyframe=number == 3)
        parts = [part_of(codec, payload) for payload in payloads]
        assert len(parts) > 1
        assert any(part.key for part in parts) == (number in {0, 3})
        assert parts[0].begins == (codec is VP8 or number in {0, 3})
        assert not any(part.begins for part in parts[1:])
        assert all(part.data for part in parts)


def test_an_empty_payload_is_padding() -> None:
    assert part_of(H264, b"") == Part(b"")


def test_h264_units() -> None:
    """A single unit, the middle of a fragmented one, and an aggregate without a key frame."""
    assert part_of(H264, bytes([0x61, 1, 2])) == Part(b"\0\0\0\1\x61\1\2")
    assert part_of(H264, bytes([0x7C, 0x05, 9])) == Part(b"\x09")
    assert part_of(H264, bytes([0x7C, 0x85, 9])).key
    assert part_of(H264, bytes([0x78, 0, 2, 0x61, 1, 0, 2, 0x65, 1])).key


def test_another_codecs_payload_goes_through() -> None:
    assert part_of(AV1, b"abc") == Part(b"abc")


@settings(deadline=None)
@given(st.binary(max_size=60))
@pytest.mark.parametrize("codec", [H264, VP8], ids=["h264", "vp8"])
def test_any_bytes_are_a_part_or_a_value_error(codec: RTCRtpCodecParameters, payload: bytes) -> None:
    try:
        part = part_of(codec, payload)
    except ValueError:
        return
    assert isinstance(part, Part)
