"""The `Peer` over aiortc: one RTCPeerConnection, for one call or for many, one after the other."""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable

import av
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtcrtpparameters import RTCRtpCodecCapability
from aiortc.rtcrtpsender import RTCRtpSender
from aiortc.sdp import candidate_from_sdp

from kiosk import logs
from kiosk.media.freezes import FreezeMeter
from kiosk.media.ports import MediaDevices, OnFrame, Speaker
from kiosk.protocol.messages import Candidate, IceServer, LinkCandidate
from kiosk.rtc.audio import MicrophoneTrack, Playback
from kiosk.rtc.connect.answers import take_answer
from kiosk.rtc.connect.connection import make_connection
from kiosk.rtc.gate import Gate
from kiosk.rtc.port import PeerEvents, PeerStats
from kiosk.rtc.receive.receiver import Receiver
from kiosk.rtc.send.sender import Sender
from kiosk.rtc.statistics import Totals, fill, totals
from kiosk.rtc.video import CameraTrack, receive

log = logs.get(__name__)

KEPT_S = 0.5
"""A kept picture older than that isn't handed on: the next one will be."""


def video_codecs() -> list[RTCRtpCodecCapability]:
    """H.264 first (a quarter of VP8's CPU here), VP8 for far ends without it, and their retransmission."""
    codecs: list[RTCRtpCodecCapability] = RTCRtpSender.getCapabilities("video").codecs
    return sorted(codecs, key=lambda codec: codec.mimeType.lower() != "video/h264")


class AiortcPeer:
    """Between `attach` and `detach`: sends a camera and a microphone, plays the agent's sound, hands the agent's pictures on."""

    def __init__(
        self,
        devices: Callable[[], MediaDevices],
        on_frame: OnFrame,
        ice_servers: tuple[IceServer, ...],
        events: PeerEvents,
    ) -> None:
        """``devices`` is asked at each `attach`; what it raises comes out there."""
        self._pc = make_connection(ice_servers)
        self._devices, self._on_frame, self._events = devices, on_frame, events
        self._audio = self._pc.addTransceiver("audio", direction="sendrecv")
        self._video = self._pc.addTransceiver("video", direction="sendrecv")
        self._video.setCodecPreferences(video_codecs())
        self._gate = Gate(self._video.sender.transport)
        self._tracks: dict[str, MediaStreamTrack] = {}
        self._picture: CameraTrack | None = None
        self._voice: MicrophoneTrack | None = None
        self._playback: Playback | None = None
        self._receiving: asyncio.Task[None] | None = None
        self._kept: tuple[float, av.VideoFrame] | None = None
        self._attached = self._previewing = self._closed = self._was_ready = False
        self._speaker: Speaker | None = None
        self._stats, self._freezes = PeerStats(), FreezeMeter()
        self._came, self._came_at = 0, -math.inf
        self._before = Totals()
        self._counting: asyncio.Task[None] | None = None
        self._pc.add_listener("track", self._on_track)
        self._pc.add_listener("connectionstatechange", self._on_state)

    @property
    def stats(self) -> PeerStats:
        """What went through since the last `attach`."""
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

    @property
    def has_picture(self) -> bool:
        """Whether a picture of the agent is kept, by `preview`."""
        return self._kept is not None

    async def offer(self) -> str:
        """The SDP offer with all candidates; nothing is attached."""
        await self._pc.setLocalDescription(await self._pc.createOffer())
        return str(self._pc.localDescription.sdp)

    async def accept(self, sdp: str) -> None:
        """Take the agent's answer. Raises `PeerError` where it can't be used."""
        await take_answer(self._pc, sdp)

    async def add_candidate(self, candidate: Candidate | LinkCandidate) -> None:
        """Take one more candidate of the agent's; one that can't be used is passed over."""
        with contextlib.suppress(ValueError, IndexError, AssertionError, InvalidStateError):
            parsed = candidate_from_sdp(candidate.candidate.removeprefix("candidate:"))
            parsed.sdpMid, parsed.sdpMLineIndex = candidate.mid, candidate.mline
            await self._pc.addIceCandidate(parsed)

    def preview(self, on: bool) -> None:  # noqa: FBT001 a switch has one argument
        """Decode the agent's pictures and keep the newest, or stop that and forget it; nothing is handed on or sent."""
        if self._attached or self._closed or on == self._previewing:
            return
        self._previewing = self._gate.receiving = on
        if not on:
            self._forget_agent()

    def attach(self, *, muted: bool = False) -> None:
        """The camera and the microphone go out, the agent comes in. Raises `DeviceError` where a device is missing."""
        if self._attached or self._closed:
            return
        devices = self._devices()
        self._stats, self._freezes = PeerStats(), FreezeMeter()
        self._came, self._came_at = 0, -math.inf
        self._attached, self._previewing = True, False
        self._hand_on_kept()
        self._picture = CameraTrack(devices.camera, asyncio.get_running_loop())
        self._voice = MicrophoneTrack(devices.microphone)
        self._voice.muted = muted
        self._gate.sending = self._gate.receiving = True
        self._video.sender.replaceTrack(self._picture)
        self._audio.sender.replaceTrack(self._voice)
        self._speaker = devices.speaker
        if "audio" in self._tracks:
            self._playback = Playback(self._tracks["audio"], devices.speaker)
        self._counting = asyncio.create_task(self._note_totals(), name="totals")

    def detach(self) -> None:
        """Nothing goes out or is decoded from now on. Safe to call twice."""
        if not self._attached:
            return
        self._gate.sending = self._gate.receiving = False
        self._stats = self.stats
        for sender, track in ((self._video.sender, self._picture), (self._audio.sender, self._voice)):
            sender.replaceTrack(None)
            if isinstance(sender, Sender):
                sender.forget()
            if track is not None:
                track.stop()
        if self._playback is not None:
            self._playback.cancel()
        self._attached = False
        self._picture = self._voice = self._playback = None

    async def settle(self) -> PeerStats:
        """After `detach`: the call's counts, the network's included; the agent's streams begin anew after this."""
        if self._counting is not None:
            await self._counting
            self._counting = None
            report = await self._pc.getStats()
            fill(self._stats, report, self._before)
            self._forget_agent()
        return self._stats

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 a switch has one argument
        """Send silence, or the microphone again."""
        if self._voice is not None:
            self._voice.muted = muted

    async def close(self) -> None:
        """End everything; afterwards no callback comes any more. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self.detach()
        self._gate.receiving = False
        if self._receiving is not None:
            self._receiving.cancel()
        await self.settle()
        await self._pc.close()

    # --- what comes in -------------------------------------------------------------------------------------------------

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._tracks[track.kind] = track
        if track.kind == "video":
            self._receiving = asyncio.ensure_future(receive(track, self._take_frame))
        elif self._attached and self._speaker is not None:
            self._playback = Playback(track, self._speaker)

    def _take_frame(self, frame: av.VideoFrame) -> None:
        if self._attached:
            self._stats.frames_in += 1
            self._freezes.feed(time.monotonic())
            self._on_frame(frame)
        elif self._previewing:
            self._kept = (time.monotonic(), frame)

    def _hand_on_kept(self) -> None:
        """First of all: the customer has pressed, and sees the agent."""
        kept, self._kept = self._kept, None
        if kept is not None and time.monotonic() - kept[0] < KEPT_S:
            self._take_frame(kept[1])

    def _forget_agent(self) -> None:
        self._kept = None
        for receiver in self._pc.getReceivers():
            if isinstance(receiver, Receiver):
                receiver.begin_anew()

    # --- counting ------------------------------------------------------------------------------------------------------

    async def _note_totals(self) -> None:
        self._before = totals(await self._pc.getStats())

    def _on_state(self) -> None:
        state = self._pc.connectionState
        log.info("peer.state", state=state)
        if self._closed:
            return
        if state == "connected" and not self._was_ready:
            self._was_ready = True
            self._events.on_ready()
        elif state in {"failed", "closed"}:
            self._events.on_lost()
