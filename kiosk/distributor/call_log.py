"""What the log says of calls: ids and durations, nothing else. Times are the loop's, in seconds."""

from dataclasses import dataclass

from kiosk import logs
from kiosk.distributor.router.effects import Assign, End, Queue
from kiosk.distributor.router.events import CallConnected, CallRequested
from kiosk.protocol.fields import CallPhase
from kiosk.protocol.messages import DeclaredCall

log = logs.get(__name__)


@dataclass
class _Times:
    terminal_id: str
    requested_at: float
    agent_id: str | None = None
    assigned_at: float | None = None
    connected_at: float | None = None
    fence: int | None = None
    path: str | None = None


class CallLog:
    """The calls that go on, as far as the log is concerned."""

    def __init__(self) -> None:
        self._calls: dict[str, _Times] = {}

    def requested(self, event: CallRequested, now: float) -> None:
        """A terminal asked for a call; asking again for the same one is no news."""
        if event.call_id not in self._calls:
            self._calls[event.call_id] = _Times(event.terminal_id, now, fence=event.fence)
            log.info("call.requested", call_id=event.call_id, terminal_id=event.terminal_id)

    def declared(self, call: DeclaredCall, terminal_id: str, agent_id: str | None, now: float) -> None:
        """A side declared a call that is new to this distributor: it goes on from before a restart."""
        if call.call_id not in self._calls:
            began_at = now - call.age_ms / 1000
            connected_at = began_at if call.phase is CallPhase.CONNECTED else None
            times = _Times(terminal_id, began_at, agent_id, began_at if agent_id else None, connected_at)
            self._calls[call.call_id] = times
            log.info("call.declared", **self._ids(call.call_id, times), phase=call.phase.value, age_ms=call.age_ms)

    def fence(self, call_id: str) -> int | None:
        """The lease under which the call was pressed, if any."""
        times = self._calls.get(call_id)
        return times.fence if times else None

    def assigned(self, effect: Assign, path: str, now: float) -> None:
        """An agent was claimed for it; ``path`` is ``hot``, ``warm`` or ``cold``."""
        times = self._calls.setdefault(effect.call_id, _Times(effect.terminal_id, now - effect.waited_s))
        if times.agent_id != effect.agent_id:
            times.agent_id, times.assigned_at, times.path = effect.agent_id, now, path
            waited_ms = _ms(effect.waited_s)
            log.info("call.assigned", **self._ids(effect.call_id, times), path=path, waited_ms=waited_ms)
        elif path == "cold":
            self.offered(effect.call_id)

    def offered(self, call_id: str) -> None:
        """Its agent is to answer an offer; a call that was on a link and has no picture yet is set up without."""
        times = self._calls.get(call_id)
        if times and times.connected_at is None and times.path in {"hot", "warm"}:
            log.info("call.link_unusable", **self._ids(call_id, times), path="cold", was=times.path)
            times.path = "cold"

    def queued(self, effect: Queue) -> None:
        """It has to wait."""
        log.info("call.queued", call_id=effect.call_id, terminal_id=effect.terminal_id, reason=effect.reason.value)

    def connected(self, event: CallConnected, press_to_face_ms: int, now: float) -> None:
        """The terminal shows the agent."""
        times = self._calls.get(event.call_id)
        if times and times.connected_at is None:
            times.connected_at = now
            since_assigned = _ms(now - times.assigned_at) if times.assigned_at is not None else None
            log.info(
                "call.connected",
                **self._ids(event.call_id, times),
                path=times.path,
                press_to_face_ms=press_to_face_ms,
                since_assigned_ms=since_assigned,
            )

    def ended(self, effect: End, now: float) -> None:
        """It is over for one side or both; the log has it once."""
        times = self._calls.pop(effect.call_id, None)
        if times:
            talked_ms = _ms(now - times.connected_at) if times.connected_at is not None else 0
            log.info(
                "call.ended",
                **self._ids(effect.call_id, times),
                path=times.path,
                reason=effect.reason.value,
                lasted_ms=_ms(now - times.requested_at),
                talked_ms=talked_ms,
            )

    def _ids(self, call_id: str, times: _Times) -> dict[str, str | None]:
        return {"call_id": call_id, "terminal_id": times.terminal_id, "agent_id": times.agent_id}


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))
