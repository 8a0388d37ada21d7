"""The sender in aiortc's place: the seams that it leans on, and real connections whose far end asks, complains and changes."""

import asyncio
import contextlib
import inspect
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from pathlib import Path

import aiortc
import av
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription, rtcpeerconnection, rtcrtpsender
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcrtpsender import RTCRtpSender
from aiortc.rtp import RTCP_PSFB_APP, RTCP_PSFB_PLI, RtcpPsfbPacket, pack_remb_fci
from aiortc.sdp import SessionDescription

from kiosk.rtc.peer import video_codecs
from kiosk.rtc.send.adaptation import LEAST_VOICE_BPS, VOICE_BPS
from kiosk.rtc.send.encoders import FittedVp8Encoder, VoiceEncoder
from kiosk.rtc.send.h264 import FastH264Encoder
from kiosk.rtc.send.heat import Heat
from kiosk.rtc.send.key_requests import KeyRequests
from kiosk.rtc.send.sender import KEPT_PACKETS, Sender, install
from tests.rtc.receive.lossy import MovingPictures, Tone
from tests.rtc.send.test_h264 import pictures

PATIENCE_S = 20


@pytest.fixture(autouse=True)
def own_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed for one test; taken out again."""
    monkeypatch.setattr(rtcpeerconnection, "RTCRtpSender", RTCRtpSender)
    monkeypatch.setattr("aiortc.rtcrtpsender.RTP_HISTORY_SIZE", 128)
    install(100, 1000, 2000)


def sender_of(peer: RTCPeerConnection, kind: str = "video") -> Sender:
    found = next(each for each in peer.getSenders() if each.kind == kind)
    assert isinstance(found, Sender)
    return found


def encoder_of(sender: Sender) -> object:
    return sender._private("encoder")


@asynccontextmanager
async def link(*kinds: str, far_mime: str = "video/H264") -> AsyncIterator[tuple[RTCPeerConnection, RTCPeerConnection]]:
    """A connection as the terminal offers it, with no track yet; the far end has no other video codec than ``far_mime``."""
    near, far = RTCPeerConnection(), RTCPeerConnection()
    try:
        for kind in kinds or ("video",):
            transceiver = near.addTransceiver(kind, direction="sendonly")
            if kind == "video":
                transceiver.setCodecPreferences(video_codecs())
        await near.setLocalDescription(await near.createOffer())
        await far.setRemoteDescription(RTCSessionDescription(known(near.localDescription.sdp, far_mime), "offer"))
        await far.setLocalDescription(await far.createAnswer())
        await near.setRemoteDescription(far.localDescription)
        for receiver in far.getReceivers():  # only what a test says is said
            receiver._RTCRtpReceiver__remote_bitrate_estimator = None  # type: ignore[attr-defined]  # aiortc's own
        yield near, far
    finally:
        await asyncio.gather(near.close(), far.close())


def known(offer: str, mime: str) -> str:
    """What a far end understands of an offer whose only codec for pictures is ``mime``."""
    description = SessionDescription.parse(offer)
    for media in description.media:
        if media.kind == "video":
            types = {codec.payloadType for codec in media.rtp.codecs if codec.mimeType.lower() == mime.lower()}
            media.rtp.codecs = [
                codec for codec in media.rtp.codecs if {codec.payloadType, codec.parameters.get("apt")} & types
            ]
            media.fmt = [codec.payloadType for codec in media.rtp.codecs]
    return str(description)


class Noted(KeyRequests):
    """What was answered, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.made_at: list[float] = []

    def made(self, now: float) -> None:
        super().made(now)
        self.made_at.append(now)


async def next_picture(far: RTCPeerConnection) -> av.VideoFrame:
    track = next(each.track for each in far.getReceivers() if each.track.kind == "video")
    frame = await asyncio.wait_for(track.recv(), PATIENCE_S)
    assert isinstance(frame, av.VideoFrame)
    return frame


async def estimate(sender: Sender, bps: int) -> None:
    """What a far end that estimates the line at ``bps`` says."""
    fci = pack_remb_fci(bps, [sender._ssrc])
    await sender._handle_rtcp_packet(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=fci))


def test_the_seams_in_aiortc() -> None:
    """What `Sender` leans on; a release that changes it has to be looked at before it is taken."""
    assert "sender=RTCRtpSender(sender_track or kind, dtlsTransport)" in inspect.getsource(rtcpeerconnection)
    source = inspect.getsource(RTCRtpSender)
    for name in (
        "encoder", "rtp_started", "rtp_exited", "mid", "rtp_history", "rtp_header_extensions_map", "lsr", "lsr_time",
        "ntp_timestamp", "rtp_timestamp", "octet_count", "packet_count",
    ):  # fmt: skip
        assert f"self.__{name}" in source, name
    assert "self._run_rtp(parameters.codecs[0])" in inspect.getsource(RTCRtpSender.send)
    assert "self.replaceTrack(" in inspect.getsource(RTCRtpSender.__init__)
    assert "self._send_keyframe()" in inspect.getsource(RTCRtpSender._handle_rtcp_packet)
    assert "% RTP_HISTORY_SIZE" in inspect.getsource(RTCRtpSender._retransmit)
    assert vars(rtcrtpsender)["RTP_HISTORY_SIZE"] == KEPT_PACKETS
    assert rtcpeerconnection.RTCRtpSender is Sender  # type: ignore[attr-defined]  # the seam
    assert aiortc.__version__.startswith("1.16."), "look at what is replaced, then write the new version here"


@pytest.mark.parametrize(("mime", "encoder"), [("video/H264", FastH264Encoder), ("video/VP8", FittedVp8Encoder)])
async def test_size_and_bit_rate_follow_the_estimate(mime: str, encoder: type) -> None:
    """H.264 is offered first; a far end without it gets VP8, which follows as well."""
    async with link(far_mime=mime) as (near, far):
        sender = sender_of(near)
        sender.replaceTrack(MovingPictures(width=1280, height=720))
        first = await next_picture(far)
        assert (first.width, first.height) == (1280, 720)
        assert type(encoder_of(sender)) is encoder
        await estimate(sender, 200_000)
        while (await next_picture(far)).width != 640:
            pass
        coder = encoder_of(sender)
        assert isinstance(coder, FastH264Encoder | FittedVp8Encoder)
        assert 200_000 <= coder.target_bitrate <= 600_000  # a slow machine's fewer pictures get more each
        assert coder.codec is not None
        assert 200_000 <= (coder.codec.bit_rate or 0) <= 600_000, (
            "more for each picture where there are fewer than 30 a second"
        )


@pytest.mark.parametrize("mime", ["video/H264", "video/VP8"])
async def test_a_storm_of_key_frame_requests_is_answered_once_at_once(mime: str) -> None:
    async with link(far_mime=mime) as (near, far):
        sender = sender_of(near)
        sender.replaceTrack(MovingPictures())
        keys = sender._keys = Noted()
        for _ in range(3):
            await next_picture(far)
        assert len(keys.made_at) == 1
        while time.monotonic() < keys.made_at[0] + 1.5:
            await sender._handle_rtcp_packet(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=sender._ssrc))
            await next_picture(far)
    assert len(keys.made_at) == 2
    assert keys.made_at[1] - keys.made_at[0] >= 1.0


async def test_nothing_is_encoded_or_sent_without_a_track_and_the_next_one_begins_with_a_key_frame() -> None:
    """And its timestamps go on where the time is, whatever the new track's own begin with."""
    async with link("audio", "video") as (near, far):
        sender = sender_of(near)
        assert encoder_of(sender) is None
        track = MovingPictures()
        sender.replaceTrack(track)
        keys = sender._keys = Noted()
        await next_picture(far)
        second = await next_picture(far)
        sender.replaceTrack(None)
        track.stop()
        began = time.monotonic()
        with contextlib.suppress(TimeoutError):  # what was on its way, then nothing
            while True:
                second = await asyncio.wait_for(next_picture(far), 0.5)
        sent = (await sent_packets(sender))[0]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(next_picture(far), 0.3)
        assert (await sent_packets(sender))[0] == sent
        sender.replaceTrack(MovingPictures())
        await next_picture(far)  # the one before: aiortc's receiver hands a picture over when the next one begins
        third = await next_picture(far)
        assert len(keys.made_at) == 2
        assert third.pts is not None
        assert second.pts is not None
        assert abs((third.pts - second.pts) / 90_000 - (time.monotonic() - began)) < 0.4


async def sent_packets(sender: Sender) -> tuple[int, int]:
    stats = next(each for each in (await sender.getStats()).values() if each.type == "outbound-rtp")
    return stats.packetsSent, stats.bytesSent


async def test_a_track_that_ends_leaves_the_link_usable() -> None:
    async with link() as (near, far):
        sender = sender_of(near)
        track = MovingPictures()
        sender.replaceTrack(track)
        await next_picture(far)
        track.stop()
        while sender.track is not None:  # noqa: ASYNC110 the sender has no event for it
            await asyncio.sleep(0)
        sender.replaceTrack(MovingPictures())
        before = (await sent_packets(sender))[0]
        while (await sent_packets(sender))[0] == before:
            await next_picture(far)


async def test_a_hot_board_gets_smaller_pictures_to_make(tmp_path: Path) -> None:
    zone = tmp_path / "class/thermal/thermal_zone0"
    zone.mkdir(parents=True)
    (zone / "temp").write_text("86000")
    async with link() as (near, far):
        sender = sender_of(near)
        sender.heat = Heat(tmp_path)
        sender.replaceTrack(MovingPictures(width=640, height=360))
        assert (await next_picture(far)).width == 480


class OddPictures(MediaStreamTrack):
    """A camera that gives something else each time."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._odd = iter(
            [
                av.VideoFrame(1, 1, "yuv420p"),
                *(next(pictures(1, *size)) for size in ((640, 360), (322, 246), (64, 480))),
            ]
        )
        self._number = 0

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(0.02)
        self._number += 1
        frame = next(self._odd, None) or next(pictures(1, 320, 240))
        frame.pts, frame.time_base = self._number * 3000, Fraction(1, 90_000)
        return frame


async def test_odd_pictures_are_taken_or_left_out_and_the_link_goes_on() -> None:
    async with link() as (near, far):
        sender_of(near).replaceTrack(OddPictures())
        sizes: list[tuple[int, int]] = []
        while not sizes or sizes[-1] != (320, 240):
            frame = await next_picture(far)
            sizes.append((frame.width, frame.height))


async def test_closing_while_a_track_gives_nothing_ends_it() -> None:
    class Silent(MediaStreamTrack):
        kind = "video"

        async def recv(self) -> av.VideoFrame:
            await asyncio.Event().wait()
            raise MediaStreamError

    async with link() as (near, _):
        sender_of(near).replaceTrack(Silent())
        await asyncio.sleep(0)
        await asyncio.wait_for(near.close(), 5)


async def test_the_voice_beside_a_picture_that_is_nearly_off_gets_fewer_bits() -> None:
    async with link("audio", "video") as (near, far):
        sender = sender_of(near)
        sender_of(near, "audio").replaceTrack(Tone())
        sender.replaceTrack(MovingPictures())
        await next_picture(far)
        voice = next(each.track for each in far.getReceivers() if each.track.kind == "audio")
        await asyncio.wait_for(voice.recv(), PATIENCE_S)
        encoder = encoder_of(sender_of(near, "audio"))
        assert isinstance(encoder, VoiceEncoder)
        assert encoder.codec.bit_rate == VOICE_BPS
        await estimate(sender, 10_000)
        while encoder.codec.bit_rate != LEAST_VOICE_BPS:
            await asyncio.wait_for(voice.recv(), PATIENCE_S)
        assert isinstance(await asyncio.wait_for(voice.recv(), PATIENCE_S), av.AudioFrame)


async def test_feedback_of_other_applications_is_passed_over() -> None:
    async with link() as (near, _):
        sender = sender_of(near)
        for fci in (b"", b"XXXX", b"REMB\x01", pack_remb_fci(1000, [1])):
            await sender._handle_rtcp_packet(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=fci))
        assert sender.adaptation.rate.bps(time.monotonic()) == 1_000_000
