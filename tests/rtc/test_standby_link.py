"""A standby link over real sockets: empty until a call attaches, empty again after it, and good for the next one."""

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription, rtcpeerconnection
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtcrtpsender import RTCRtpSender
from aiortc.rtp import RtpPacket, is_rtcp

from kiosk.rtc.receive import receiver
from kiosk.rtc.send import sender
from tests.rtc.caller import Caller, put_in
from tests.rtc.receive.lossy import MovingPictures, Tone

PATIENCE_S = 20.0


@dataclass
class Wire:
    """Every datagram of media that leaves a transport, after encryption, right before the socket."""

    rtp: int = 0
    rtcp: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tap(self, peer: RTCPeerConnection) -> None:
        """Listen at what this connection sends."""
        ice = peer.getTransceivers()[0].sender.transport.transport
        send = ice._send

        async def noted(data: bytes) -> None:
            if 127 < data[0] < 192:
                if is_rtcp(data):
                    self.rtcp += 1
                else:
                    self.rtp += 1
                self.news.set()
            await send(data)

        ice._send = noted  # the last point before the socket

    async def carries(self, enough: Callable[[], bool]) -> None:
        """Wait until it does."""
        async with asyncio.timeout(PATIENCE_S):
            while not enough():
                self.news.clear()
                await self.news.wait()


class Agent:
    """The far end: aiortc as a console would use it, with what it gets noted before it is decoded."""

    def __init__(self) -> None:
        self.pc = RTCPeerConnection()
        self.wire = Wire()
        self.packets: list[tuple[float, RtpPacket]] = []

    async def answer(self, offer: str) -> str:
        """Both ways, no track."""
        await self.pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        for each in self.pc.getTransceivers():
            each.direction = "sendrecv"
            self._note(each.receiver)
        self.wire.tap(self.pc)
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        return str(self.pc.localDescription.sdp)

    def show(self, *, on: bool) -> None:
        """The agent's camera and microphone, on or off."""
        for each in self.pc.getTransceivers():
            track = MovingPictures() if each.kind == "video" else Tone(300)
            each.sender.replaceTrack(track if on else None)

    def of(self, kind: str) -> list[tuple[float, RtpPacket]]:
        """What came of one kind, with its time."""
        types = {
            codec.payloadType
            for each in self.pc.getTransceivers()
            if each.kind == kind
            for codec in each._codecs
            if "rtx" not in codec.mimeType
        }
        return [(at, packet) for at, packet in self.packets if packet.payload_type in types]

    def _note(self, receiver: RTCRtpReceiver) -> None:
        take = receiver._handle_rtp_packet

        async def noted(packet: RtpPacket, arrival_time_ms: int) -> None:
            self.packets.append((time.monotonic(), packet))
            await take(packet, arrival_time_ms=arrival_time_ms)

        receiver._handle_rtp_packet = noted  # type: ignore[method-assign]  # what a far end got, decrypted


@dataclass
class Link:
    """Both ends, connected and empty."""

    near: Caller
    far: Agent
    wire: Wire
    """What the terminal sends."""


@pytest.fixture
async def link(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Link]:
    """A standby link that is ready."""
    put_in(monkeypatch)
    monkeypatch.setattr(rtcpeerconnection, "RTCRtpSender", RTCRtpSender)
    sender.install(100, 800, 1000)
    receiver.install()
    near, far, wire = Caller(), Agent(), Wire()
    try:
        answer = await far.answer(await near.offer(attached=False))
        wire.tap(near.peer._pc)
        await near.peer.accept(answer)
        async with asyncio.timeout(PATIENCE_S):
            await near.ready.wait()
        yield Link(near, far, wire)
    finally:
        await asyncio.gather(near.close(), far.pc.close())


async def test_nothing_goes_out_before_a_call_and_after_it(link: Link) -> None:
    """However much the agent sends and asks for: no RTP and no RTCP leaves the terminal, and it decodes nothing."""
    link.far.show(on=True)
    await link.far.wire.carries(lambda: link.far.wire.rtp > 60 and link.far.wire.rtcp > 1)
    assert (link.wire.rtp, link.wire.rtcp) == (0, 0)
    assert link.near.pictures == 0

    link.near.peer.attach()
    await link.near.sees(5, "320x240")
    await link.wire.carries(lambda: link.wire.rtp > 60 and link.wire.rtcp > 1)

    link.near.peer.detach()
    sent, pictures = (link.wire.rtp, link.wire.rtcp), link.near.pictures
    last = link.far.packets[-1][1]
    heard = link.far.wire.rtp
    asking = next(each.receiver for each in link.far.pc.getTransceivers() if each.kind == "video")
    for _ in range(3):
        await asking._send_rtcp_nack(last.ssrc, [last.sequence_number])
        await asking._send_rtcp_pli(last.ssrc)
    await link.far.wire.carries(lambda: link.far.wire.rtp > heard + 60)
    await link.near.peer.settle()
    assert (link.wire.rtp, link.wire.rtcp) == sent
    assert link.near.pictures == pictures


async def test_a_preview_keeps_a_picture_and_sends_nothing_of_the_customer(link: Link) -> None:
    """Reports and requests for key frames may go out; the kept picture is handed on when the call begins."""
    link.near.peer.preview(True)
    link.far.show(on=True)
    async with asyncio.timeout(PATIENCE_S):
        while link.near.peer._kept is None:  # noqa: ASYNC110 nothing is handed on, which is the point
            await asyncio.sleep(0.02)
    assert link.wire.rtp == 0
    assert link.near.pictures == 0
    kept = link.near.peer._kept[1]
    shown: list[object] = []
    link.near.peer._on_frame = shown.append
    link.near.peer.attach()
    assert shown == [kept], "the kept picture comes at once"
    await link.wire.carries(lambda: link.wire.rtp > 10)


async def test_a_preview_that_ends_forgets_the_agent(link: Link) -> None:
    link.near.peer.preview(True)
    link.far.show(on=True)
    await link.far.wire.carries(lambda: link.far.wire.rtp > 60)
    link.near.peer.preview(False)
    assert link.near.peer._kept is None
    reports, heard = link.wire.rtcp, link.far.wire.rtp
    await link.far.wire.carries(lambda: link.far.wire.rtp > heard + 60)
    assert (link.wire.rtp, link.wire.rtcp) == (0, reports)
    assert link.near.peer._kept is None


async def test_many_calls_on_one_link(link: Link) -> None:
    """Each is seen and heard, counted by itself, and on one RTP clock: timestamps grow as the time does."""
    ends: dict[str, tuple[float, RtpPacket]] = {}
    for number in range(3):
        link.near.peer.attach()
        link.far.show(on=True)
        begun, sent = len(link.far.packets), link.wire.rtp
        await link.near.sees(5, "320x240")
        await link.near.hears(300)
        await link.wire.carries(lambda begun=begun: len(link.far.packets) > begun + 60)  # type: ignore[misc]  # mypy can't infer it
        link.near.peer.detach()
        stats = await link.near.peer.settle()
        link.far.show(on=False)
        assert stats.frames_in >= 5
        assert abs(stats.packets_out - (link.wire.rtp - sent)) <= 10, "this call's, not the link's"
        assert stats.audio_out_dbfs > -60
        for kind, rate in (("video", 90_000), ("audio", 48_000)):
            came = [(at, packet) for at, packet in link.far.of(kind) if at >= link.far.packets[begun][0]]
            if number:
                before_at, before = ends[kind]
                came = [each for each in came if each[1].timestamp != before.timestamp]  # the last one's stragglers
                grown_s = ((came[0][1].timestamp - before.timestamp) & 0xFFFFFFFF) / rate
                assert 0 < grown_s < 60
                assert abs(grown_s - (came[0][0] - before_at)) < 1
                assert came[0][1].ssrc == before.ssrc
            ends[kind] = came[-1]


async def test_an_idle_link_costs_next_to_nothing(link: Link) -> None:
    """Over some seconds nothing but consent (RFC 7675) passes, and the loop, with both ends in it, seldom wakes up."""
    loop = asyncio.get_running_loop()
    woken = 0
    run_once = loop._run_once  # type: ignore[attr-defined]  # counts how often the loop has something to do

    def counted() -> None:
        nonlocal woken
        woken += 1
        run_once()

    loop._run_once = counted  # type: ignore[attr-defined]  # see above
    for device in (link.near.devices.camera, link.near.devices.microphone, link.near.devices.speaker):
        await asyncio.to_thread(device.stop)
    woken = 0
    began = time.monotonic()
    await asyncio.sleep(3)  # the time is what is measured
    per_s = woken / (time.monotonic() - began)
    loop._run_once = run_once  # type: ignore[attr-defined]  # see above
    print(f"{per_s:.1f} wake-ups a second, both ends in this loop")
    assert per_s < 45, "a sender that polls every 20 ms makes it 100 and more"
    assert (link.wire.rtp, link.wire.rtcp) == (0, 0)


def test_the_seams_in_aiortc() -> None:
    """What `Gate` leans on: everything that senders and receivers send or get passes these three."""
    for part in (RTCRtpSender, RTCRtpReceiver, sender.Sender):
        source = inspect.getsource(part)
        assert "transport._send_rtp(" in source
        assert "transport._send(" not in source.replace("self.transport._send_rtp", "")
    pump = inspect.getsource(inspect.unwrap(RTCDtlsTransport._recv_next))
    assert "await self._handle_rtcp_data(data)" in pump
    assert "await self._handle_rtp_data(data, arrival_time_ms=arrival_time_ms)" in pump
    assert "self.__rtp_history" in inspect.getsource(RTCRtpSender)
