"""REPLACES aiortc's `RTCRtpSender` between the track and the transport.

aiortc 1.16 sends a whole picture at once, forwards the far end's estimate to the encoder and nothing else, polls for a
track, ends for good with a track that stops, and lets timestamps run backwards with a new one. Its statistics, reports
and retransmissions are used as they are. `install` puts this class where aiortc's connection looks for senders; a test
fails when a release changes what this leans on.
"""

import asyncio
import time
from typing import Any
from weakref import WeakKeyDictionary

import av
from aiortc import clock, rtcpeerconnection, rtcrtpsender, rtp
from aiortc.codecs.base import Encoder
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpsender import RTCRtpSender, random_sequence_number
from aiortc.rtp import (
    RTCP_PSFB_APP,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpSrPacket,
    RtpPacket,
    unpack_remb_fci,
)
from aiortc.utils import random32, uint16_add
from av.frame import Frame

from kiosk import logs
from kiosk.rtc.send.adaptation import VOICE_BPS, Adaptation, Wanted
from kiosk.rtc.send.encoders import PictureEncoder, VoiceEncoder, make_encoder
from kiosk.rtc.send.h264 import FastH264Encoder
from kiosk.rtc.send.hardware import HardwareH264Encoder, board
from kiosk.rtc.send.heat import Heat
from kiosk.rtc.send.key_requests import KeyRequests
from kiosk.rtc.send.pacer import Pacer
from kiosk.rtc.send.rate import Limits
from kiosk.rtc.send.rtp_clock import RtpClock
from kiosk.rtc.send.thinner import Thinner

log = logs.get(__name__)

KEPT_PACKETS = 1024
"""Sent packets that can be sent again: 4 s at 2.5 Mbit/s. aiortc keeps 128, which a slow lossy line asks for too late."""
DLSR_TICKS = 65_536
FEEL_EVERY_S = 5.0
"""Heat changes slowly."""
LEAST_REPAIR_S = 0.1
"""Packets are sent again only where less than this is on its way out: new pictures go before old ones."""
HEADER_BYTES = 12 + 20 + 10 + 28
"""RTP, its extensions, SRTP's tag, UDP and IP: the line carries them too."""

_limits = Limits(100_000, 1_500_000, 2_500_000)
_voices: WeakKeyDictionary[RTCDtlsTransport, int] = WeakKeyDictionary()
"""The bit rate of the sound beside a picture, by what both go through."""


class Sender(RTCRtpSender):
    """aiortc's sender with an own path from frame to packet. On the event loop, but for the encoding."""

    def __init__(self, track_or_kind: MediaStreamTrack | str, transport: RTCDtlsTransport) -> None:
        self._attached = asyncio.Event()
        self._receiving: asyncio.Task[Any] | None = None
        super().__init__(track_or_kind, transport)
        self._fresh = True
        self._number = random_sequence_number()
        self._clock = RtpClock(0, 1)
        self.adaptation = Adaptation(_limits)
        self.wanted: Wanted | None = None
        """What the last picture was made to; none before the first."""
        self.heat = Heat()
        """The board's."""
        self._feel_at = 0.0
        self._keys = KeyRequests()
        self._thinner = Thinner()
        self._pacer = Pacer(_limits.start)

    def replaceTrack(self, track: MediaStreamTrack | None) -> None:  # noqa: N802 aiortc's name
        """Send another track, or nothing, from now on; nothing of the one before is sent any more."""
        super().replaceTrack(track)
        self._fresh = True
        if self._receiving is not None:
            self._receiving.cancel()
        if track is not None:
            self._attached.set()

    def forget(self) -> None:
        """After a call: what was sent can't be asked for again, and the encoder's memory is free."""
        self._private("rtp_history").clear()
        self._set_private("encoder", None)

    # --- what the far end says -----------------------------------------------------------------------------------------

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        now = time.monotonic()
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            self._estimated(packet, now)
            return
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == self._ssrc:
                    self.adaptation.rate.reported(report.fraction_lost / 256, self._round_trip_s(report), now)
        await super()._handle_rtcp_packet(packet)

    def _estimated(self, packet: RtcpPsfbPacket, now: float) -> None:
        try:
            bps, sources = unpack_remb_fci(packet.fci)
        except ValueError:
            return  # another application's feedback
        if self._ssrc in sources:
            self.adaptation.rate.told(bps, now)

    def _round_trip_s(self, report: rtp.RtcpReceiverInfo) -> float | None:
        if not report.dlsr or self._private("lsr") != report.lsr:
            return None
        sent_at: float = self._private("lsr_time")
        return max(0.0, time.time() - sent_at - report.dlsr / DLSR_TICKS)

    def _send_keyframe(self) -> None:
        self._keys.ask()

    # --- from the track to the line ------------------------------------------------------------------------------------

    async def _run_rtp(self, codec: RTCRtpCodecParameters) -> None:
        self._clock = RtpClock(random32(), codec.clockRate)
        self._private("rtp_started").set()
        try:
            while True:
                await self._send_next(codec)
        except (asyncio.CancelledError, ConnectionError):
            pass
        except Exception:
            log.exception("sender.crashed", kind=self.kind)
        finally:
            if self.track is not None:
                self.track.stop()
            super().replaceTrack(None)
            self._set_private("encoder", None)
            self._private("rtp_exited").set()

    async def _send_next(self, codec: RTCRtpCodecParameters) -> None:
        track = self.track
        if track is None:
            self._attached.clear()
            await self._attached.wait()
            return
        frame = await self._frame_of(track)
        if frame is None or not self._enabled or self.track is not track:
            return
        try:
            payloads, ticks = await self._encode(codec, frame, track)
        except (av.FFmpegError, ValueError) as error:
            log.warning("sender.frame_left_out", kind=self.kind, why=str(error))
            if isinstance(self._private("encoder"), HardwareH264Encoder):
                board.failed()
            self._set_private("encoder", None)
            return
        if payloads and self.track is track:
            level = rtp.compute_audio_level_dbov(frame) if isinstance(frame, av.AudioFrame) else None
            await self._send_payloads(codec, payloads, ticks, level)

    async def _frame_of(self, track: MediaStreamTrack) -> Frame | None:
        """The track's next frame; none where another track has come meanwhile, or this one has ended."""
        receiving = self._receiving = asyncio.get_running_loop().create_task(track.recv())
        try:
            await asyncio.wait({receiving})
            return None if receiving.cancelled() else receiving.result()
        except MediaStreamError:
            if self.track is track:
                super().replaceTrack(None)
            return None
        finally:
            receiving.cancel()
            self._receiving = None

    async def _encode(
        self, codec: RTCRtpCodecParameters, frame: Frame, track: MediaStreamTrack
    ) -> tuple[list[bytes], int]:
        encoder: Encoder | None = self._private("encoder")
        if encoder is None:
            encoder = make_encoder(codec, _limits)
            self._set_private("encoder", encoder)
        if isinstance(frame, av.VideoFrame):
            return await self._encode_picture(encoder, frame, track)  # type: ignore[arg-type]  # ours are made for that
        if isinstance(encoder, VoiceEncoder):
            encoder.bps = _voices.get(self.transport, VOICE_BPS)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, encoder.encode, frame, False)

    async def _encode_picture(
        self, encoder: PictureEncoder, frame: av.VideoFrame, track: MediaStreamTrack
    ) -> tuple[list[bytes], int]:
        now = time.monotonic()
        wanted = self._adapt(encoder, frame, now)
        if not self._thinner.keep(now if frame.time is None else frame.time, wanted.fps):
            return [], 0
        key = self._fresh or self._keys.due(now)
        if isinstance(encoder, FastH264Encoder):
            encoder.fps = self._thinner.fps
        dropped = getattr(track, "dropped", 0)
        loop = asyncio.get_running_loop()
        payloads, ticks, took_s = await loop.run_in_executor(None, _timed, encoder, frame, key)
        now = time.monotonic()
        if encoder.made_key:
            self._keys.made(now)
        lost = getattr(track, "dropped", 0) - dropped
        self.adaptation.board.encoded(took_s, lost, self.adaptation.growth(), now)
        return payloads, ticks

    def _adapt(self, encoder: PictureEncoder, frame: av.VideoFrame, now: float) -> Wanted:
        if now >= self._feel_at:
            self._feel_at = now + FEEL_EVERY_S
            if self.heat.is_hot():
                self.adaptation.board.hot(now)
        before, wanted = self.wanted, self.adaptation.decide(frame.width, frame.height, now)
        if before is None or (before.width, before.height, before.fps) != (wanted.width, wanted.height, wanted.fps):
            log.info("picture.size", width=wanted.width, height=wanted.height, fps=wanted.fps, kbps=wanted.bps // 1000)
        encoder.size, encoder.target_bitrate = (wanted.width, wanted.height), wanted.bps
        self._pacer.bps = wanted.pacing_bps
        _voices[self.transport] = wanted.voice_bps
        self.wanted = wanted
        return wanted

    async def _send_payloads(
        self, codec: RTCRtpCodecParameters, payloads: list[bytes], ticks: int, level: int | None
    ) -> None:
        stamp = self._clock.stamp(ticks, time.monotonic(), fresh=self._fresh)
        self._fresh = False
        self._set_private("ntp_timestamp", clock.current_ntp_time())
        self._set_private("rtp_timestamp", stamp)
        for place, payload in enumerate(payloads):
            packet = RtpPacket(payload_type=codec.payloadType or 0, sequence_number=self._number, timestamp=stamp)
            packet.ssrc, packet.payload = self._ssrc, payload
            packet.marker = int(place == len(payloads) - 1)
            if level is not None:
                packet.extensions.audio_level = (False, -level)
            await self._send_packet(packet)

    async def _send_packet(self, packet: RtpPacket) -> None:
        if self.kind == "video" and (wait_s := self._pacer.wait_s(time.monotonic())) > 0:
            await asyncio.sleep(wait_s)
        packet.extensions.mid = self._private("mid")
        self._private("rtp_history")[packet.sequence_number % KEPT_PACKETS] = packet
        self._number = uint16_add(self._number, 1)
        self._mark(packet)
        await self.transport._send_rtp(packet.serialize(self._private("rtp_header_extensions_map")))  # noqa: SLF001 the seam
        self._set_private("octet_count", self._private("octet_count") + len(packet.payload))
        self._set_private("packet_count", self._private("packet_count") + 1)

    def _mark(self, packet: RtpPacket) -> None:
        """``packet`` leaves now: what the far end measures the line by."""
        if self.kind == "video":
            packet.extensions.abs_send_time = (clock.current_ntp_time() >> 14) & 0x00FFFFFF
            self._pacer.sent(len(packet.payload) + HEADER_BYTES, time.monotonic())

    async def _retransmit(self, sequence_number: int) -> None:
        if self._pacer.queued_s(time.monotonic()) > LEAST_REPAIR_S:
            return  # the line is full; what is still missing then is asked for again
        packet: RtpPacket | None = self._private("rtp_history").get(sequence_number % KEPT_PACKETS)
        if packet is not None and packet.sequence_number == sequence_number:
            self._mark(packet)
        await super()._retransmit(sequence_number)

    def _private(self, name: str) -> Any:
        return getattr(self, f"_RTCRtpSender__{name}")

    def _set_private(self, name: str, value: object) -> None:
        setattr(self, f"_RTCRtpSender__{name}", value)


def _timed(encoder: PictureEncoder, frame: av.VideoFrame, key: bool) -> tuple[list[bytes], int, float]:  # noqa: FBT001 run in an executor
    began = time.monotonic()
    payloads, ticks = encoder.encode(frame, key)
    return payloads, ticks, time.monotonic() - began


def install(min_kbps: int, start_kbps: int, max_kbps: int) -> None:
    """From now on every connection of this process sends with `Sender`, within these bit rates; safe to call again."""
    global _limits  # noqa: PLW0603 aiortc makes the senders, without a place for arguments
    _limits = Limits(min_kbps * 1000, start_kbps * 1000, max_kbps * 1000)
    rtcrtpsender.RTP_HISTORY_SIZE = KEPT_PACKETS  # type: ignore[attr-defined]  # as below
    rtcpeerconnection.RTCRtpSender = Sender  # type: ignore[attr-defined,assignment]  # not re-exported; this is the seam
