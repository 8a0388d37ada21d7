"""The receiver in aiortc's place: the seams that it leans on, real connections over a bad line, and bad input."""

import asyncio
import dataclasses
import inspect
import struct
import threading

import aiortc
import av
import numpy as np
import pytest
from aiortc import RTCPeerConnection, rtcpeerconnection
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcdtlstransport import RTCDtlsTransport, RtpRouter
from aiortc.rtcrtpreceiver import RemoteStreamTrack, RTCRtpReceiver
from aiortc.rtcrtpsender import RTCRtpSender
from aiortc.rtp import (
    RTCP_PSFB_APP,
    AnyRtcpPacket,
    RtcpByePacket,
    RtcpPsfbPacket,
    RtpPacket,
    unpack_remb_fci,
)
from av.frame import Frame

from kiosk.media.levels import Samples, dbfs, tone_level
from kiosk.rtc.receive import guard
from kiosk.rtc.receive.picture import PictureStream
from kiosk.rtc.receive.receiver import MOST_UNREAD, Receiver, install
from kiosk.rtc.receive.voice import VoiceStream
from kiosk.rtc.send import sender
from tests.rtc.receive.lossy import BadLine, MovingPictures, Tone, call, frozen_s, watch


@pytest.fixture(autouse=True)
def own_receiver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed for one test, with the encoder that the product has; both are taken out again."""
    monkeypatch.setattr(rtcpeerconnection, "RTCRtpReceiver", RTCRtpReceiver)
    for name in ("_handle_rtp_data", "_handle_rtcp_data"):
        monkeypatch.setattr(RTCDtlsTransport, name, getattr(RTCDtlsTransport, name))
    monkeypatch.setattr(rtcpeerconnection, "RTCRtpSender", RTCRtpSender)
    sender.install(100, 800, 1000)
    install()


def receiver_of(peer: RTCPeerConnection, kind: str) -> Receiver:
    found = next(each for each in peer.getReceivers() if each.track.kind == kind)
    assert isinstance(found, Receiver)
    return found


def test_the_seams_in_aiortc() -> None:
    """What `Receiver` and `guard` lean on; a release that changes it has to be looked at before it is taken."""
    assert "receiver=RTCRtpReceiver(kind, dtlsTransport)" in inspect.getsource(rtcpeerconnection)
    assert "receiver._set_rtcp_ssrc(transceiver.sender._ssrc)" in inspect.getsource(rtcpeerconnection)
    source = inspect.getsource(RTCRtpReceiver)
    for name in ("started", "rtcp_task", "remote_streams", "active_ssrc", "lsr", "lsr_time", "decoder_thread"):
        assert f"self.__{name}" in source, name
    assert "if self.__decoder_thread:" in source, "stopping aiortc's own decoder does nothing where it never began"
    run = inspect.getsource(RTCRtpReceiver._run_rtcp)
    for figure in ("fraction_lost", "packets_lost", "max_seq", "jitter"):
        assert f"stream.{figure}" in run
    assert "frame = await self._queue.get()" in inspect.getsource(RemoteStreamTrack.recv)
    assert "if frame is None" in inspect.getsource(RemoteStreamTrack.recv)
    route = inspect.getsource(RtpRouter.route_rtp)
    assert "self.ssrc_table[packet.ssrc] = pt_receiver" in route
    for handle, call_of in (
        ("_handle_rtp_data", "receiver._handle_rtp_packet("),
        ("_handle_rtcp_data", "RtcpPacket.parse"),
    ):
        assert call_of in inspect.getsource(inspect.unwrap(getattr(RTCDtlsTransport, handle)))
    assert "except ValueError as exc" in inspect.getsource(inspect.unwrap(RTCDtlsTransport._handle_rtp_data))
    assert aiortc.__version__.startswith("1.16."), "look at what is replaced, then write the new version here"


def test_installing_twice_is_installing_once() -> None:
    handle = RTCDtlsTransport._handle_rtp_data
    install()
    assert RTCDtlsTransport._handle_rtp_data is handle
    assert rtcpeerconnection.RTCRtpReceiver is Receiver  # type: ignore[attr-defined]  # not re-exported; the seam


async def until_its_end(track: MediaStreamTrack) -> None:
    """Read what is left. Raises aiortc's ``MediaStreamError`` at the end."""
    while True:
        await asyncio.wait_for(track.recv(), 5)


@pytest.mark.parametrize("mime", ["video/H264", "video/VP8"])
async def test_pictures_arrive_and_the_end_ends_the_track(mime: str) -> None:
    async with call(BadLine(), MovingPictures(), mime=mime) as (_, far):
        found = receiver_of(far, "video")
        frames = [await asyncio.wait_for(found.track.recv(), 20) for _ in range(10)]
        assert isinstance(found.stream, PictureStream)
        stats = [s for s in (await found.getStats()).values() if s.type == "inbound-rtp"]
    assert all(isinstance(frame, av.VideoFrame) and (frame.width, frame.height) == (320, 240) for frame in frames)
    stamps = [frame.pts or 0 for frame in frames]
    assert stamps == sorted(set(stamps))
    assert stats[0].packetsReceived > 10
    with pytest.raises(MediaStreamError):
        await until_its_end(found.track)
    assert not [thread for thread in threading.enumerate() if thread.name == "picture-decoder"]


async def test_on_a_bad_line_the_picture_is_frozen_far_less_than_with_aiortcs_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """5% loss at 240 ms round trip, both at the same time on the same kind of line; the figures are printed."""
    made = asyncio.Event()

    async def frozen(seconds: float, kind: type[RTCRtpReceiver]) -> float:
        async with call(BadLine(loss=0.05, delay_s=0.12), MovingPictures()) as (_, far):
            made.set()
            found = next(each for each in far.getReceivers() if each.track.kind == "video")
            assert type(found) is kind
            track = found.track
            return frozen_s(await asyncio.wait_for(watch(track, seconds), 60))

    own = asyncio.create_task(frozen(15, Receiver))
    await made.wait()
    monkeypatch.setattr(rtcpeerconnection, "RTCRtpReceiver", RTCRtpReceiver)
    stock = asyncio.create_task(frozen(15, RTCRtpReceiver))
    print(f"frozen of 15 s: own {await own:.2f} s, aiortc's {await stock:.2f} s")
    assert own.result() < 0.7 * stock.result()


async def test_a_tone_over_a_line_that_loses_and_jitters_stays_a_tone() -> None:
    """No silence in between, no clicks: what isn't the tone is far below it."""
    async with call(BadLine(loss=0.05, delay_s=0.02, jitter_s=0.03), Tone(300)) as (_, far):
        found = receiver_of(far, "audio")
        blocks: list[Samples] = []
        while len(blocks) < 200:
            frame = await asyncio.wait_for(found.track.recv(), 20)
            assert isinstance(frame, av.AudioFrame)
            assert (frame.sample_rate, frame.samples, frame.layout.name) == (48_000, 960, "mono")
            blocks.append(frame.to_ndarray().reshape(-1).astype(np.int16))
        assert isinstance(found.stream, VoiceStream)
        print(f"patched {found.stream.playout.patched}, delay {found.stream.playout.delay_s * 1000:.0f} ms")
    levels = [dbfs(block) for block in blocks[20:]]
    quiet = sum(level < -30 for level in levels)
    assert quiet <= len(levels) // 10
    heard = np.concatenate(blocks[20:])
    assert tone_level(heard, 300) > tone_level(heard, 530) + 20


async def test_a_source_that_is_not_negotiated_leaves_nothing_behind() -> None:
    async with call(BadLine(), MovingPictures()) as (_, far):
        found = receiver_of(far, "video")
        await asyncio.wait_for(found.track.recv(), 20)
        codec = next(iter(found._codecs.values()))
        table = found.transport._rtp_router.ssrc_table
        known = len(table)
        for ssrc in range(1, 200):
            packet = RtpPacket(
                payload_type=codec.payloadType or 0, sequence_number=ssrc, ssrc=ssrc, payload=b"\x65\x00"
            )
            data = packet.serialize()
            await found.transport._handle_rtp_data(data, arrival_time_ms=0)
        assert len(table) == known
        assert found._complaints.total >= 199
        await asyncio.wait_for(found.track.recv(), 20)


async def test_corrupt_packets_end_nothing() -> None:
    """Payloads that are no codec's, extensions of odd lengths, RTCP that says nonsense; then the picture goes on."""
    async with call(BadLine(), MovingPictures(), Tone()) as (_, far):
        found, voice = receiver_of(far, "video"), receiver_of(far, "audio")
        first = await asyncio.wait_for(found.track.recv(), 20)
        await asyncio.wait_for(voice.track.recv(), 20)
        chance = np.random.default_rng(2)
        before = guard.complaints.total
        for number in range(300):
            for each in (found, voice):
                for payload_type in each._codecs:
                    packet = RtpPacket(int(payload_type or 0), number & 1, number, number * 77, each._source or 0)
                    packet.payload = chance.bytes(number % 40)
                    await each.transport._handle_rtp_data(packet.serialize(), arrival_time_ms=number)
            odd = struct.pack("!BBHLLHH", 0x90, 97, number, 0, 1, 0xBEDE, 1) + bytes([0x30, 1, 0x20, 1]) + b"xy"
            await found.transport._handle_rtp_data(odd, arrival_time_ms=0)
            await found.transport._handle_rtcp_data(b"\x81" + bytes([200 + number % 7]) + chance.bytes(2 + number % 60))
        assert guard.complaints.total > before
        pts = first.pts or 0
        while pts <= (first.pts or 0) + 90_000:
            pts = (await asyncio.wait_for(found.track.recv(), 20)).pts or 0


async def test_the_sender_is_told_how_much_it_may_send(monkeypatch: pytest.MonkeyPatch) -> None:
    told: asyncio.Queue[tuple[int, list[int]]] = asyncio.Queue()

    async def note(packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            told.put_nowait(unpack_remb_fci(packet.fci))

    async with call(BadLine(), MovingPictures()) as (near, far):
        monkeypatch.setattr(near.getSenders()[0], "_handle_rtcp_packet", note)
        bandwidth = receiver_of(far, "video").bandwidth
        assert bandwidth is not None
        bandwidth.bps = 12_345_678  # as after some seconds of a good line
        bps, sources = await asyncio.wait_for(told.get(), 10)
        assert bps == pytest.approx(12_345_678, rel=1e-4), "REMB has 18 bits of it"
        assert sources == [near.getSenders()[0]._ssrc]


async def test_after_a_goodbye_a_stream_may_begin_anew() -> None:
    """A console says goodbye for its microphone at each call's end on a standby link; the next call is seen and heard."""
    async with call(BadLine(), MovingPictures()) as (_, far):
        found = receiver_of(far, "video")
        await asyncio.wait_for(found.track.recv(), 20)
        before = found.stream
        await found._handle_rtcp_packet(RtcpByePacket(sources=[1]))
        assert found.stream is None
        await asyncio.wait_for(found.track.recv(), 20)
        assert found.stream not in {None, before}


async def test_unread_frames_do_not_pile_up() -> None:
    """Nobody reads for forty pictures; the newest few wait."""
    async with call(BadLine(), MovingPictures()) as (_, far):
        found = receiver_of(far, "video")
        first = await asyncio.wait_for(found.track.recv(), 20)
        shown, enough, show = 0, asyncio.Event(), found._show

        def count(frame: Frame) -> None:
            nonlocal shown
            show(frame)
            shown += 1
            if shown == 40:
                enough.set()

        assert isinstance(found.stream, PictureStream)
        found.stream._out = dataclasses.replace(found.stream._out, show=count)
        await asyncio.wait_for(enough.wait(), 30)
        newer = await asyncio.wait_for(found.track.recv(), 20)
        assert (newer.pts or 0) - (first.pts or 0) >= (40 - MOST_UNREAD["video"]) * 3600
