"""Random event orders: the machine always has a way on, and what it wants done fits together."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kiosk.call import effects as f
from kiosk.call import events as e
from kiosk.call.state import State
from kiosk.protocol.fields import EndReason, QueueReason
from tests.call.story import CAMERA_GONE, Story

WITH_CALL = {State.CALLING, State.GREETING, State.WAITING, State.SETTING_UP, State.IN_CALL}


class AnyOrder(RuleBasedStateMachine):
    """Everything that can happen, in any order, for the current call or an old one."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()
        self.prepared: set[str] = set()
        self.linked: set[str] = set()

    def follow(self, effects: tuple[f.Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case f.PreparePeer(call_id=call_id):
                    assert not self.prepared, "two offers at once"
                    self.prepared.add(call_id)
                case f.UseLink(call_id=call_id):
                    assert not self.linked, "two links at once: a customer would be sent to two agents"
                    self.linked.add(call_id)
                case f.DropLink(call_id=call_id):
                    self.linked.remove(call_id)
                case f.DropPrepared():
                    self.prepared.clear()
                case f.AcceptAnswer():
                    assert not self.linked, "a customer would be sent to two agents"
                case f.ClosePeer(call_id=call_id):
                    assert call_id in self.prepared | self.linked
                    self.prepared.clear()
                    self.linked.clear()
                case _:
                    pass

    @rule(seconds=st.floats(0, 12))
    def time_passes(self, seconds: float) -> None:
        self.story.now += seconds
        deadline = self.story.machine.next_deadline()
        if deadline is not None and deadline <= self.story.now:
            self.follow(self.story.tell(e.TimeUp()))

    @rule(
        what=st.sampled_from(
            [
                "online",
                "offline",
                "press",
                "press_seen",
                "gone",
                "offer",
                "assigned",
                "queued",
                "answered",
                "candidate",
                "face",
                "ended",
                "lost",
                "stalled",
                "flows",
            ]
        )
    )
    def happens(self, what: str) -> None:
        self.follow(getattr(self.story, what)())

    @rule(agent=st.sampled_from(["ann", "bob"]), link=st.sampled_from([None, "link1", "link2"]))
    def assigned(self, agent: str, link: str | None) -> None:
        self.follow(self.story.assigned(agent, link))

    @rule(broken=st.booleans())
    def devices(self, *, broken: bool) -> None:
        self.follow(self.story.devices(CAMERA_GONE if broken else ()))

    @rule(event=st.sampled_from([e.EndPressed(), e.MuteToggled()]))
    def touch(self, event: e.Event) -> None:
        self.follow(self.story.tell(event))

    @rule(reason=st.sampled_from(list(EndReason)), queue=st.sampled_from(list(QueueReason)))
    def distributor(self, reason: EndReason, queue: QueueReason) -> None:
        self.follow(self.story.queued(queue))
        self.follow(self.story.ended(reason))

    @invariant()
    def media_flows_in_calls_only(self) -> None:
        assert bool(self.prepared | self.linked) == (self.story.state in WITH_CALL)

    @invariant()
    def rest_fits_the_world(self) -> None:
        snapshot = self.story.machine.snapshot
        if snapshot.state is State.IDLE:
            assert snapshot.online
            assert not snapshot.faults
        if snapshot.state is State.OFFLINE:
            assert not snapshot.online
        if snapshot.state is State.OUT_OF_SERVICE:
            assert snapshot.faults

    @invariant()
    def nothing_lasts_for_ever_but_rest_the_queue_and_the_call(self) -> None:
        timed = self.story.state in {State.CALLING, State.GREETING, State.SETTING_UP, State.THANKS}
        timed = timed or self.story.machine.snapshot.line_bad
        assert (self.story.machine.next_deadline() is not None) == timed


AnyOrder.TestCase.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
TestAnyOrder = AnyOrder.TestCase
