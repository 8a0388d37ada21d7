"""REPLACES aiortc's H.264 encoder: a fast x264 preset, a new bit rate without a new encoder, and a size of its own.

aiortc 1.16 opens libx264 with its default preset (four times the CPU of ``superfast`` at the same PSNR) and
opens it anew whenever the target moves by 10%. Its packetisation (RFC 6184) is used as it is. `kiosk.rtc.send` puts
this class where aiortc's sender looks for encoders; a test fails when a release changes what this leans on.
"""

from collections.abc import Iterator
from fractions import Fraction

import av
from aiortc.codecs.h264 import H264Encoder
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import Interpolation, VideoReformatter

FPS = 30
KEY_FRAME_EVERY = 10 * FPS
"""Key frames are asked for (PLI); this is the fallback for a receiver that never asks."""
BUFFER_S = 0.4
"""The time of the bit rate that a picture may borrow from those after it: what a key frame adds to the delay, at most."""
FIRST_SHARE = 0.5
"""Of that time for the first picture, which somebody waits for: measured 128 kbit instead of 285 at 1.5 Mbit/s, 40 ms sooner."""
MOST_SHARE = 3.0
"""A picture gets at most so many times what it would get at `FPS`."""
ROOM = 6
"""An encoder takes bit rates up to so many times its first; more makes its buffer too large, since x264 wants room for a picture."""
TOO_FAR = 2.0
"""A key frame is the chance for a new encoder, with a buffer for the present bit rate, if that has moved by this factor."""


class FastH264Encoder(H264Encoder):
    """x264 ``superfast``/``zerolatency``, constrained baseline, one keyframe at the start and whenever asked for."""

    def __init__(self, start_bps: int, max_bps: int) -> None:
        super().__init__()
        self.size: tuple[int, int] | None = None
        """What pictures are scaled to; None leaves them as they come. A new size begins with a key frame."""
        self.fps = float(FPS)
        """How many pictures a second there really are: x264 shares the bit rate out among `FPS`."""
        self.made_key = False
        """Whether the last picture became a key frame."""
        self._max_bps = max_bps
        self._bps = min(start_bps, max_bps)
        self._opened_bps = self._most_bps = 0
        self._scale = VideoReformatter()

    @property
    def target_bitrate(self) -> int:
        """In bit/s, never over the maximum. It may be changed for every picture."""
        return self._bps

    @target_bitrate.setter
    def target_bitrate(self, bps: int) -> None:
        self._bps = min(bps, self._max_bps)

    def _encode_frame(self, frame: av.VideoFrame, force_keyframe: bool) -> Iterator[bytes]:  # noqa: FBT001 aiortc's signature
        frame = scaled(self._scale, frame, self.size)
        codec, bps = self.codec, round(self._bps * min(MOST_SHARE, max(1.0, FPS / self.fps)))
        if codec is None or bps > self._most_bps or self._is_unfit(codec, frame, key=force_keyframe):
            self._opened_bps, self._most_bps = self._bps, self._bps * ROOM
            codec = self.codec = _open(frame.width, frame.height, self._most_bps, self._bps)
        if codec.bit_rate != bps:
            codec.bit_rate = bps
        frame.pict_type = PictureType.I if force_keyframe else PictureType.NONE
        packets = codec.encode(frame)
        self.made_key = any(packet.is_keyframe for packet in packets)
        if packets:
            yield from self._split_bitstream(b"".join(bytes(packet) for packet in packets))

    def _is_unfit(self, codec: VideoCodecContext, frame: av.VideoFrame, *, key: bool) -> bool:
        moved = not 1 / TOO_FAR <= self._bps / self._opened_bps <= TOO_FAR
        return (codec.width, codec.height) != (frame.width, frame.height) or (key and moved)


def split(data: bytes) -> list[bytes]:
    """The NAL units of an Annex B stream, without their start codes."""
    return list(H264Encoder._split_bitstream(data))  # noqa: SLF001 aiortc's, used as it is


def scaled(scale: VideoReformatter, frame: av.VideoFrame, size: tuple[int, int] | None) -> av.VideoFrame:
    """``frame`` in YUV420P and in ``size``; itself where it is so already."""
    width, height = size or (frame.width, frame.height)
    if (frame.width, frame.height, frame.format.name) == (width, height, "yuv420p"):
        return frame
    return scale.reformat(frame, width, height, "yuv420p", interpolation=Interpolation.AREA)


def _open(width: int, height: int, most_bps: int, bps: int) -> VideoCodecContext:
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height = width, height
    # x264 takes a new bit rate while it runs only if it began at a constant one, and none above its first
    # (x264 ratecontrol.c, encoder.c): so it begins at the most, and is told the present one before the first picture
    codec.bit_rate = most_bps
    codec.pix_fmt = "yuv420p"
    codec.framerate, codec.time_base = Fraction(FPS, 1), Fraction(1, 90_000)
    limits = {"maxrate": str(most_bps), "bufsize": str(max(round(bps * BUFFER_S), most_bps // FPS + 1))}
    codec.options = {
        "preset": "superfast",
        "tune": "zerolatency",
        "level": "31",
        "g": str(KEY_FRAME_EVERY),
        "x264-params": f"vbv-init={FIRST_SHARE}",
        **limits,
    }
    codec.profile = "Baseline"
    codec.open()
    return codec
