"""H.264 by the board's own encoder, where a trial in a child process has shown that it works (a Pi 4 has one, a Pi 5 none).

Its driver takes a bit rate only when it is opened, so that a new one costs a new encoder and a key frame: small changes
are left out. It may give a picture's packet with the next picture; packets carry the time of their own.
"""

import threading
from fractions import Fraction
from pathlib import Path

import av
from aiortc.mediastreams import convert_timebase
from av.frame import Frame
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import VideoReformatter

from kiosk import logs
from kiosk.rtc.send.h264 import FPS, KEY_FRAME_EVERY, FastH264Encoder, scaled, split
from kiosk.rtc.send.probe import HARDWARE, probe

log = logs.get(__name__)

CLOCK = Fraction(1, 90_000)
SMALL = 1.25
"""A bit rate that has moved by less than this factor changes nothing."""


class HardwareH264Encoder(FastH264Encoder):
    """``codec`` through the same interface as x264."""

    def __init__(self, start_bps: int, max_bps: int, codec: str = HARDWARE) -> None:
        super().__init__(start_bps, max_bps)
        self._name = codec
        self._fit = VideoReformatter()
        self._open_bps = 0

    def encode(self, frame: Frame, force_keyframe: bool = False) -> tuple[list[bytes], int]:  # noqa: FBT001, FBT002 aiortc's
        """RTP payloads of the picture that is ready (none where it comes with the next one), and its time in 90 kHz."""
        picture = scaled(self._fit, frame, self.size)  # type: ignore[arg-type]  # aiortc's signature is that of sound too
        codec = self.codec
        if codec is None or self._is_unfit_for(codec, picture):
            codec = self.codec = self._open(picture.width, picture.height)
        picture.pict_type = PictureType.I if force_keyframe else PictureType.NONE
        packets = codec.encode(picture)
        self.made_key = any(packet.is_keyframe for packet in packets)
        if not packets:
            return [], 0
        last = packets[-1]
        units = [unit for packet in packets for unit in split(bytes(packet))]
        return self._packetize(units), convert_timebase(last.pts or 0, last.time_base or CLOCK, CLOCK)

    def _is_unfit_for(self, codec: VideoCodecContext, frame: av.VideoFrame) -> bool:
        moved = not 1 / SMALL < self.target_bitrate / self._open_bps < SMALL
        return moved or (codec.width, codec.height) != (frame.width, frame.height)

    def _open(self, width: int, height: int) -> VideoCodecContext:
        codec = av.CodecContext.create(self._name, "w")
        if not isinstance(codec, VideoCodecContext):
            raise ValueError(f"{self._name} is no encoder of pictures")  # noqa: TRY004 what a sender expects of an encoder
        codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
        codec.bit_rate = self._open_bps = self.target_bitrate
        codec.framerate, codec.time_base = Fraction(FPS, 1), CLOCK
        codec.gop_size = KEY_FRAME_EVERY
        if self._name == "libx264":
            codec.options = {"preset": "superfast", "tune": "zerolatency"}
        codec.open()
        return codec


class Board:
    """What is known of this board's encoder; all senders of the process share one."""

    def __init__(self) -> None:
        self.works = False

    def look_for(self, folder: Path) -> threading.Thread | None:
        """Try it in the background, with what was found kept in ``folder``; None where there is no device to try."""
        if not any(Path("/dev").glob("video*")):
            return None
        thread = threading.Thread(target=self._look, args=(folder,), name="encoder-probe", daemon=True)
        thread.start()
        return thread

    def failed(self) -> None:
        """It gave an error in a call: x264 from now on."""
        if self.works:
            self.works = False
            log.warning("encoder.hardware_given_up", codec=HARDWARE)

    def _look(self, folder: Path) -> None:
        self.works = probe(HARDWARE, folder).works


board = Board()
