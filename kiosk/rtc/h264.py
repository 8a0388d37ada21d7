"""REPLACES aiortc's H.264 encoder: a fast x264 preset, and a new bit rate without a new encoder.

aiortc 1.16 opens libx264 with its default preset (about four times the CPU of ``veryfast`` at the same picture) and
opens it anew whenever the target moves by 10%. Its packetisation (RFC 6184) is used as it is. `install` puts this
class where aiortc's sender looks for encoders; a test fails when a release changes what this leans on.
"""

from collections.abc import Iterator
from fractions import Fraction

import av
from aiortc import rtcrtpsender
from aiortc.codecs import get_encoder as stock_encoder
from aiortc.codecs.base import Encoder
from aiortc.codecs.h264 import H264Encoder
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

KEPT_PACKETS = 1024
"""Sent packets that can be sent again: 4 s at 2.5 Mbit/s. aiortc keeps 128, which a slow lossy line asks for too late."""
FPS = 30
KEY_FRAME_EVERY = 10 * FPS
"""Key frames are asked for (PLI); this is the fallback for a receiver that never asks."""


class FastH264Encoder(H264Encoder):
    """x264 ``veryfast``/``zerolatency``, constrained baseline, one keyframe at the start and whenever asked for."""

    def __init__(self, start_bps: int, max_bps: int) -> None:
        super().__init__()
        self._max_bps = max_bps
        self._start_bps = start_bps
        self._told: int | None = None

    def _wanted_bps(self) -> int:
        """The receiver's estimate once there is one, the configured start before; never over the maximum."""
        estimate = self.target_bitrate
        if self._told is None:
            self._told = estimate
        return min(self._max_bps, estimate if estimate != self._told else self._start_bps)

    def _encode_frame(self, frame: av.VideoFrame, force_keyframe: bool) -> Iterator[bytes]:  # noqa: FBT001 aiortc's signature
        codec = self.codec
        if codec is None or (codec.width, codec.height) != (frame.width, frame.height):
            codec = self.codec = _open(frame.width, frame.height, self._wanted_bps())
        elif codec.bit_rate != self._wanted_bps():
            codec.bit_rate = self._wanted_bps()
        frame.pict_type = PictureType.I if force_keyframe else PictureType.NONE
        data = b"".join(bytes(packet) for packet in codec.encode(frame))
        if data:
            yield from self._split_bitstream(data)


def _open(width: int, height: int, bps: int) -> VideoCodecContext:
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height = width, height
    codec.bit_rate = bps
    codec.pix_fmt = "yuv420p"
    codec.framerate, codec.time_base = Fraction(FPS, 1), Fraction(1, 90_000)
    # x264 takes a new bit rate while it runs only if it began at a constant one (x264 ratecontrol.c)
    limits = {"maxrate": str(bps), "bufsize": str(bps // 2)}
    codec.options = {"preset": "veryfast", "tune": "zerolatency", "level": "31", "g": str(KEY_FRAME_EVERY), **limits}
    codec.profile = "Baseline"
    return codec


def install(start_kbps: int, max_kbps: int) -> None:
    """From now on every aiortc sender of this process encodes H.264 with `FastH264Encoder`, and keeps `KEPT_PACKETS`."""

    def get_encoder(codec: RTCRtpCodecParameters) -> Encoder:
        if codec.mimeType.lower() == "video/h264":
            return FastH264Encoder(start_kbps * 1000, max_kbps * 1000)
        return stock_encoder(codec)

    rtcrtpsender.RTP_HISTORY_SIZE = KEPT_PACKETS  # type: ignore[attr-defined]  # as below
    rtcrtpsender.get_encoder = get_encoder  # type: ignore[attr-defined]  # aiortc doesn't re-export it; this is the seam
