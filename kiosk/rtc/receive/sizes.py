"""Refuses pictures of absurd sizes before memory is taken for them.

One VP8 packet that says 16383x16383 makes libvpx take 876 MB. FFmpeg's H.264 decoder asks its ``max_pixels`` first; libvpx
doesn't, so the size is read out of the key frame's header.
"""

from aiortc.codecs import get_decoder
from aiortc.codecs.base import Decoder
from aiortc.codecs.h264 import H264Decoder
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

MOST_PIXELS = 2560 * 1440
"""The largest picture that is decoded, four times what is asked for; with 16 references 90 MB of it."""
START_CODE = b"\x9d\x01\x2a"


def careful_decoder(codec: RTCRtpCodecParameters) -> Decoder:
    """The decoder for that codec, aiortc's, which refuses larger pictures where FFmpeg can. Raises ValueError for others."""
    decoder = get_decoder(codec)
    if isinstance(decoder, H264Decoder):
        decoder.codec.options = {"max_pixels": str(MOST_PIXELS)}
    return decoder


def too_large(codec: RTCRtpCodecParameters, data: bytes) -> bool:
    """Whether a VP8 key frame is larger than `MOST_PIXELS` (RFC 6386 section 9.1); other codecs' decoders look themselves."""
    if codec.name != "VP8" or len(data) < 10 or data[0] & 1 or data[3:6] != START_CODE:
        return False
    width, height = (int.from_bytes(data[place : place + 2], "little") & 0x3FFF for place in (6, 8))
    return width * height > MOST_PIXELS
