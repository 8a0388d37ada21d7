"""A customer's terminal for tests: a real WebSocket client with aiortc as its media, and nothing of the kiosk's own."""

import asyncio
import math
import socket
import time
from collections import deque
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import TypeVar

import aiohttp
import av
import numpy as np
from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.protocol import messages as m
from kiosk.protocol.codec import encode, from_distributor
from kiosk.protocol.fields import SUBPROTOCOL, CallPhase, EndReason, Message, Role, new_id
from kiosk.protocol.proof import text_to_sign
from tests.console.drawn import CUSTOMER

RATE = 48_000
M = TypeVar("M", bound=Message)


class Picture(VideoStreamTrack):
    """A customer who sways, 1280x720 at 30 frames a second; stands still while ``going`` is clear."""

    def __init__(self) -> None:
        super().__init__()
        self.going = asyncio.Event()
        self.going.set()

    async def recv(self) -> av.VideoFrame:
        """The next picture."""
        await self.going.wait()
        pts, time_base = await self.next_timestamp()
        picture = CUSTOMER.picture(round(14 * math.sin(pts / 90_000 * 1.7)))
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(AudioStreamTrack):
    """A sine of ``hertz`` at -12 dBFS."""

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self.hertz = hertz
        self.samples = 0
        self.began = 0.0

    async def recv(self) -> av.AudioFrame:
        """The next 20 ms."""
        self.began = self.began or time.monotonic()
        await asyncio.sleep(max(0.0, self.began + self.samples / RATE - time.monotonic()))
        steps = np.arange(self.samples, self.samples + 960) * (2 * math.pi * self.hertz / RATE)
        frame = av.AudioFrame.from_ndarray((np.sin(steps) * 8192).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.samples, Fraction(1, RATE)
        self.samples += 960
        return frame


class Terminal:
    """Enrols with a one-time code, presses, talks, hangs up. ``url`` is the distributor's, ``http://host:port/``."""

    def __init__(self, url: str, *, hertz: float = 440.0) -> None:
        self.url = url.replace("http", "ws", 1) + "ws"
        self.hertz = hertz
        self.codec = "video/H264"
        self.key = Ed25519PrivateKey.generate()
        self.boot_id = new_id()
        self.terminal_id: str | None = None
        self.call_id: str | None = None
        self.pictures = 0
        self.size = (0, 0)
        self.pressed = 0.0
        self.sound: deque[np.ndarray] = deque(maxlen=500)
        self.heard: list[Message] = []
        self.news = asyncio.Condition()
        self.peer: RTCPeerConnection | None = None
        self.picture: Picture | None = None
        self.http: aiohttp.ClientSession | None = None
        self.socket: aiohttp.ClientWebSocketResponse | None = None
        self.tasks: list[asyncio.Task[None]] = []

    async def connect(self, code: str | None = None) -> m.Welcome:
        """Open the connection and prove who we are; ``code`` the first time. Declares a call that is going on."""
        self.http = self.http or aiohttp.ClientSession()
        self.socket = await self.http.ws_connect(self.url, protocols=(SUBPROTOCOL,))
        await self.send(self._hello())
        challenge = await self._receive(m.Challenge)
        text = text_to_sign(challenge.nonce, self.terminal_id or "", self.boot_id)
        signature = self.key.sign(text).hex()
        public = self.key.public_key().public_bytes_raw().hex()
        known = self.terminal_id is not None
        proof = (
            m.Prove(signature=signature) if known else m.Enrol(code=code or "", public_key=public, signature=signature)
        )
        await self.send(proof)
        welcome = await self._receive(m.Welcome)
        self.terminal_id = welcome.peer_id
        await self.send(m.Declare(calls=self._calls()))
        self.tasks += [asyncio.create_task(self._read(self.socket)), asyncio.create_task(self._beat(self.socket))]
        return welcome

    async def press(self, language: str = "en") -> str:
        """Ask for an agent; the media follows by itself."""
        self.call_id = new_id()
        self.pictures, self.pressed = 0, time.monotonic()
        await self.send(m.Call(call_id=self.call_id, language=language))
        return self.call_id

    async def hang_up(self) -> None:
        """End the call as the customer."""
        assert self.call_id
        await self.send(m.HangUp(call_id=self.call_id, reason=EndReason.CUSTOMER_HUNG_UP))

    async def told(self, kind: type[M], within_s: float = 10) -> M:
        """The newest message of this kind, waited for."""

        def found() -> M | None:
            return next((message for message in reversed(self.heard) if isinstance(message, kind)), None)

        return await self.until(found, within_s)

    async def until(self, found: Callable[[], M | None] | Callable[[], bool], within_s: float = 10) -> M:
        """What ``found`` returns, once it is something; looked at whenever anything happened here."""
        async with asyncio.timeout(within_s), self.news:
            await self.news.wait_for(found)
            return found()  # type: ignore[return-value]  # true by the line above

    def pitch(self, seconds: float = 1.0) -> tuple[float, float]:
        """The loudest frequency in the newest sound that was received, and its share of the energy (0 to 1)."""
        samples = np.concatenate(list(self.sound))[-int(RATE * seconds) :].astype(np.float64)
        power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
        top = int(np.argmax(power))
        near = power[max(0, top - 4) : top + 5].sum()
        return top * RATE / len(samples), float(near / max(power.sum(), 1.0))

    async def cut(self) -> None:
        """Lose the connection to the distributor, not the media."""
        assert self.socket
        for task in self.tasks:
            task.cancel()
        self.tasks = []
        await self.socket.close()

    async def vanish(self) -> None:
        """Break off connection and media without a word, as when the power goes."""
        assert self.socket
        assert self.peer
        self.socket.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        await self.peer.close()

    async def close(self) -> None:
        """End everything."""
        for task in self.tasks:
            task.cancel()
        await self._end_media()
        if self.http:
            await self.http.close()

    async def send(self, message: Message) -> None:
        """Send one message."""
        assert self.socket
        await self.socket.send_str(encode(message))

    def _hello(self) -> m.Hello:
        return m.Hello(
            role=Role.TERMINAL,
            oldest_version=1,
            version=1,
            software="test terminal",
            boot_id=self.boot_id,
            mono_ms=time.monotonic_ns() // 1_000_000,
            wall_ms=time.time_ns() // 1_000_000,
            terminal_id=self.terminal_id,
        )

    def _calls(self) -> tuple[m.DeclaredCall, ...]:
        if not self.call_id:
            return ()
        agent = next((each.agent.agent_id for each in reversed(self.heard) if isinstance(each, m.Assigned)), None)
        return (m.DeclaredCall(call_id=self.call_id, phase=CallPhase.CONNECTED, peer_id=agent, age_ms=1000),)

    async def _receive(self, kind: type[M]) -> M:
        assert self.socket
        message = from_distributor.decode(await self.socket.receive_str(timeout=10))
        assert isinstance(message, kind), message
        return message

    async def _beat(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while not socket.closed:
            await socket.send_str(encode(m.Ping()))
            await asyncio.sleep(1)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for each in socket:
            message = from_distributor.decode(each.data)
            await self._handle(message)
            self.heard.append(message)
            await self._tell()

    async def _tell(self) -> None:
        async with self.news:
            self.news.notify_all()

    async def _handle(self, message: Message) -> None:
        match message:
            case m.Assigned():
                await self._offer(message.call_id)
            case m.Answer() if self.peer:
                await self.peer.setRemoteDescription(RTCSessionDescription(message.sdp, "answer"))
            case m.Candidate() if self.peer:
                await self._candidate(message)
            case m.Ended():
                self.call_id = None
                await self._end_media()
            case _:
                pass

    async def _candidate(self, message: m.Candidate) -> None:
        assert self.peer
        candidate = candidate_from_sdp(message.candidate.split(":", 1)[1])
        candidate.sdpMid, candidate.sdpMLineIndex = message.mid, message.mline
        await self.peer.addIceCandidate(candidate)

    async def _offer(self, call_id: str) -> None:
        self.peer = peer = RTCPeerConnection()
        self.picture = Picture()
        peer.addTrack(Tone(self.hertz))
        peer.addTrack(self.picture)
        preferred = RTCRtpSender.getCapabilities("video").codecs
        preferred.sort(key=lambda codec: codec.mimeType != self.codec)
        next(each for each in peer.getTransceivers() if each.kind == "video").setCodecPreferences(preferred)
        peer.on("track", self._take)
        await peer.setLocalDescription(await peer.createOffer())
        await self.send(m.Offer(call_id=call_id, sdp=peer.localDescription.sdp))

    def _take(self, track: MediaStreamTrack) -> None:
        take: Callable[[MediaStreamTrack], Awaitable[None]] = self._see if track.kind == "video" else self._hear
        self.tasks.append(asyncio.ensure_future(take(track)))

    async def _see(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            assert isinstance(frame, av.VideoFrame)
            self.size = (frame.width, frame.height)
            self.pictures += 1
            if self.pictures == 1 and self.call_id:
                await self.send(
                    m.Connected(call_id=self.call_id, press_to_face_ms=round(1000 * (time.monotonic() - self.pressed)))
                )
            await self._tell()

    async def _hear(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            assert isinstance(frame, av.AudioFrame)
            self.sound.append(frame.to_ndarray().reshape(-1)[:: len(frame.layout.channels)].copy())
            await self._tell()

    async def _end_media(self) -> None:
        peer, self.peer = self.peer, None
        if peer:
            await peer.close()
