"""What a call goes through: a peer of its own, or a standby link; prepared, attached, ended, and what was measured."""

import asyncio
import time
from collections.abc import Callable

from kiosk import logs
from kiosk.call import effects as f
from kiosk.call import events as e
from kiosk.call.figures import SetUpStages
from kiosk.errors import KioskError
from kiosk.protocol.messages import Figures
from kiosk.rtc.port import PeerStats
from kiosk.standby.port import Held, Ready

log = logs.get(__name__)


class CallMedia:
    """One call's way to its agent. Either `prepare` it or `use` a link. On the event loop."""

    def __init__(self, call_id: str, feed: Callable[[e.Event], None]) -> None:
        self.call_id = call_id
        self.stages: SetUpStages | None = None
        """For the figures."""
        self.stats = PeerStats()
        """What went through, after `close`."""
        self._feed = feed
        self._held: Held | None = None
        self._stopped = False
        self._began = self._ended = (time.monotonic(), time.process_time())
        self._steps: asyncio.Queue[f.AcceptAnswer | f.AddCandidate] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    @property
    def quiet_s(self) -> float:
        """As of the peer; infinite before there is one."""
        return float("inf") if self._held is None else self._held.peer.quiet_s

    def prepare(self, ready: Ready, muted: Callable[[], bool]) -> None:
        """Get a peer with its offer, then do to it, in order, what comes by `do`; ``muted`` is asked when it is attached."""
        self._task = asyncio.create_task(self._run(ready, muted), name=f"media {self.call_id}")

    def use(self, link: Held | None) -> bool:
        """Put the call on a standby link; False where there is none."""
        if link is None:
            return False
        self._hold(link, e.LinkGone(self.call_id))
        link.peer.attach()
        return True

    def do(self, step: f.AcceptAnswer | f.AddCandidate) -> None:
        """Queue a step."""
        self._steps.put_nowait(step)

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 a switch has one argument
        """Send silence, or the microphone again."""
        if self._held is not None:
            self._held.peer.set_muted(muted)

    def stop(self) -> None:
        """Nothing of the customer goes out any more, at once; nothing is fed any more."""
        self._stopped = True
        if self._task is not None:
            self._task.cancel()
        if self._held is not None:
            self._held.on_lost = lambda: None
            self._held.peer.detach()

    async def close(self, ready: Ready, *, spoilt: bool) -> None:
        """After `stop`: count, and give the peer back."""
        if self._task is not None:
            await asyncio.wait({self._task})
        if self._held is not None:
            self.stats = await self._held.peer.settle()
            await ready.give_back(self._held, spoilt=spoilt)
        self._ended = (time.monotonic(), time.process_time())

    def figures(self) -> Figures:
        """What was measured of the call; after `close`."""
        began, cpu_began = self._began
        ended, cpu_ended = self._ended
        seconds, stats = max(ended - began, 1e-3), self.stats
        stages = self.stages.ms if self.stages is not None else {}
        return Figures(
            call_id=self.call_id,
            path=self.stages.path if self.stages is not None else None,
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

    def _hold(self, held: Held, when_lost: e.Event) -> None:
        self._held = held
        held.on_lost = lambda: self._tell(when_lost)

    def _tell(self, event: e.Event) -> None:
        if not self._stopped:
            self._feed(event)

    async def _run(self, ready: Ready, muted: Callable[[], bool]) -> None:
        try:
            held = await ready.prepare()
            self._hold(held, e.PeerLost(self.call_id))
            self._tell(e.OfferReady(self.call_id, held.sdp))
            while True:
                match await self._steps.get():
                    case f.AcceptAnswer(sdp=sdp):
                        held.peer.attach(muted=muted())
                        await held.peer.accept(sdp)
                    case f.AddCandidate(candidate=candidate):
                        await held.peer.add_candidate(candidate)
        except (KioskError, OSError) as error:
            log.warning("call.media_failed", call_id=self.call_id, why=str(error))
            self._tell(e.PeerLost(self.call_id))
