"""The terminal's call state machine: events and the time in, effects out."""

from dataclasses import dataclass, replace

from kiosk.call import effects as f
from kiosk.call import events as e
from kiosk.call.state import Snapshot, State
from kiosk.call.table import TABLE
from kiosk.errors import MisuseError
from kiosk.protocol.fields import CallPhase, EndReason
from kiosk.protocol.messages import Call, Connected, Declare, DeclaredCall, HangUp, Offer

Effects = tuple[f.Effect, ...]

PHASES = {
    State.CALLING: CallPhase.REQUESTED,
    State.WAITING: CallPhase.REQUESTED,
    State.SETTING_UP: CallPhase.SETTING_UP,
    State.IN_CALL: CallPhase.CONNECTED,
}


@dataclass(frozen=True)
class Settings:
    """Times in seconds, and what a call asks for."""

    answer_s: float = 5.0
    """How long the distributor may take to say who serves a call."""
    setup_s: float = 10.0
    """How long an assigned agent's picture may take."""
    thanks_s: float = 6.0
    """How long the thank-you stays."""
    press_again_s: float = 2.0
    """A second press this soon after the first is the same press by a nervous hand."""
    repair_after_s: float = 2.0
    """How long a line that stalled may come back by itself before the connection is built anew."""
    repair_again_s: float = 5.0
    """How long a new connection may take before the next one is tried."""
    line_s: float = 20.0
    """How long a line may be bad before the call ends."""
    language: str = "en"
    pool: str = "default"


class CallMachine:
    """Feed it with `handle`; arm one timer for `next_deadline` and feed `TimeUp` then; draw `snapshot`."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.snapshot = Snapshot(State.OFFLINE)
        self._deadline: float | None = None
        self._pressed_at = 0.0
        self._agent_id: str | None = None
        self._bad_since: float | None = None

    def next_deadline(self) -> float | None:
        """When `TimeUp` is due (seconds, same clock as ``now``), or None."""
        return self._deadline

    def handle(self, event: e.Event, now: float) -> Effects:
        """What follows from ``event`` at ``now``. Raises `MisuseError` for a pair that the table doesn't list."""
        state = self.snapshot.state
        row = TABLE.get((state, type(event)))
        if row is None:
            raise MisuseError(f"No row for {type(event).__name__} in state {state}.", "Add it to kiosk/call/table.py.")
        if self._is_stale(event):
            return ()
        effects: Effects = getattr(self, f"_{row.action}")(event, now)
        if self.snapshot.state not in row.targets:
            raise MisuseError(f"{row.action} led from {state} to {self.snapshot.state}.", "List it in the table.")
        return effects

    def _is_stale(self, event: e.Event) -> bool:
        return not isinstance(event, e.Pressed) and getattr(event, "call_id", self.snapshot.call_id) != (
            self.snapshot.call_id
        )

    # --- resting states and the connection ------------------------------------------------------------------------

    def _ignore(self, _event: e.Event, _now: float) -> Effects:
        return ()

    def _come_online(self, _event: e.Online, now: float) -> Effects:
        self.snapshot = replace(self.snapshot, online=True)
        if self._bad_since is not None:
            self._deadline = min(now + self.settings.repair_after_s, self._bad_since + self.settings.line_s)
        if self.snapshot.state is State.OFFLINE:
            self._to_rest()
        return (f.Send(self._declaration(now)),)

    def _note_offline(self, event: e.Offline, _now: float) -> Effects:
        self.snapshot = replace(self.snapshot, online=False, offline_code=event.code)
        return ()

    def _go_offline(self, event: e.Offline, now: float) -> Effects:
        self._note_offline(event, now)
        self._to_rest()
        return ()

    def _drop_call(self, event: e.Offline, now: float) -> Effects:
        close = f.ClosePeer(self._call_id)
        self._go_offline(event, now)
        return (close,)

    def _note_devices(self, event: e.DevicesChanged, _now: float) -> Effects:
        self.snapshot = replace(self.snapshot, faults=event.faults)
        return ()

    def _rest(self, event: e.Event, _now: float) -> Effects:
        if isinstance(event, e.DevicesChanged):
            self.snapshot = replace(self.snapshot, faults=event.faults)
        self._to_rest()
        return ()

    # --- a call begins --------------------------------------------------------------------------------------------

    def _begin(self, event: e.Pressed, now: float) -> Effects:
        self._forget_call()
        self._pressed_at = event.at
        self._deadline = now + self.settings.answer_s
        self.snapshot = replace(self.snapshot, state=State.CALLING, call_id=event.call_id)
        call = Call(call_id=event.call_id, pool=self.settings.pool, language=self.settings.language)
        return (f.PreparePeer(event.call_id), f.Send(call))

    def _begin_if_ready(self, event: e.Pressed, now: float) -> Effects:
        self._to_rest()
        return self._begin(event, now) if self.snapshot.state is State.IDLE else ()

    def _wait(self, event: e.Queued, _now: float) -> Effects:
        self._deadline = None
        self.snapshot = replace(self.snapshot, state=State.WAITING, queue_reason=event.reason)
        return ()

    def _wait_again(self, event: e.Queued, now: float) -> Effects:
        self._wait(event, now)
        self.snapshot = replace(self.snapshot, agent_name="", agent_role="")
        return self._renew_peer()

    def _meet(self, event: e.Assigned, now: float) -> Effects:
        self._deadline = now + self.settings.setup_s
        self._agent_id = event.agent.agent_id
        self.snapshot = replace(
            self.snapshot, state=State.SETTING_UP, agent_name=event.agent.name, agent_role=event.agent.role
        )
        return ()

    def _meet_another(self, event: e.Assigned, now: float) -> Effects:
        self._meet(event, now)
        return self._renew_peer()

    def _renew_peer(self) -> Effects:
        return (f.ClosePeer(self._call_id), f.PreparePeer(self._call_id))

    def _send_offer(self, event: e.OfferReady, _now: float) -> Effects:
        """Said before anybody is assigned too: the distributor keeps it for the agent, which saves a round trip."""
        return (f.Send(Offer(call_id=self._call_id, sdp=event.sdp)),)

    def _accept(self, event: e.Answer, _now: float) -> Effects:
        return (f.AcceptAnswer(event.call_id, event.sdp),)

    def _add_candidate(self, event: e.Candidate, _now: float) -> Effects:
        return (f.AddCandidate(event),)

    def _show_face(self, event: e.FaceDrawn, _now: float) -> Effects:
        self._deadline = None
        self.snapshot = replace(self.snapshot, state=State.IN_CALL)
        took_ms = max(0, round((event.at - self._pressed_at) * 1000))
        return (f.Send(Connected(call_id=event.call_id, press_to_face_ms=took_ms)),)

    # --- in a call ------------------------------------------------------------------------------------------------

    def _toggle_mute(self, _event: e.MuteToggled, _now: float) -> Effects:
        self.snapshot = replace(self.snapshot, muted=not self.snapshot.muted)
        return (f.SetMuted(self.snapshot.muted),)

    def _doubt_line(self, _event: e.MediaStalled, now: float) -> Effects:
        if self._bad_since is None:
            self._bad_since, self._deadline = now, now + self.settings.repair_after_s
            self.snapshot = replace(self.snapshot, line_bad=True)
        return ()

    def _trust_line(self, _event: e.MediaFlows, _now: float) -> Effects:
        self._bad_since = self._deadline = None
        self.snapshot = replace(self.snapshot, line_bad=False)
        return ()

    def _repair(self, _event: e.PeerLost, now: float) -> Effects:
        """The connection is gone for good: nothing to wait for, unless a new one has failed just now."""
        if self._bad_since is not None:
            return ()
        self._bad_since, self._deadline = now, now + self.settings.repair_again_s
        self.snapshot = replace(self.snapshot, line_bad=True)
        return self._renew_peer()

    def _repair_in_time(self, _event: e.TimeUp, now: float) -> Effects:
        if self._bad_since is None or not self._is_due(now):
            return ()
        if now >= self._bad_since + self.settings.line_s:
            return self._say_goodbye(EndReason.MEDIA_LOST, now)
        self._deadline = min(now + self.settings.repair_again_s, self._bad_since + self.settings.line_s)
        # without a distributor nobody would hear the new offer, and the old connection may yet come back
        return self._renew_peer() if self.snapshot.online else ()

    def _press_in_call(self, event: e.Pressed, now: float) -> Effects:
        if event.at - self._pressed_at < self.settings.press_again_s:
            return ()
        return self._say_goodbye(EndReason.CUSTOMER_HUNG_UP, now)

    # --- a call ends ----------------------------------------------------------------------------------------------

    def _hang_up(self, _event: e.EndPressed, now: float) -> Effects:
        return self._say_goodbye(EndReason.CUSTOMER_HUNG_UP, now)

    def _give_up(self, _event: e.Event, now: float) -> Effects:
        return self._say_goodbye(EndReason.SETUP_FAILED, now)

    def _check_time(self, event: e.TimeUp, now: float) -> Effects:
        return self._give_up(event, now) if self._is_due(now) else ()

    def _finish(self, event: e.Ended, now: float) -> Effects:
        return self._thank(event.reason, now)

    def _leave(self, _event: e.EndPressed, _now: float) -> Effects:
        call_id = self._call_id
        self._to_rest()
        return (f.ClosePeer(call_id), f.Send(HangUp(call_id=call_id, reason=EndReason.CUSTOMER_LEFT)))

    def _say_goodbye(self, reason: EndReason, now: float) -> Effects:
        call_id = self._call_id
        return (*self._thank(reason, now), f.Send(HangUp(call_id=call_id, reason=reason)))

    def _thank(self, reason: EndReason, now: float) -> Effects:
        close = f.ClosePeer(self._call_id)
        self._forget_call()
        self._deadline = now + self.settings.thanks_s
        self.snapshot = replace(self.snapshot, state=State.THANKS, end_reason=reason)
        return (close,)

    def _check_thanks(self, _event: e.TimeUp, now: float) -> Effects:
        if self._is_due(now):
            self._to_rest()
        return ()

    # --- shared ---------------------------------------------------------------------------------------------------

    @property
    def _call_id(self) -> str:
        if self.snapshot.call_id is None:
            raise MisuseError(f"There is no call in state {self.snapshot.state}.", "Correct kiosk/call/table.py.")
        return self.snapshot.call_id

    def _is_due(self, now: float) -> bool:
        return self._deadline is not None and now >= self._deadline

    def _forget_call(self) -> None:
        """The next customer sees nothing of the last one."""
        self._deadline = self._agent_id = self._bad_since = None
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

    def _declaration(self, now: float) -> Declare:
        phase = PHASES.get(self.snapshot.state)
        if phase is None:
            return Declare()
        return Declare(
            calls=(
                DeclaredCall(
                    call_id=self._call_id,
                    phase=phase,
                    peer_id=self._agent_id,
                    age_ms=max(0, round((now - self._pressed_at) * 1000)),
                    language=self.settings.language,
                    pool=self.settings.pool,
                ),
            )
        )
