"""SHELL of `video`: one stream of pictures, with a timer and a decoder."""

import asyncio

import av
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import RtpPacket

from kiosk.rtc.receive.decoding import PictureDecoder
from kiosk.rtc.receive.frames import Frame
from kiosk.rtc.receive.payload import part_of
from kiosk.rtc.receive.stream import Face, Outward
from kiosk.rtc.receive.video import AskKeyFrame, Decode, Effect, Resend, VideoCore


class PictureStream:
    """Pictures of one source, shown in their time."""

    def __init__(self, out: Outward, face: Face) -> None:
        self.core = VideoCore()
        self._loop = asyncio.get_running_loop()
        self._decoder = PictureDecoder(self._loop, self._show, self._failed)
        self._out, self._face = out, face
        self._timer: asyncio.TimerHandle | None = None
        self._codec: RTCRtpCodecParameters | None = None
        self._origin: int | None = None
        self._closed = False

    def take(self, packet: RtpPacket, codec: RTCRtpCodecParameters, *, resent: bool) -> None:
        """A packet, unwrapped if it was a retransmission. Raises ValueError for a payload that isn't the codec's."""
        part = part_of(codec, packet.payload)
        self._codec = codec
        effects = self.core.packet(
            packet.sequence_number,
            packet.timestamp,
            self._loop.time(),
            marker=bool(packet.marker),
            data=part.data,
            key=part.key,
            begins=part.begins,
            resent=resent,
        )
        self._face.picture_delay_s = self.core.pace.delay_s
        self._do(effects)

    def close(self) -> None:
        """End it; nothing is handed on after this."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._face.picture_delay_s = 0.0
        self._decoder.close()

    def join(self) -> None:
        """After `close`: wait until the decoder's thread has ended."""
        self._decoder.join()

    def _do(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Decode(frame=frame):
                    self._decode(frame)
                case Resend(numbers=numbers):
                    self._out.resend([number & 0xFFFF for number in numbers])
                case AskKeyFrame():
                    self._out.ask_key_frame()
        self._arm()

    def _decode(self, frame: Frame) -> None:
        if self._codec is None:
            return
        if self._decoder.behind:
            self._decoder.flush()
            self._failed("the decoder is too slow")
            return
        if self._origin is None:
            self._origin = frame.stamp
        self._decoder.put(self._codec, frame.data, frame.stamp - self._origin)

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        deadline = None if self._closed else self.core.next_deadline()
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._wake)

    def _wake(self) -> None:
        self._do(self.core.wake(self._loop.time()))

    def _show(self, picture: av.VideoFrame) -> None:
        if not self._closed:
            self._out.show(picture)

    def _failed(self, why: str) -> None:
        if self._closed:
            return
        self._out.odd(why)
        self._do(self.core.decoder_lost_track(self._loop.time()))
