"""Pictures of absurd sizes are refused before they take memory; large ones that are real aren't."""

import av
import pytest
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from kiosk.rtc.receive import sizes
from tests.rtc.h264_bits import idr, pps, sps
from tests.rtc.hostile import memory_within

H264 = RTCRtpCodecParameters(mimeType="video/H264", clockRate=90_000, payloadType=99)
VP8 = RTCRtpCodecParameters(mimeType="video/VP8", clockRate=90_000, payloadType=97)


@pytest.mark.parametrize("side", [16368, 12288, 4096, 2576])
def test_an_enormous_h264_picture_takes_no_memory(side: int) -> None:
    """It is refused by its size; only the tables of its blocks are made, 46 MB at most instead of 4 GB."""
    decoder = sizes.careful_decoder(H264)
    data = b"".join(b"\0\0\0\1" + unit for unit in (sps(side, side, 16), pps(), idr()))

    with memory_within(60), pytest.raises(av.InvalidDataError):
        decoder.decode(JitterFrame(data=data, timestamp=0))


def test_a_large_h264_picture_is_decoded() -> None:
    """2560x1440, the largest one that passes."""
    decoder = sizes.careful_decoder(H264)
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 2560, 1440, "yuv420p"
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency"}
    (packet,) = encoder.encode(av.VideoFrame(2560, 1440, "yuv420p"))
    (picture,) = decoder.decode(JitterFrame(data=bytes(packet), timestamp=0))
    assert isinstance(picture, av.VideoFrame)
    assert (picture.width, picture.height) == (2560, 1440)


@pytest.mark.parametrize(("width", "height", "large"), [(16383, 16383, True), (2561, 1440, True), (2560, 1440, False)])
def test_an_enormous_vp8_picture_is_told_by_its_header(width: int, height: int, large: bool) -> None:  # noqa: FBT001 a table's column
    """Also where the upper two bits, the scale, are set."""
    scaled = [side | 0x4000 for side in (width, height)]
    data = b"\x10\x02\x00" + sizes.START_CODE + b"".join(side.to_bytes(2, "little") for side in scaled)
    assert sizes.too_large(VP8, data) is large
    assert not sizes.too_large(VP8, b"\x11" + data[1:]), "no key frame has no size"
    assert not sizes.too_large(VP8, data[:9])
