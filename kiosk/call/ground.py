"""What all parts of the call machine stand on: what is remembered of a call, and the ways to rest."""

from dataclasses import replace

from kiosk.call import effects as f
from kiosk.call import events as e
from kiosk.call.settings import Settings
from kiosk.call.state import Snapshot, State
from kiosk.errors import MisuseError
from kiosk.protocol.fields import CallPhase, EndReason
from kiosk.protocol.messages import Declare, DeclaredCall, HangUp

Effects = tuple[f.Effect, ...]

PHASES = {
    State.CALLING: CallPhase.REQUESTED,
    State.GREETING: CallPhase.REQUESTED,
    State.WAITING: CallPhase.REQUESTED,
    State.SETTING_UP: CallPhase.SETTING_UP,
    State.IN_CALL: CallPhase.CONNECTED,
}


class Ground:
    """One terminal's memory of its call. Times are seconds on the clock of ``now``."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.snapshot = Snapshot(State.OFFLINE)
        self._deadline: float | None = None
        self._pressed_at = self._began_at = 0.0
        self._agent_id: str | None = None
        self._link_id: str | None = None
        self._face_at: float | None = None
        self._bad_since: float | None = None

    @property
    def _call_id(self) -> str:
        if self.snapshot.call_id is None:
            raise MisuseError(f"There is no call in state {self.snapshot.state}.", "Correct kiosk/call/table.py.")
        return self.snapshot.call_id

    def _is_due(self, now: float) -> bool:
        return self._deadline is not None and now >= self._deadline

    def _ignore(self, _event: e.Event, _now: float) -> Effects:
        return ()

    def _forget_call(self) -> None:
        """The next customer sees nothing of the last one."""
        self._deadline = self._agent_id = self._link_id = self._face_at = self._bad_since = None
        self.snapshot = Snapshot(
            state=self.snapshot.state,
            online=self.snapshot.online,
            offline_code=self.snapshot.offline_code,
            faults=self.snapshot.faults,
        )

    def _to_rest(self) -> None:
        self._forget_call()
        state = State.IDLE if self.snapshot.online else State.OFFLINE
        self.snapshot = replace(self.snapshot, state=State.OUT_OF_SERVICE if self.snapshot.faults else state)

    def _say_goodbye(self, reason: EndReason, now: float) -> Effects:
        call_id = self._call_id
        return (*self._thank(reason, now), f.Send(HangUp(call_id=call_id, reason=reason)))

    def _thank(self, reason: EndReason, now: float) -> Effects:
        close = f.ClosePeer(self._call_id)
        self._forget_call()
        self._deadline = now + self.settings.thanks_s
        self.snapshot = replace(self.snapshot, state=State.THANKS, end_reason=reason)
        return (close,)

    def _renew_peer(self, *, spoilt: bool = False) -> Effects:
        """A new offer takes the place of what the call had; ``spoilt`` as in `f.ClosePeer`."""
        self._link_id = None
        return (f.ClosePeer(self._call_id, spoilt), f.PreparePeer(self._call_id))

    def _declaration(self, now: float) -> Declare:
        phase = PHASES.get(self.snapshot.state)
        if phase is None:
            return Declare(links=self.settings.links)
        call = DeclaredCall(
            call_id=self._call_id,
            phase=phase,
            peer_id=self._agent_id,
            age_ms=max(0, round((now - self._pressed_at) * 1000)),
            language=self.settings.language,
            pool=self.settings.pool,
        )
        return Declare(calls=(call,), links=self.settings.links)
