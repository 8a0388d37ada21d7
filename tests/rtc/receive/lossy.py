"""Two aiortc connections in one process, over a line that loses and delays what the ICE transports send."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
from aiortc import RTCPeerConnection
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcrtpparameters import RTCRtpCodecCapability
from aiortc.rtcrtpsender import RTCRtpSender

RATE = 90_000


@dataclass
class BadLine:
    """Each packet of media is lost by itself with the share ``loss`` and takes ``delay_s``; the set-up passes at once."""

    loss: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    seed: int = 7
    sent: int = 0
    lost: int = 0
    on_media: Callable[[bytes], bytes | None] | None = None
    """Sees every packet of media, encrypted; what it returns is sent instead."""
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def spoil(self, peer: RTCPeerConnection) -> None:
        """Put this line behind everything that ``peer`` sends."""
        for transport in {transceiver.sender.transport.transport for transceiver in peer.getTransceivers()}:
            self._behind(transport)

    def _behind(self, transport: object) -> None:
        send = transport._send  # type: ignore[attr-defined]  # the seam at which the line is put
        loop = asyncio.get_running_loop()
        free_at = 0.0
        tasks: set[asyncio.Task[None]] = set()

        async def late(data: bytes) -> None:
            try:
                await send(data)
            except ConnectionError:
                return

        def begin(data: bytes) -> None:
            task = loop.create_task(late(data))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        async def bad_send(data: bytes) -> None:
            nonlocal free_at
            if not 127 < data[0] < 192:  # DTLS
                await send(data)
                return
            self.sent += 1
            if self.chance.random() < self.loss:
                self.lost += 1
                return
            free_at = max(free_at, loop.time() + self.delay_s + self.chance.random() * self.jitter_s)
            loop.call_at(free_at, begin, data)

        transport._send = bad_send  # type: ignore[attr-defined]  # see above


class MovingPictures(MediaStreamTrack):
    """Noise that moves, dear to encode, so that each picture has several packets."""

    kind = "video"

    def __init__(self, fps: int = 25, width: int = 320, height: int = 240) -> None:
        super().__init__()
        self._fps = fps
        self._noise = np.random.default_rng(3).integers(0, 255, (height * 3 // 2, width), dtype=np.uint8)
        self._began_s = time.monotonic()
        self._number = 0

    async def recv(self) -> av.VideoFrame:
        if self.readyState != "live":
            raise MediaStreamError
        self._number += 1
        await asyncio.sleep(max(0.0, self._began_s + self._number / self._fps - time.monotonic()))
        frame = av.VideoFrame.from_ndarray(np.roll(self._noise, self._number * 3, axis=1), format="yuv420p")
        frame.pts, frame.time_base = self._number * RATE // self._fps, Fraction(1, RATE)
        return frame


class Tone(MediaStreamTrack):
    """A tone in blocks of 20 ms."""

    kind = "audio"

    def __init__(self, hz: float = 300.0) -> None:
        super().__init__()
        self._hz = hz
        self._began_s = time.monotonic()
        self._number = 0

    async def recv(self) -> av.AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        self._number += 1
        await asyncio.sleep(max(0.0, self._began_s + self._number * 0.02 - time.monotonic()))
        at = np.arange(960) + self._number * 960
        samples = (8000 * np.sin(2 * np.pi * self._hz * at / 48_000)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(samples, 2).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self._number * 960, Fraction(1, 48_000)
        return frame


def video_codecs(mime: str) -> list[RTCRtpCodecCapability]:
    """That codec and its retransmission only."""
    every: list[RTCRtpCodecCapability] = RTCRtpSender.getCapabilities("video").codecs
    return [codec for codec in every if codec.mimeType.lower() in {mime.lower(), "video/rtx"}]


@asynccontextmanager
async def call(
    line: BadLine, *tracks: MediaStreamTrack, mime: str = "video/H264"
) -> AsyncIterator[tuple[RTCPeerConnection, RTCPeerConnection]]:
    """``(near, far)``: near sends the tracks over the line, and what far asks for comes back over the same kind of line."""
    near, far = RTCPeerConnection(), RTCPeerConnection()
    try:
        for track in tracks:
            transceiver = near.addTransceiver(track, direction="sendonly")
            if track.kind == "video":
                transceiver.setCodecPreferences(video_codecs(mime))
        await near.setLocalDescription(await near.createOffer())
        await far.setRemoteDescription(near.localDescription)
        await far.setLocalDescription(await far.createAnswer())
        line.spoil(near)
        BadLine(line.loss, line.delay_s, line.jitter_s, line.seed + 1).spoil(far)
        await near.setRemoteDescription(far.localDescription)
        yield near, far
    finally:
        await asyncio.gather(near.close(), far.close())


async def watch(track: MediaStreamTrack, seconds: float) -> list[float]:
    """When each frame came, from the first one on, for so many seconds."""
    times: list[float] = []
    loop = asyncio.get_running_loop()
    while not times or loop.time() < times[0] + seconds:
        await track.recv()
        times.append(loop.time())
    return times


def frozen_s(times: list[float]) -> float:
    """W3C's totalFreezesDuration: gaps of more than max(3 d, d + 150 ms), d the mean of the last 30 distances."""
    frozen, gaps = 0.0, [later - earlier for earlier, later in pairwise(times)]
    for number, gap in enumerate(gaps):
        before = gaps[max(0, number - 30) : number] or [gap]
        mean = sum(before) / len(before)
        if gap > max(3 * mean, mean + 0.15):
            frozen += gap
    return frozen
