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
from kiosk.call_media import CallMedia
from kiosk.protocol.messages import FromTerminal
from kiosk.rtc.port import PeerStats
from kiosk.standby.port import Ready

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


class Session:
    """One terminal's session. ``on_change(snapshot)`` hears of every change, ``on_end(call_id, stats)`` of every ended peer."""

    def __init__(
        self,
        machine: CallMachine,
        line: Line,
        ready: Ready,
        *,
        on_change: Callable[[Snapshot], None],
        on_end: Callable[[str, PeerStats], None] = lambda _call_id, _stats: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._machine, self._line, self._ready = machine, line, ready
        self._on_change, self._on_end, self._clock = on_change, on_end, clock
        self._prepared: CallMedia | None = None
        self._linked: CallMedia | None = None
        self._stages: SetUpStages | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._watcher: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def snapshot(self) -> Snapshot:
        """What can be seen of the terminal now."""
        return self._machine.snapshot

    def feed(self, event: e.Event) -> None:
        """Let ``event`` happen; call it on the asyncio thread."""
        before, now = self._machine.snapshot, self._clock()
        if self._stages is not None:
            self._stages.note(event, now)
        effects = self._machine.handle(event, now)
        after = self._machine.snapshot
        pressed = isinstance(event, e.Pressed)
        if isinstance(event, e.Pressed) and after.call_id == event.call_id:
            self._stages = SetUpStages(event)
        if pressed:
            self._show(before, after)  # what the customer sees comes before what it takes
        for effect in effects:
            self._do(effect)
        self._arm()
        if not pressed:
            self._show(before, after)
        if after.state is State.IN_CALL and self._watcher is None:
            self._look()

    def _show(self, before: Snapshot, after: Snapshot) -> None:
        if after == before:
            return
        if after.state is not before.state:
            log.info("terminal.state", state=after.state, was=before.state, call_id=after.call_id or before.call_id)
        self._on_change(after)

    async def close(self) -> None:
        """End the call's media and the timer."""
        for timer in (self._timer, self._watcher):
            if timer is not None:
                timer.cancel()
        self._close_peer(spoilt=False)
        if self._closing:
            await asyncio.wait(self._closing)

    def _do(self, effect: f.Effect) -> None:
        match effect:
            case f.Send(message=message):
                self._line.send(message)
            case f.PreparePeer(call_id=call_id):
                self._prepared = CallMedia(call_id, self.feed)
                self._prepared.prepare(self._ready, lambda: self._machine.snapshot.muted)
            case f.UseLink(call_id=call_id, link_id=link_id):
                self._use_link(call_id, link_id)
            case f.AcceptAnswer() | f.AddCandidate():
                if self._prepared is not None:
                    self._prepared.do(effect)
            case f.SetMuted(muted=muted):
                if self._media is not None:
                    self._media.set_muted(muted)
            case _:
                self._undo(effect)

    def _undo(self, effect: f.DropLink | f.DropPrepared | f.ClosePeer) -> None:
        match effect:
            case f.DropLink(spoilt=spoilt):
                self._drop(self._linked, spoilt=spoilt)
            case f.DropPrepared():
                self._drop(self._prepared)
            case f.ClosePeer(spoilt=spoilt):
                self._close_peer(spoilt=spoilt)

    @property
    def _media(self) -> CallMedia | None:
        """What the call goes through, or will."""
        return self._linked or self._prepared

    def _use_link(self, call_id: str, link_id: str) -> None:
        self._linked = CallMedia(call_id, self.feed)
        if not self._linked.use(self._ready.take(link_id)):
            self._linked = None
            asyncio.get_running_loop().call_soon(self.feed, e.LinkGone(call_id))

    def _close_peer(self, *, spoilt: bool) -> None:
        media, stages = self._media, self._stages
        if media is not None and stages is not None and stages.call_id == media.call_id:
            media.stages = stages
        self._drop(self._linked, self._prepared, reported=media, spoilt=spoilt)

    def _drop(self, *dropped: CallMedia | None, reported: CallMedia | None = None, spoilt: bool = False) -> None:
        """Nothing goes in or out any more from this moment on; what takes time is done later."""
        for media in dropped:
            if media is None:
                continue
            if media is self._linked:
                self._linked = None
            else:
                self._prepared = None
            media.stop()
            task = asyncio.create_task(self._end(media, reported is media, spoilt), name=f"close {media.call_id}")
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _end(self, media: CallMedia, report: bool, spoilt: bool) -> None:  # noqa: FBT001 one caller
        await media.close(self._ready, spoilt=spoilt)
        if not report:
            return
        figures = media.figures()
        log.info("call.figures", **figures.model_dump(exclude={"id", "type"}))
        self._line.send(figures)
        self._on_end(media.call_id, media.stats)

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
        quiet_s = media.quiet_s
        if not snapshot.line_bad and quiet_s > STALLED_S:
            log.warning("call.stalled", call_id=media.call_id)
            self.feed(e.MediaStalled(media.call_id))
        elif snapshot.line_bad and quiet_s < FLOWS_S:
            log.info("call.flows", call_id=media.call_id)
            self.feed(e.MediaFlows(media.call_id))

    def _time_up(self) -> None:
        self._timer = None
        self.feed(e.TimeUp())
