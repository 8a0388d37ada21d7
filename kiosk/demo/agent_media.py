"""A media connection of the built-in agent's: of one call, or a standby link that calls use one after the other."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import av
from aiortc import RTCSessionDescription
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcrtptransceiver import RTCRtpTransceiver

from kiosk import logs
from kiosk.demo.film import Film, FilmTrack
from kiosk.demo.voice import Voice, VoiceTrack
from kiosk.errors import PeerError
from kiosk.protocol.fields import ErrorCode
from kiosk.protocol.messages import IceServer
from kiosk.rtc.connect.connection import make_connection

log = logs.get(__name__)

Listener = Callable[[av.VideoFrame | av.AudioFrame], None]


@dataclass
class Studio:
    """What every call shows and says; made once."""

    voice: Voice
    film: Film


class AgentMedia:
    """Answers one offer. Nothing is sent before `attach`. ``on_failed`` is called once, when the connection is lost for good."""

    def __init__(
        self, studio: Studio, ice_servers: tuple[IceServer, ...], on_failed: Callable[["AgentMedia"], None]
    ) -> None:
        self.listener: Listener | None = None
        """Gets the customer's decoded pictures and sound."""
        self._pc = make_connection(ice_servers)
        self._studio, self._on_failed = studio, on_failed
        self._clock_s = self._began_s = time.monotonic()
        self._film: FilmTrack | None = None
        self._voice: VoiceTrack | None = None
        self._frames_before = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._pc.add_listener("track", self._on_track)
        self._pc.add_listener("connectionstatechange", self._on_state)

    @property
    def usable(self) -> bool:
        """Whether the connection has neither failed nor been closed."""
        return self._pc.connectionState not in {"failed", "closed"}

    @property
    def frames_out(self) -> int:
        """Pictures handed to the encoder so far."""
        return self._frames_before + (self._film.frames if self._film else 0)

    async def answer(self, offer: str) -> str:
        """The SDP answer, with all candidates. Raises `PeerError` where the offer can't be used."""
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            kinds = [self._both_ways(transceiver) for transceiver in self._pc.getTransceivers()]
            if sorted(kinds) != ["audio", "video"]:
                raise PeerError(ErrorCode.MALFORMED, "The offer isn't one of a sound and a picture.")
            await self._pc.setLocalDescription(await self._pc.createAnswer())
        except (ValueError, KeyError, IndexError, AssertionError, AttributeError, InvalidStateError) as error:
            # aiortc's SDP parser has no error of its own: these are what malformed text makes it raise
            raise PeerError(ErrorCode.MALFORMED, f"The offer can't be used ({type(error).__name__}).") from error
        return str(self._pc.localDescription.sdp)

    def _both_ways(self, transceiver: RTCRtpTransceiver) -> str:
        transceiver.direction = "sendrecv"
        return str(transceiver.kind)

    def attach(self, *, voice: bool) -> None:
        """Send the picture from now on, and the voice or not, in step with it."""
        if self._film is None:
            self._began_s = time.monotonic()
            self._film = FilmTrack(self._studio.film, self._began_s, self._clock_s)
            self._send("video", self._film)
        if voice and self._voice is None:
            self._voice = VoiceTrack(self._studio.voice, self._began_s, self._clock_s)
            self._send("audio", self._voice)

    def detach(self) -> None:
        """Send nothing any more."""
        self.listener = None
        self._frames_before, film, voice = self.frames_out, self._film, self._voice
        self._film = self._voice = None
        for kind, track in (("video", film), ("audio", voice)):
            if track is not None:
                self._send(kind, None)
                track.stop()

    def _send(self, kind: str, track: MediaStreamTrack | None) -> None:
        for transceiver in self._pc.getTransceivers():
            if transceiver.kind == kind:
                transceiver.sender.replaceTrack(track)

    async def close(self) -> None:
        """End everything; safe to call twice."""
        self._closed = True
        self.detach()
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        await self._pc.close()

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._tasks.add(asyncio.ensure_future(self._receive(track)))

    async def _receive(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if self.listener is not None and isinstance(frame, av.VideoFrame | av.AudioFrame):
                self.listener(frame)

    def _on_state(self) -> None:
        log.info("agent.media", state=self._pc.connectionState)
        if self._pc.connectionState == "failed" and not self._closed:
            self._on_failed(self)
