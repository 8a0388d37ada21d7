"""The two snapshots that most tests of the screens show."""

from kiosk.call.state import Snapshot, State

CALL = Snapshot(State.IN_CALL, online=True, call_id="c1", agent_name="Anna Lind", agent_role="Adviser")
IDLE = Snapshot(State.IDLE, online=True)
