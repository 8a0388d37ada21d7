"""The terminal's core and the routing core wired back to back, with links that delay, break and come back.

Whatever the order of events: once everything has arrived and the time is up, both sides agree about every call.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kiosk.call import events as e
from kiosk.call.state import State
from kiosk.distributor.router import events as into
from kiosk.distributor.router.router import Router
from kiosk.distributor.router.settings import RouterSettings
from kiosk.protocol.fields import AgentStatus, EndReason
from kiosk.protocol.messages import (
    HangUp,
)
from tests.both_cores import AGENTS, SIDES, TERMINALS, WITH_CALL, World


class AnyOrder(RuleBasedStateMachine):
    """Random presses, ends, breaks and deliveries; both cores are compared at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @rule(name=st.sampled_from(SIDES))
    def connect(self, name: str) -> None:
        self.world.connect(name)

    @rule(name=st.sampled_from(SIDES), on_purpose=st.booleans())
    def disconnect(self, name: str, on_purpose: bool) -> None:  # noqa: FBT001 hypothesis names its arguments
        self.world.disconnect(name, on_purpose=on_purpose)

    @rule(name=st.sampled_from(TERMINALS))
    def press(self, name: str) -> None:
        self.world.press(name)

    @rule(name=st.sampled_from(TERMINALS), present=st.booleans())
    def stand(self, name: str, present: bool) -> None:  # noqa: FBT001 hypothesis names its arguments
        self.world.prepare(name, self.world.lobbies[name].set_present(present, self.world.now))

    @rule(name=st.sampled_from(SIDES))
    def links_break(self, name: str) -> None:
        """One side's links are gone, and it doesn't know yet."""
        self.world.here[name].clear()

    @rule(name=st.sampled_from(TERMINALS), event=st.sampled_from([e.EndPressed(), e.MuteToggled()]))
    def touch(self, name: str, event: e.Event) -> None:
        self.world.tell(name, event)

    @rule(name=st.sampled_from(AGENTS), status=st.sampled_from([AgentStatus.AVAILABLE, AgentStatus.AWAY]))
    def agent_sets(self, name: str, status: AgentStatus) -> None:
        if self.world.sides[name].up:
            self.world.sides[name].to_router.append(into.AgentSet(name, status))  # type: ignore[arg-type]  # both are wishes

    @rule(name=st.sampled_from(AGENTS))
    def agent_hangs_up(self, name: str) -> None:
        side = self.world.sides[name]
        if side.up and side.call is not None:
            side.to_router.append(HangUp(call_id=side.call, reason=EndReason.AGENT_HUNG_UP))

    @rule(
        name=st.sampled_from(SIDES),
        way=st.sampled_from(["work", "to_router", "from_router"]),
        count=st.integers(1, 5),
    )
    def deliver(self, name: str, way: str, count: int) -> None:
        for _ in range(count):
            self.world.deliver(name, way)

    @rule(seconds=st.floats(0.1, 6))
    def pass_time(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    @rule()
    def router_restarts(self) -> None:
        """A new distributor knows nothing; everybody declares again."""
        for name in SIDES:
            side = self.world.sides[name]
            if side.up:
                side.up = False
                side.to_router.clear()
                side.from_router.clear()
                if name in TERMINALS:
                    self.world.tell(name, e.Offline("closed"))
        self.world.router = Router(RouterSettings(wrap_up_s=1.0))

    @invariant()
    def nobody_greets_two_customers(self) -> None:
        """An agent whom a lease lets a customer see isn't seen by another."""
        greeting = [
            machine.snapshot.agent_name
            for machine in self.world.machines.values()
            if machine.snapshot.state is State.GREETING
        ]
        assert len(greeting) == len(set(greeting))

    def teardown(self) -> None:
        world = self.world
        world.settle()
        known = {view.terminal_id: view for view in world.router.calls()}
        for name, machine in world.machines.items():
            snapshot = machine.snapshot
            assert (name in known) == (snapshot.state in WITH_CALL), f"{name} is {snapshot.state}, router: {known}"
            if name in known:
                assert known[name].call_id == snapshot.call_id
                assert (known[name].agent_id is None) == (snapshot.state is State.WAITING)
        for name in AGENTS:
            calls = [view.call_id for view in known.values() if view.agent_id == name]
            assert calls == ([] if world.sides[name].call is None else [world.sides[name].call])


AnyOrder.TestCase.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
TestAnyOrder = AnyOrder.TestCase


def test_a_hot_call_goes_its_way_through_both_cores() -> None:
    """Somebody comes, is asked for, presses, sees the agent at once, and is the agent's."""
    world = World()
    for name in SIDES:
        world.connect(name)
    world.deliver_all()
    world.prepare("t1", world.lobbies["t1"].set_present(True, world.now))
    world.deliver_all()
    world.press("t1")
    assert world.machines["t1"].snapshot.state is State.GREETING
    world.deliver_all()
    snapshot = world.machines["t1"].snapshot
    assert snapshot.state is State.IN_CALL
    assert [view.agent_id for view in world.router.calls()] == [snapshot.agent_name.lower()]
