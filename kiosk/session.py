"""The shell of `kiosk.call`: feeds events, carries effects out in order, arms one timer. Lives on the asyncio thread."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from kiosk import logs
from kiosk.call import effects as f
from kiosk.call import events as e
from kiosk.call.figures import SetUpStages
from kiosk.call.machine import CallMachine
from kiosk.call.state import Snapshot, State
from kiosk.errors import KioskError
from kiosk.protocol.messages import Figures, FromTerminal, IceServer
from kiosk.rtc.port import MakePeer, Peer, PeerStats

log = logs.get(__name__)

LOOK_S = 0.5
STALLED_S = 2.0
"""A call of which nothing comes for so long has a bad line."""
FLOWS_S = 0.6
"""A bad line on which something came so lately is good again."""


class Line(Protocol):
    """What the session needs of the connection to the distributor."""

    def send(self, message: FromTerminal) -> None:
        """Say it now, or drop it when there is no connection: the declaration at the next welcome makes up for it."""


class CallMedia:
    """One call's peer and the single task that does to it, in order, what the machine wants."""

    def __init__(self, call_id: str, peer: Peer, feed: Callable[[e.Event], None]) -> None:
        self.call_id = call_id
        self.peer = peer
        self._feed = feed
        self._began = self._ended = (time.monotonic(), time.process_time())
        self._steps: asyncio.Queue[f.AcceptAnswer | f.AddCandidate] = asyncio.Queue()
        self._task = asyncio.create_task(self._run(), name=f"media {call_id}")

    def do(self, step: f.AcceptAnswer | f.AddCandidate) -> None:
        """Queue a step."""
        self._steps.put_nowait(step)

    async def close(self) -> None:
        """End the task and the peer."""
        self._task.cancel()
        await self.peer.close()
        self._ended = (time.monotonic(), time.process_time())

    def figures(self, stages: dict[str, int]) -> Figures:
        """What was measured of the call; after `close`."""
        began, cpu_began = self._began
        ended, cpu_ended = self._ended
        seconds, stats = max(ended - began, 1e-3), self.peer.stats
        return Figures(
            call_id=self.call_id,
            assigned_ms=stages.get("assigned_ms"),
            offer_ms=stages.get("offer_ms"),
            answer_ms=stages.get("answer_ms"),
            face_ms=stages.get("face_ms"),
            media_ms=round(seconds * 1000),
            frames_in=stats.frames_in,
            frames_out=stats.frames_out,
            freezes=stats.freezes,
            frozen_ms=stats.frozen_ms,
            packets_in=stats.packets_in,
            lost_in=stats.lost_in,
            packets_out=stats.packets_out,
            lost_out=stats.lost_out,
            rtt_ms=stats.rtt_ms,
            jitter_ms=stats.jitter_ms,
            kbps_out=round(stats.bytes_out * 8 / 1000 / seconds),
            cpu_percent=round((cpu_ended - cpu_began) / seconds * 100),
        )

    async def _run(self) -> None:
        try:
            self._feed(e.OfferReady(self.call_id, await self.peer.offer()))
            while True:
                match await self._steps.get():
                    case f.AcceptAnswer(sdp=sdp):
                        await self.peer.accept(sdp)
                    case f.AddCandidate(candidate=candidate):
                        await self.peer.add_candidate(candidate)
        except (KioskError, OSError) as error:
            log.warning("call.media_failed", call_id=self.call_id, why=str(error))
            self._feed(e.PeerLost(self.call_id))


class Session:
    """One terminal's session. ``on_change(snapshot)`` hears of every change, ``on_end(call_id, stats)`` of every ended peer."""

    def __init__(
        self,
        machine: CallMachine,
        line: Line,
        make_peer: MakePeer,
        *,
        on_change: Callable[[Snapshot], None],
        on_end: Callable[[str, PeerStats], None] = lambda _call_id, _stats: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._machine, self._line, self._make_peer = machine, line, make_peer
        self._on_change, self._on_end, self._clock = on_change, on_end, clock
        self._media: CallMedia | None = None
        self._stages: SetUpStages | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._watcher: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self.ice_servers: tuple[IceServer, ...] = ()

    @property
    def snapshot(self) -> Snapshot:
        """What can be seen of the terminal now."""
        return self._machine.snapshot

    def feed(self, event: e.Event) -> None:
        """Let ``event`` happen; call it on the asyncio thread."""
        before, now = self._machine.snapshot, self._clock()
        if self._stages is not None:
            self._stages.note(event, now)
        for effect in self._machine.handle(event, now):
            self._do(effect)
        self._arm()
        after = self._machine.snapshot
        if isinstance(event, e.Pressed) and after.call_id == event.call_id:
            self._stages = SetUpStages(event.call_id, event.at)
        if after != before:
            if after.state is not before.state:
                log.info("terminal.state", state=after.state, was=before.state, call_id=after.call_id or before.call_id)
            self._on_change(after)
        if after.state is State.IN_CALL and self._watcher is None:
            self._look()

    async def close(self) -> None:
        """End the call's media and the timer."""
        for timer in (self._timer, self._watcher):
            if timer is not None:
                timer.cancel()
        self._drop_media()
        if self._closing:
            await asyncio.wait(self._closing)

    def _do(self, effect: f.Effect) -> None:
        match effect:
            case f.Send(message=message):
                self._line.send(message)
            case f.PreparePeer(call_id=call_id):
                self._prepare(call_id)
            case f.AcceptAnswer() | f.AddCandidate():
                if self._media is not None:
                    self._media.do(effect)
            case f.ClosePeer():
                self._drop_media()
            case f.SetMuted(muted=muted):
                if self._media is not None:
                    self._media.peer.set_muted(muted)

    def _prepare(self, call_id: str) -> None:
        media: CallMedia

        def lost() -> None:
            if self._media is media:
                self.feed(e.PeerLost(call_id))

        media = self._media = CallMedia(call_id, self._make_peer(self.ice_servers, lost), self.feed)

    def _drop_media(self) -> None:
        media, self._media = self._media, None
        if media is None:
            return
        stages = self._stages.ms if self._stages is not None and self._stages.call_id == media.call_id else {}
        task = asyncio.create_task(self._end(media, stages), name=f"close {media.call_id}")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _end(self, media: CallMedia, stages: dict[str, int]) -> None:
        await media.close()
        figures = media.figures(stages)
        log.info("call.figures", **figures.model_dump(exclude={"id", "type"}))
        self._line.send(figures)
        self._on_end(media.call_id, media.peer.stats)

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self._machine.next_deadline()
        if deadline is not None:
            delay = max(0.0, deadline - self._clock())
            self._timer = asyncio.get_running_loop().call_later(delay, self._time_up)

    def _look(self) -> None:
        """In a call, see twice a second whether anything of the agent comes."""
        self._watcher = None
        snapshot, media = self._machine.snapshot, self._media
        if snapshot.state is not State.IN_CALL or media is None:
            return
        self._watcher = asyncio.get_running_loop().call_later(LOOK_S, self._look)
        quiet_s = media.peer.quiet_s
        if not snapshot.line_bad and quiet_s > STALLED_S:
            log.warning("call.stalled", call_id=media.call_id)
            self.feed(e.MediaStalled(media.call_id))
        elif snapshot.line_bad and quiet_s < FLOWS_S:
            log.info("call.flows", call_id=media.call_id)
            self.feed(e.MediaFlows(media.call_id))

    def _time_up(self) -> None:
        self._timer = None
        self.feed(e.TimeUp())
