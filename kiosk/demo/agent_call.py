"""One call of the built-in agent: on a standby link or by answering the terminal's offer; measures what arrives."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import av
import numpy as np

from kiosk.demo.agent_media import AgentMedia, Studio
from kiosk.demo.report import finite
from kiosk.media.code_reader import read_frame
from kiosk.media.framecode import MODULUS
from kiosk.media.levels import LevelMeter
from kiosk.media.motion import MotionMeter
from kiosk.protocol.fields import CallPhase, DurationMs
from kiosk.protocol.messages import DeclaredCall, IceServer, Incoming


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


class AgentCall:
    """From `Incoming` to the end. ``on_seen`` is called at the customer's first picture, ``on_lost`` when its own media fails."""

    def __init__(
        self, incoming: Incoming, on_seen: Callable[["AgentCall"], None], on_lost: Callable[["AgentCall"], None]
    ) -> None:
        self.call_id = incoming.call_id
        self.measured = Measured()
        self.path = "cold"
        """How it was made: on a standby link that its customer saw already (``hot``), on another one (``warm``), or without."""
        self.link_id: str | None = None
        """The standby link that it uses now."""
        self._incoming = incoming
        self._on_seen, self._on_lost = on_seen, on_lost
        self._began_s = time.monotonic()
        self._media: AgentMedia | None = None
        self._frames_out = self._frames_before = 0

    def use(self, link_id: str, media: AgentMedia, *, seen_before: bool) -> None:
        """Camera and microphone go on a standby link."""
        self.path, self.link_id = "hot" if seen_before else "warm", link_id
        self._begin(media)

    def leave_link(self) -> str | None:
        """The call goes on without its standby link; the link's id, if it had one."""
        link_id, self.link_id = self.link_id, None
        if link_id is not None:
            if self.measured.first_frame_mono_ns is None:
                self.path = "cold"
            self._end_media()
        return link_id

    async def answer(self, offer: str, studio: Studio, ice_servers: tuple[IceServer, ...]) -> str:
        """The SDP answer on a connection of its own; a second offer of the same call begins its media anew.

        Raises `PeerError` where the offer can't be used, or where the call has ended meanwhile.
        """
        await self._close_own()
        media = AgentMedia(studio, ice_servers, lambda _media: self._on_lost(self))
        self._media = media
        answer = await media.answer(offer)
        if self._media is media:  # else the call has ended meanwhile
            self._begin(media)
        return answer

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
        """End the media, but for a standby link's, which is left; the call's line for the report."""
        self._end_media() if self.link_id is not None else await self._close_own()
        out = {"path": self.path, "frames_out": self._frames_out}
        return {"event": "call", "call_id": self.call_id, **self.measured.line(), **out}

    def _begin(self, media: AgentMedia) -> None:
        self._media, self._frames_before = media, media.frames_out
        media.listener = self._hear
        media.attach(voice=True)

    def _end_media(self) -> AgentMedia | None:
        media, self._media = self._media, None
        if media is not None:
            media.detach()
            self._frames_out += media.frames_out - self._frames_before
        return media

    async def _close_own(self) -> None:
        media = self._end_media()
        if media is not None:
            await media.close()

    def _hear(self, frame: av.VideoFrame | av.AudioFrame) -> None:
        if isinstance(frame, av.AudioFrame):
            self.measured.sound(frame)
            return
        first = self.measured.first_frame_mono_ns is None
        self.measured.picture(frame)
        if first:
            self._on_seen(self)
