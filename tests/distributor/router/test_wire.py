"""Pre-roll on a bad wire: every message of a lease gets lost, comes late, or comes in another order."""

from functools import partial
from typing import Final

from kiosk.distributor.router import events as e
from kiosk.protocol.fields import AgentStatus
from tests.distributor.router.wire import AGENTS, TERMINALS, Wire, wish

SECONDS: Final = 30.0


def a_morning(seed: int) -> Wire:
    """Customers who come, press, hang up and leave at random, on three terminals with two agents."""
    wire = Wire(seed)
    for name in AGENTS:
        wire.feed(e.AgentJoined(name, name, "", (), AgentStatus.AVAILABLE, 8, pre_roll=True))
    for name in TERMINALS:
        wire.feed(e.TerminalJoined(name, (), 2))
    for terminal in wire.terminals.values():
        at = 0.5
        while at < SECONDS:
            at += wire.rng.expovariate(2.0)
            acts = (wire.ask, wire.press, wire.hang_up, wire.leave)
            wire.after(at, partial(wire.rng.choices(acts, (12, 2, 2, 1))[0], terminal))
    for _ in range(2):
        agent_id = wire.rng.choice(AGENTS)
        wire.after(wire.rng.random() * SECONDS, partial(wire.feed, e.AgentSet(agent_id, wish(wire.rng))))
        on = wire.rng.random() < 0.5
        wire.after(wire.rng.random() * SECONDS, partial(wire.feed, e.PreRollSet(agent_id, on)))
    wire.run(SECONDS + 30)
    return wire


def test_nobody_is_seen_by_one_and_serves_another_whatever_the_wire_does() -> None:
    """Four hundred mornings; the world checks after every step, and together they have seen all there is to see."""
    seen: set[str] = set()
    for seed in range(400):
        seen |= a_morning(seed).seen
    assert seen == {"shown", "in time", "hot", "other", "not confirmed", "recalled"}
