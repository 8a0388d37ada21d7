"""A terminal's end of a standby link, by plain aiortc: nothing of the kiosk's own, and every packet counted."""

import asyncio
import time
from collections.abc import Callable
from fractions import Fraction

import av
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp

from kiosk.protocol import messages as m
from tests.console.terminal import Picture, Tone
from tests.console.told import ToldDistributor


class Camera(Picture):
    """A customer's camera that may pause: its time goes on meanwhile, since a link has one clock for all its calls."""

    async def next_timestamp(self) -> tuple[int, Fraction]:
        """The next picture's time in units of 1/90000 s; what was missed in a pause is left out."""
        started = getattr(self, "_start", None)
        if started is not None:
            self._timestamp = max(self._timestamp, round((time.time() - started) * 90_000))
        return await super().next_timestamp()


class Microphone(Tone):
    """The same for sound: 440 Hz."""

    def __init__(self) -> None:
        super().__init__(440)

    async def recv(self) -> av.AudioFrame:
        """The next 20 ms."""
        if self.began:
            self.samples = max(self.samples, round((time.monotonic() - self.began) * 50) * 960)
        return await super().recv()


class FarEnd:
    """Offers link ``link_id`` through ``distributor``, takes the answer, and counts what arrives."""

    def __init__(self, distributor: ToldDistributor, link_id: str) -> None:
        self.distributor = distributor
        self.link_id = link_id
        self.peer = RTCPeerConnection()
        self.camera, self.microphone = Camera(), Microphone()
        self.answer = ""
        self.pictures = 0
        self.picture_at = 0.0
        self.blocks = 0
        self.size = (0, 0)  # of the first picture: on a busy board later ones shrink
        self.loudest = 0
        self.news = asyncio.Condition()
        self.tasks: list[asyncio.Future[None]] = []

    async def connect(self) -> None:
        """Make the link; returns once ICE and DTLS are done."""
        connected = asyncio.Event()
        self.peer.on("track", self._take)
        self.peer.on(
            "connectionstatechange", lambda: connected.set() if self.peer.connectionState == "connected" else None
        )
        await _offer(self.peer)
        self.distributor.say(m.LinkOffer(link_id=self.link_id, sdp=self.peer.localDescription.sdp))
        await self._answered()
        self.tasks.append(asyncio.ensure_future(self._candidates()))
        await asyncio.wait_for(connected.wait(), 10)

    @staticmethod
    async def an_offer() -> str:
        """An offer for a cold call; whoever made it has gone."""
        peer = RTCPeerConnection()
        sdp = await _offer(peer)
        await peer.close()
        return sdp

    def send(self, *, on: bool) -> None:
        """The customer's camera and microphone from now on, or nothing."""
        for transceiver in self.peer.getTransceivers():
            track = self.camera if transceiver.kind == "video" else self.microphone
            transceiver.sender.replaceTrack(track if on else None)

    async def packets(self, kind: str) -> int:
        """How many RTP packets of this kind (``audio``, ``video``) have come so far, read or not."""
        receiver = next(each.receiver for each in self.peer.getTransceivers() if each.kind == kind)
        report = await receiver.getStats()
        return sum(stat.packetsReceived for stat in report.values() if stat.type == "inbound-rtp")

    async def until(self, found: Callable[[], bool], within_s: float = 10) -> None:
        """Wait until it is so; looked at with each picture and each block of sound."""
        async with asyncio.timeout(within_s), self.news:
            await self.news.wait_for(found)

    async def longest_gap_s(self, pictures: int) -> float:
        """The longest time between two of the next ``pictures`` pictures."""
        longest, last, wanted = 0.0, time.monotonic(), self.pictures
        for _ in range(pictures):
            wanted += 1
            await self.until(lambda wanted=wanted: self.pictures >= wanted)  # type: ignore[misc]  # bound per turn
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        return longest

    async def close(self) -> None:
        """End the link, as a terminal that closes it."""
        for task in self.tasks:
            task.cancel()
        await self.peer.close()

    async def _answered(self) -> None:
        while not self.answer:
            since = len(self.distributor.heard)
            mine = [
                each
                for each in self.distributor.heard
                if isinstance(each, m.LinkAnswer) and each.link_id == self.link_id
            ]
            if mine:
                self.answer = mine[0].sdp
            else:
                await self.distributor.hears(m.LinkAnswer, since)
        await self.peer.setRemoteDescription(RTCSessionDescription(self.answer, "answer"))

    async def _candidates(self) -> None:
        since = 0
        while True:
            message = await self.distributor.hears(m.LinkCandidate, since, within_s=600)
            since = self.distributor.heard.index(message) + 1
            if message.link_id == self.link_id:
                candidate = candidate_from_sdp(message.candidate.split(":", 1)[1])
                candidate.sdpMid, candidate.sdpMLineIndex = message.mid, message.mline
                await self.peer.addIceCandidate(candidate)

    def _take(self, track: MediaStreamTrack) -> None:
        self.tasks.append(asyncio.ensure_future(self._read(track)))

    async def _read(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            async with self.news:
                self._count(frame)
                self.news.notify_all()

    def _count(self, frame: object) -> None:
        if isinstance(frame, av.VideoFrame):
            self.pictures += 1
            self.picture_at = self.picture_at or time.monotonic()
            if self.pictures == 1:
                self.size = (frame.width, frame.height)
        elif isinstance(frame, av.AudioFrame):
            self.blocks += 1
            self.loudest = max(self.loudest, abs(int(frame.to_ndarray().max())))


async def _offer(peer: RTCPeerConnection) -> str:
    """A terminal's: both ways, no track, H.264 first, with all candidates."""
    peer.addTransceiver("audio", "sendrecv")
    video = peer.addTransceiver("video", "sendrecv")
    codecs = RTCRtpSender.getCapabilities("video").codecs
    video.setCodecPreferences(sorted(codecs, key=lambda codec: codec.mimeType != "video/H264"))
    await peer.setLocalDescription(await peer.createOffer())
    return str(peer.localDescription.sdp)
