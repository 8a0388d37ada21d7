"""The call state machine's table: it lists every event in every state, and a slip in it is told as ours."""

import pytest

from kiosk.call import events as e
from kiosk.call import table
from kiosk.call.machine import CallMachine
from kiosk.call.state import State
from kiosk.errors import MisuseError

REST = [State.IDLE, State.OFFLINE, State.OUT_OF_SERVICE]


@pytest.mark.parametrize("state", list(State))
def test_every_event_is_listed_in_every_state(state: State) -> None:
    kinds = set(e.Event.__args__)
    assert {kind for (listed, kind) in table.TABLE if listed is state} == kinds


def test_a_pair_that_is_not_listed_is_our_own_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(table.TABLE, (State.OFFLINE, e.Online))
    with pytest.raises(MisuseError, match="No row for Online in state offline"):
        CallMachine().handle(e.Online(), 0.0)


def test_a_way_that_is_not_listed_is_our_own_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        table.TABLE, (State.OFFLINE, e.Online), table.Row("come_online", frozenset({State.OUT_OF_SERVICE}))
    )
    with pytest.raises(MisuseError, match="led from offline to idle"):
        CallMachine().handle(e.Online(), 0.0)


def test_an_action_that_needs_a_call_says_so_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(table.TABLE, (State.OFFLINE, e.EndPressed), table.Row("leave", frozenset(REST)))
    with pytest.raises(MisuseError, match="no call in state offline"):
        CallMachine().handle(e.EndPressed(), 0.0)
