"""REPLACES aiortc's `RTCRtpReceiver`: what happens between its transport and its track.

aiortc 1.16 shows a picture when the next one begins, asks for a lost packet once, asks for a key frame only where its buffer
overflows, plays sound four packets late whatever the line does, and takes minutes to recover from a bandwidth estimate that
was too low. Its transports, its reports and its decoders are used as they are. `install` puts this class where aiortc's
connection looks for receivers; a test fails when a release changes what this leans on.
"""

import asyncio
import datetime as dt
from collections.abc import Coroutine
from typing import Any
from weakref import WeakKeyDictionary

from aiortc import clock, rtcpeerconnection
from aiortc.codecs import is_rtx
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpCodecParameters, RTCRtpReceiveParameters
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtp import RTCP_PSFB_APP, AnyRtcpPacket, RtcpByePacket, RtcpPsfbPacket, RtpPacket, pack_remb_fci, unwrap_rtx
from av.frame import Frame

from kiosk import logs
from kiosk.rtc.receive import guard, strangers
from kiosk.rtc.receive.bandwidth import Bandwidth
from kiosk.rtc.receive.complaints import Complaints
from kiosk.rtc.receive.counts import StreamCounts
from kiosk.rtc.receive.picture import PictureStream
from kiosk.rtc.receive.stream import Face, Outward, Stream
from kiosk.rtc.receive.voice import VoiceStream

log = logs.get(__name__)

MOST_UNREAD = {"video": 3, "audio": 10}
"""Frames that may wait for the track's reader; the oldest gives way."""
SILENT_S = 1.0
"""A source that wasn't declared takes over only where the one before has been silent for so long."""

_faces: WeakKeyDictionary[RTCDtlsTransport, Face] = WeakKeyDictionary()


class Receiver(RTCRtpReceiver):
    """aiortc's receiver with an own path from packet to frame. On the event loop."""

    def __init__(self, kind: str, transport: RTCDtlsTransport) -> None:
        super().__init__(kind, transport)
        self.kind = kind
        self.stream: Stream | None = None
        """What becomes of the packets, once there are some."""
        self._codecs: dict[int | None, RTCRtpCodecParameters] = {}
        self._original: dict[int, int] = {}
        self._declared: set[int] = set()
        self._source: int | None = None
        self._heard_at = 0.0
        self._own_ssrc: int | None = None
        self.bandwidth = Bandwidth() if kind == "video" else None
        """What the far end may send."""
        self._complaints = Complaints()
        self._sending: set[asyncio.Task[None]] = set()
        self._ended = False

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        """Begin; what a later negotiation says of codecs and sources is taken over."""
        self._codecs.update({codec.payloadType: codec for codec in parameters.codecs})
        for encoding in parameters.encodings:
            self._declared.add(encoding.ssrc)
            if encoding.rtx is not None:
                self._original[encoding.rtx.ssrc] = encoding.ssrc
        if not self._private("started"):
            self.transport._register_rtp_receiver(self, parameters)  # noqa: SLF001 the seam
            self._set_private("rtcp_task", asyncio.ensure_future(self._run_rtcp()))
            self._set_private("started", True)

    async def stop(self) -> None:
        """End for good; the track ends, and the decoder's thread has ended after this."""
        await super().stop()
        if self._private("started"):
            self._end()
        if self.stream is not None:
            await asyncio.to_thread(self.stream.join)

    def begin_anew(self) -> None:
        """Nothing is kept of what came so far; the next packet begins a stream of its own, as in a link's next call."""
        if self.stream is not None:
            self.stream.close()
        self.stream = self._source = None
        self._forget_counts()
        if self._track is not None and not self._ended:
            unread = self._track._queue  # noqa: SLF001 the seam
            while not unread.empty():
                unread.get_nowait()

    def _set_rtcp_ssrc(self, ssrc: int) -> None:
        super()._set_rtcp_ssrc(ssrc)
        self._own_ssrc = ssrc

    def _handle_disconnect(self) -> None:
        self._end()

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        await super()._handle_rtcp_packet(packet)
        if isinstance(packet, RtcpByePacket):
            self.begin_anew()  # a console says so for its microphone at each call's end, and the link is used again

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        if not self._enabled or self._ended:
            return
        codec = self._codecs.get(packet.payload_type)
        if codec is not None and is_rtx(codec) and self._source is None:
            return  # Chromium measures the line before the first picture
        if codec is None or not self._from_source(packet.ssrc, rtx=is_rtx(codec)):
            self._odd("a payload type or a source that wasn't negotiated")
            return
        await self._estimate(packet)
        self._count(packet, codec)
        try:
            self._take(packet, codec)
        except (ValueError, IndexError, KeyError) as error:
            self._odd(str(error))

    # --- one source ----------------------------------------------------------------------------------------------------

    def _from_source(self, ssrc: int, *, rtx: bool) -> bool:
        """Whether a packet of that source is to be taken; one that isn't leaves nothing behind."""
        now = asyncio.get_running_loop().time()
        if rtx:
            if self._original.get(ssrc, self._source) == self._source:
                return True
        elif ssrc == self._source or self._may_begin(ssrc, now):
            self._heard_at = now
            return True
        self.transport._rtp_router.ssrc_table.pop(ssrc, None)  # noqa: SLF001 aiortc would remember every source for good
        return False

    def _may_begin(self, ssrc: int, now: float) -> bool:
        if self._source is not None and ssrc not in self._declared and now - self._heard_at < SILENT_S:
            return False
        if self.stream is not None:
            self.stream.close()
        self._forget_counts()
        face = _faces.setdefault(self.transport, Face())
        out = Outward(self._show, self._resend, self._ask_key_frame, self._odd)
        self.stream = PictureStream(out, face) if self.kind == "video" else VoiceStream(out, face)
        self._source = ssrc
        return True

    def _forget_counts(self) -> None:
        for table in ("remote_streams", "active_ssrc", "lsr", "lsr_time"):
            self._private(table).clear()

    def _take(self, packet: RtpPacket, codec: RTCRtpCodecParameters) -> None:
        if self.stream is None or self._source is None:
            return
        again = is_rtx(codec)
        if again:
            if len(packet.payload) <= 2:
                return  # padding, sent to measure the line
            payload_type = int(str(codec.parameters.get("apt")))
            codec = self._codecs[payload_type]
            packet = unwrap_rtx(packet, payload_type=payload_type, ssrc=self._source)
        self.stream.take(packet, codec, resent=again or not self._original)

    # --- reports -------------------------------------------------------------------------------------------------------

    def _count(self, packet: RtpPacket, codec: RTCRtpCodecParameters) -> None:
        """Retransmissions aren't counted: aiortc's statistics have room for one stream, and the last would win."""
        if is_rtx(codec):
            return
        streams: dict[int, StreamCounts] = self._private("remote_streams")
        counts = streams.setdefault(packet.ssrc, StreamCounts(codec.clockRate))
        counts.add(packet.sequence_number, packet.timestamp, asyncio.get_running_loop().time())
        seen: dict[int, dt.datetime] = self._private("active_ssrc")
        seen[packet.ssrc] = clock.current_datetime()

    async def _estimate(self, packet: RtpPacket) -> None:
        sent = packet.extensions.abs_send_time
        if self.bandwidth is None or sent is None:
            return
        size = len(packet.payload) + packet.padding_size
        told = self.bandwidth.arrived(sent, size, asyncio.get_running_loop().time())
        if told is not None and self._own_ssrc is not None and self._source is not None:
            fci = pack_remb_fci(told, [self._source])
            await self._send_rtcp(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=self._own_ssrc, media_ssrc=0, fci=fci))

    # --- what a stream may do ------------------------------------------------------------------------------------------

    def _show(self, frame: Frame) -> None:
        if self._ended or self._track is None:
            return
        unread = self._track._queue  # noqa: SLF001 the seam
        while unread.qsize() >= MOST_UNREAD[self.kind]:
            unread.get_nowait()
        unread.put_nowait(frame)

    def _resend(self, numbers: list[int]) -> None:
        if self._source is not None:
            # aiortc packs a list that grows; where the numbers wrap, that is two requests' worth in one
            self._send(self._send_rtcp_nack(self._source, sorted(numbers)))

    def _ask_key_frame(self) -> None:
        if self._source is not None:
            self._send(self._send_rtcp_pli(self._source))

    def _odd(self, what: str) -> None:
        count = self._complaints.due(asyncio.get_running_loop().time())
        if count is not None:
            log.warning("rtp.passed_over", kind=self.kind, what=what, count=count)

    def _send(self, sending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(sending)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    def _end(self) -> None:
        """The stream and the track end."""
        if self._ended:
            return
        self._ended = True
        if self.stream is not None:
            self.stream.close()
        if self._track is not None:
            self._track._queue.put_nowait(None)  # noqa: SLF001 the seam: aiortc's sign for the end

    def _private(self, name: str) -> Any:
        return getattr(self, f"_RTCRtpReceiver__{name}")

    def _set_private(self, name: str, value: object) -> None:
        setattr(self, f"_RTCRtpReceiver__{name}", value)


def install() -> None:
    """From now on every connection of this process receives with `Receiver`; safe to call twice."""
    rtcpeerconnection.RTCRtpReceiver = Receiver  # type: ignore[attr-defined]  # not re-exported; this is the seam
    guard.install()
    strangers.install()
