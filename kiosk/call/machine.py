"""The terminal's call state machine: events and the time in, effects out."""

from dataclasses import replace

from kiosk.call import effects as f
from kiosk.call import events as e
from kiosk.call.ground import Effects
from kiosk.call.meeting import Meeting
from kiosk.call.settings import Settings
from kiosk.call.state import State
from kiosk.call.table import TABLE
from kiosk.call.talking import Talking
from kiosk.errors import MisuseError

__all__ = ["CallMachine", "Effects", "Settings"]


class CallMachine(Meeting, Talking):
    """Feed it with `handle`; arm one timer for `next_deadline` and feed `TimeUp` then; draw `snapshot`.

    What a row of the table names as its action is a method here, of `Meeting`, of `Talking` or of `Ground`.
    """

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

    def _check_thanks(self, _event: e.TimeUp, now: float) -> Effects:
        if self._is_due(now):
            self._to_rest()
        return ()
