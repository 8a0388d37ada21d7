"""The `Peer` over aiortc: one RTCPeerConnection for one call."""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable

from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtcrtpparameters import RTCRtpCodecCapability
from aiortc.rtcrtpsender import RTCRtpSender
from aiortc.sdp import candidate_from_sdp

from kiosk import logs
from kiosk.media.freezes import FreezeMeter
from kiosk.media.ports import MediaDevices, OnFrame
from kiosk.protocol.messages import Candidate, IceServer
from kiosk.rtc.audio import MicrophoneTrack, Playback
from kiosk.rtc.connect.answers import take_answer
from kiosk.rtc.connect.connection import make_connection
from kiosk.rtc.port import PeerStats
from kiosk.rtc.statistics import fill
from kiosk.rtc.video import CameraTrack, receive

log = logs.get(__name__)


def video_codecs() -> list[RTCRtpCodecCapability]:
    """H.264 first (a quarter of VP8's CPU here), VP8 for far ends without it, and their retransmission."""
    codecs: list[RTCRtpCodecCapability] = RTCRtpSender.getCapabilities("video").codecs
    return sorted(codecs, key=lambda codec: codec.mimeType.lower() != "video/h264")


class AiortcPeer:
    """Sends a camera and a microphone, plays the agent's sound, and hands the agent's pictures on."""

    def __init__(
        self,
        devices: MediaDevices,
        on_frame: OnFrame,
        ice_servers: tuple[IceServer, ...],
        on_lost: Callable[[], None],
    ) -> None:
        self._pc = make_connection(ice_servers)
        self._devices = devices
        self._on_frame, self._on_lost = on_frame, on_lost
        self._stats = PeerStats()
        self._freezes = FreezeMeter()
        self._picture: CameraTrack | None = None
        self._voice: MicrophoneTrack | None = None
        self._playback: Playback | None = None
        self._receiving: asyncio.Task[None] | None = None
        self._came, self._came_at = 0, -math.inf
        self._muted = False
        self._closed = False
        self._pc.add_listener("track", self._on_track)
        self._pc.add_listener("connectionstatechange", self._on_state)

    @property
    def stats(self) -> PeerStats:
        """What went through so far."""
        self._stats.freezes, self._stats.frozen_ms = self._freezes.count, round(self._freezes.seconds * 1000)
        if self._picture is not None:
            self._stats.frames_out = self._picture.frames
        if self._voice is not None:
            self._stats.audio_out_dbfs = self._voice.level_dbfs
        if self._playback is not None:
            self._stats.audio_in_dbfs = self._playback.level_dbfs
        return self._stats

    @property
    def quiet_s(self) -> float:
        """Seconds since a picture or sound of the agent came, as far as it was asked before; infinite before the first."""
        count = self._stats.frames_in + (self._playback.blocks if self._playback is not None else 0)
        if count != self._came:
            self._came, self._came_at = count, time.monotonic()
        return time.monotonic() - self._came_at

    async def offer(self) -> str:
        """The SDP offer with all candidates; the camera and the microphone are attached."""
        loop = asyncio.get_running_loop()
        self._picture = CameraTrack(self._devices.camera, loop)
        self._voice = MicrophoneTrack(self._devices.microphone)
        self._voice.muted = self._muted
        self._pc.addTransceiver(self._voice, direction="sendrecv")
        video = self._pc.addTransceiver(self._picture, direction="sendrecv")
        video.setCodecPreferences(video_codecs())
        await self._pc.setLocalDescription(await self._pc.createOffer())
        return str(self._pc.localDescription.sdp)

    async def accept(self, sdp: str) -> None:
        """Take the agent's answer. Raises `PeerError` where it can't be used."""
        await take_answer(self._pc, sdp)

    async def add_candidate(self, candidate: Candidate) -> None:
        """Take one more candidate of the agent's; one that can't be used is passed over."""
        with contextlib.suppress(ValueError, IndexError, AssertionError, InvalidStateError):
            parsed = candidate_from_sdp(candidate.candidate.removeprefix("candidate:"))
            parsed.sdpMid, parsed.sdpMLineIndex = candidate.mid, candidate.mline
            await self._pc.addIceCandidate(parsed)

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 a switch has one argument
        """Send silence, or the microphone again."""
        self._muted = muted
        if self._voice is not None:
            self._voice.muted = muted

    async def close(self) -> None:
        """End everything; afterwards no callback comes any more. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        for track in (self._picture, self._voice):
            if track is not None:
                track.stop()
        for running in (self._receiving, self._playback):
            if running is not None:
                running.cancel()
        fill(self._stats, await self._pc.getStats())
        await self._pc.close()

    def _on_track(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            self._playback = Playback(track, self._devices.speaker)
        else:
            self._receiving = asyncio.ensure_future(receive(track, self._count_frame))

    def _count_frame(self, frame: object) -> None:
        self._stats.frames_in += 1
        self._freezes.feed(time.monotonic())
        self._on_frame(frame)  # type: ignore[arg-type]  # `receive` hands on video frames only

    def _on_state(self) -> None:
        state = self._pc.connectionState
        log.info("peer.state", state=state)
        if state in {"failed", "closed"} and not self._closed:
            self._on_lost()
