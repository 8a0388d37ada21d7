"""One call of the built-in agent: answers the terminal's offer, and measures what arrives."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import av
import numpy as np
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from kiosk import logs
from kiosk.demo.film import Film, FilmTrack
from kiosk.demo.report import finite
from kiosk.demo.voice import Voice, VoiceTrack
from kiosk.media.code_reader import read_frame
from kiosk.media.framecode import MODULUS
from kiosk.media.levels import LevelMeter
from kiosk.media.motion import MotionMeter
from kiosk.protocol.fields import CallPhase, DurationMs
from kiosk.protocol.messages import DeclaredCall, IceServer, Incoming

log = logs.get(__name__)


@dataclass
class Measured:
    """What arrived of the customer in one call."""

    first_frame_mono_ns: int | None = None
    motion: MotionMeter = field(default_factory=MotionMeter)
    level: LevelMeter = field(default_factory=LevelMeter)
    numbers: list[int] = field(default_factory=list)
    """The frame numbers that were read from the pattern's strip, in the order of their arrival."""
    ages_ms: list[int] = field(default_factory=list)
    """From each numbered picture's time to its decoding here; the clocks have to be one machine's."""

    def picture(self, frame: av.VideoFrame) -> None:
        """Count a decoded frame, and read its strip if it has one."""
        if self.first_frame_mono_ns is None:
            self.first_frame_mono_ns = time.monotonic_ns()
        self.motion.feed(frame)
        code = read_frame(frame)
        if code is not None:
            self.numbers.append(code.frame)
            self.ages_ms.append((time.time_ns() // 1_000_000 - code.time_ms) % MODULUS)

    def sound(self, frame: av.AudioFrame) -> None:
        """Count decoded sound: 16 bits, its channels mixed."""
        samples = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
        self.level.add(samples.mean(axis=1).astype(np.int16))

    def line(self) -> dict[str, Any]:
        """For the report: ``codes_read`` counts the numbers that grew, ``codes_fell`` those that didn't."""
        grew = sum(later > earlier for earlier, later in zip([-1, *self.numbers], self.numbers, strict=False))
        return {
            "first_frame_mono_ns": self.first_frame_mono_ns,
            "frames_in": self.motion.frames,
            "moved": self.motion.moved,
            "codes_read": grew,
            "codes_fell": len(self.numbers) - grew,
            "picture_age_ms": round(median(self.ages_ms)) if self.ages_ms else None,
            "audio_in_dbfs": finite(self.level.dbfs),
        }


@dataclass
class Studio:
    """What every call shows and says; made once."""

    voice: Voice
    film: Film


class AgentCall:
    """From `Incoming` to the end. ``on_seen`` is called at the customer's first picture, ``on_lost`` when the media fails."""

    def __init__(
        self,
        incoming: Incoming,
        studio: Studio,
        ice_servers: tuple[IceServer, ...],
        on_seen: Callable[["AgentCall"], None],
        on_lost: Callable[["AgentCall"], None],
    ) -> None:
        self.call_id = incoming.call_id
        self.measured = Measured()
        self.frames_out = 0
        self._incoming, self._studio = incoming, studio
        self._servers = [
            RTCIceServer(urls=list(server.urls), username=server.username, credential=server.credential)
            for server in ice_servers
        ]
        self._on_seen, self._on_lost = on_seen, on_lost
        self._began_s = time.monotonic()
        self._pc: RTCPeerConnection | None = None
        self._film: FilmTrack | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, offer: str) -> str:
        """The SDP answer, with all candidates; a second offer of the same call begins its media anew.

        Raises ValueError where the offer can't be understood.
        """
        await self._close_media()
        pc = self._pc = RTCPeerConnection(RTCConfiguration(iceServers=self._servers))
        pc.add_listener("track", self._on_track)
        pc.add_listener("connectionstatechange", lambda: self._on_state(pc))
        await pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        began_s = time.monotonic()
        self._film = FilmTrack(self._studio.film, began_s)
        pc.addTrack(VoiceTrack(self._studio.voice, began_s))
        pc.addTrack(self._film)
        await pc.setLocalDescription(await pc.createAnswer())
        return str(pc.localDescription.sdp)

    def declared(self) -> DeclaredCall:
        """The call, for a distributor that has to be told of it again."""
        age: DurationMs = round((time.monotonic() - self._began_s) * 1000)
        return DeclaredCall(
            call_id=self.call_id,
            phase=CallPhase.CONNECTED if self.measured.first_frame_mono_ns else CallPhase.SETTING_UP,
            peer_id=self._incoming.terminal.terminal_id,
            age_ms=age,
            language=self._incoming.language,
        )

    async def close(self) -> dict[str, Any]:
        """End the media; the call's line for the report."""
        await self._close_media()
        return {"event": "call", "call_id": self.call_id, **self.measured.line(), "frames_out": self.frames_out}

    async def _close_media(self) -> None:
        pc, self._pc = self._pc, None
        if self._film is not None:
            self.frames_out += self._film.frames
            self._film = None
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        if pc is not None:
            await pc.close()

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._tasks.add(asyncio.ensure_future(self._receive(track)))

    async def _receive(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, av.AudioFrame):
                self.measured.sound(frame)
            elif isinstance(frame, av.VideoFrame):
                first = self.measured.first_frame_mono_ns is None
                self.measured.picture(frame)
                if first:
                    self._on_seen(self)

    def _on_state(self, pc: RTCPeerConnection) -> None:
        log.info("agent.media", call_id=self.call_id, state=pc.connectionState)
        if pc is self._pc and pc.connectionState == "failed":
            self._on_lost(self)
