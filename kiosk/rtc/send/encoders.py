"""Which encoder an aiortc sender gets, and what they all have in common."""

from typing import Protocol

import av
from aiortc.codecs import get_encoder as stock_encoder
from aiortc.codecs.base import Encoder
from aiortc.codecs.opus import SAMPLE_RATE, TIME_BASE, OpusEncoder
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from av.frame import Frame
from av.video.reformatter import VideoReformatter

from kiosk.rtc.send.adaptation import VOICE_BPS
from kiosk.rtc.send.h264 import FastH264Encoder, scaled
from kiosk.rtc.send.hardware import HardwareH264Encoder, board
from kiosk.rtc.send.rate import Limits

EXPECTED_LOSS_PCT = 10
"""Opus adds what repairs a lost packet to the next one where it expects losses (RFC 6716, 2.1.7)."""
VP8_KEY_BIT = 0x01


class PictureEncoder(Protocol):
    """What a sender can ask of every encoder of pictures."""

    size: tuple[int, int] | None
    made_key: bool

    @property
    def target_bitrate(self) -> int:
        """In bit/s."""

    @target_bitrate.setter
    def target_bitrate(self, bps: int) -> None: ...

    def encode(self, frame: Frame, force_keyframe: bool = False) -> tuple[list[bytes], int]:  # noqa: FBT001, FBT002 aiortc's
        """RTP payloads of a picture, and its time in 90 kHz."""


class FittedVp8Encoder(Vp8Encoder):
    """aiortc's VP8, for far ends without H.264, in the wanted size.

    libvpx takes no new bit rate through FFmpeg: more than 10% up or down begins a new encoder, with a key frame.
    """

    def __init__(self, start_bps: int, max_bps: int) -> None:
        super().__init__()
        self.size: tuple[int, int] | None = None
        self.made_key = False
        self._max_bps = max_bps
        self._bps = min(start_bps, max_bps)
        self._scale = VideoReformatter()

    @property
    def target_bitrate(self) -> int:
        """In bit/s; aiortc's own bounds, 250 to 1,500 kbit/s, don't hold."""
        return self._bps

    @target_bitrate.setter
    def target_bitrate(self, bps: int) -> None:
        self._bps = min(bps, self._max_bps)

    def encode(self, frame: Frame, force_keyframe: bool = False) -> tuple[list[bytes], int]:  # noqa: FBT001, FBT002 aiortc's
        """RTP payloads of a picture (RFC 7741), and its time in 90 kHz."""
        fitted = scaled(self._scale, frame, self.size)  # type: ignore[arg-type]  # aiortc's signature is that of sound too
        payloads, timestamp = super().encode(fitted, force_keyframe)
        self.made_key = bool(payloads) and is_vp8_key(payloads[0])
        return payloads, timestamp


def is_vp8_key(payload: bytes) -> bool:
    """Whether aiortc's first payload of a picture begins a key frame: the P bit after a descriptor of four bytes."""
    return not payload[4] & VP8_KEY_BIT


class VoiceEncoder(OpusEncoder):
    """Opus with what repairs losses in it, and a bit rate that may change."""

    def __init__(self) -> None:
        super().__init__()
        self.bps = VOICE_BPS
        """For the next block; a change costs a new encoder, which is heard as next to nothing."""
        self._open()

    def encode(self, frame: Frame, force_keyframe: bool = False) -> tuple[list[bytes], int]:  # noqa: FBT001, FBT002 aiortc's
        """RTP payloads of a block, and its time in 48 kHz."""
        if self.codec.bit_rate != self.bps:
            self._open()
        return super().encode(frame, force_keyframe)

    def _open(self) -> None:
        self.codec = av.CodecContext.create("libopus", "w")
        self.codec.bit_rate = self.bps
        self.codec.format, self.codec.layout = "s16", "stereo"
        self.codec.sample_rate, self.codec.time_base = SAMPLE_RATE, TIME_BASE
        self.codec.options = {"application": "voip", "fec": "1", "packet_loss": str(EXPECTED_LOSS_PCT)}


def make_encoder(codec: RTCRtpCodecParameters, limits: Limits) -> Encoder:
    """The encoder for what was negotiated."""
    match codec.mimeType.lower():
        case "video/h264" if board.works:
            return HardwareH264Encoder(limits.start, limits.most)
        case "video/h264":
            return FastH264Encoder(limits.start, limits.most)
        case "video/vp8":
            return FittedVp8Encoder(limits.start, limits.most)
        case "audio/opus":
            return VoiceEncoder()
        case _:
            return stock_encoder(codec)
