"""Random event orders, honest and absurd: no agent with two calls, no call with two agents, no call forgotten."""

import random
from dataclasses import replace
from typing import Final

from hypothesis import Phase as Phases
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from kiosk.distributor.router import CallView, Phase
from kiosk.distributor.router import events as e
from kiosk.distributor.router.events import Wish
from kiosk.protocol.fields import AgentStatus, CallPhase, EndReason, ErrorCode, QueueReason, Role
from kiosk.protocol.messages import DeclaredCall
from tests.distributor.router.world import AGENTS, SETTINGS, TERMINALS, World

WISHES: Final[tuple[Wish, Wish]] = (AgentStatus.AVAILABLE, AgentStatus.AWAY)
CALLS = tuple(f"c{n}" for n in range(6))
"""Few enough that ids are often used again, by others too."""
PARTIES = tuple((Role.AGENT, agent_id) for agent_id in AGENTS) + tuple((Role.TERMINAL, t) for t in TERMINALS)
QUARTERS = tuple(n / 4 for n in range(80))
"""Times are quarters of a second, which binary fractions hold exactly."""
EVERYTHING = {
    *(reason for reason in EndReason if reason is not EndReason.MEDIA_LOST),
    *QueueReason,
    *((phase, held) for phase in Phase for held in (True, False)),
    ("assign", True),
    ("assign", False),
    ErrorCode.OUT_OF_ORDER,
    ErrorCode.UNKNOWN_CALL,
}
OF_STANDBY = {"open", "close", "lease", "renewal", "recall", "over", "used", "on a link"}
"""What random orders have to reach, so that we know that they aren't idle."""


def claims(peers: tuple[str, ...]) -> st.SearchStrategy[list[DeclaredCall]]:
    """Whatever a party may declare, of calls with these peers or with none."""
    call = st.builds(
        DeclaredCall,
        call_id=st.sampled_from(CALLS),
        phase=st.sampled_from(tuple(CallPhase)),
        peer_id=st.sampled_from((*peers, None)),
        age_ms=st.sampled_from(tuple(round(1000 * s) for s in QUARTERS)),
    )
    return st.lists(call, max_size=3)


class AnyOrder(RuleBasedStateMachine):
    """Everything that the server can feed, in any order; the world checks it all."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @rule(seconds=st.sampled_from(QUARTERS), tick=st.booleans())
    def time_passes(self, *, seconds: float, tick: bool) -> None:
        self.world.pass_time(seconds)
        if tick:
            self.world.tick()

    @rule(who=st.sampled_from(PARTIES), status=st.sampled_from(WISHES), age_s=st.sampled_from(QUARTERS))
    def joins_honestly(self, who: tuple[Role, str], status: Wish, age_s: float) -> None:
        self.world.join(*who, self.world.honest(*who, age_s), status)

    @rule(agent_id=st.sampled_from(AGENTS), status=st.sampled_from(WISHES), said=claims((*TERMINALS, "a1")))
    def an_agent_declares_anything(self, agent_id: str, status: Wish, said: list[DeclaredCall]) -> None:
        self.world.join(Role.AGENT, agent_id, said, status)

    @rule(terminal_id=st.sampled_from(TERMINALS), said=claims((*AGENTS, "t1")))
    def a_terminal_declares_anything(self, terminal_id: str, said: list[DeclaredCall]) -> None:
        self.world.join(Role.TERMINAL, terminal_id, said, AgentStatus.AWAY)

    @rule(who=st.sampled_from(PARTIES), on_purpose=st.booleans())
    def is_lost(self, who: tuple[Role, str], *, on_purpose: bool) -> None:
        self.world.lose(*who, on_purpose=on_purpose)

    @rule(agent_id=st.sampled_from(AGENTS), status=st.sampled_from(WISHES))
    def wishes(self, agent_id: str, status: Wish) -> None:
        self.world.twice(e.AgentSet(agent_id, status))

    @rule(terminal_id=st.sampled_from(TERMINALS), call_id=st.sampled_from(CALLS), twice=st.booleans())
    def presses(self, *, terminal_id: str, call_id: str, twice: bool) -> None:
        self.world.press(terminal_id, call_id)
        if twice:
            self.world.press(terminal_id, call_id)

    @rule(terminal_id=st.sampled_from(TERMINALS), call_id=st.sampled_from(CALLS), older=st.integers(0, 1))
    def presses_in_pre_roll(self, terminal_id: str, call_id: str, older: int) -> None:
        self.world.press(terminal_id, call_id, self.world.books.fence - older)

    @rule(which=st.integers(0, 3), stranger=st.sampled_from((None, *TERMINALS)))
    def offers(self, which: int, stranger: str | None) -> None:
        calls = self.world.router.calls()
        if calls:
            call = calls[which % len(calls)]
            self.world.twice(e.OfferSeen(call.call_id, stranger or call.terminal_id))

    @rule(which=st.integers(0, 5), stranger=st.sampled_from((None, *TERMINALS)), every=st.booleans())
    def links_are_ready(self, *, which: int, stranger: str | None, every: bool) -> None:
        links = self.world.router.links()
        for link in links if every else links[which : which + 1]:
            self.world.twice(e.LinkReady(link.link_id, stranger or link.terminal_id))

    @rule(which=st.integers(0, 5), who=st.sampled_from((None, *PARTIES)))
    def a_link_is_lost(self, which: int, who: tuple[Role, str] | None) -> None:
        links = self.world.router.links()
        if links:
            link = links[which % len(links)]
            role, party_id = who or (Role.TERMINAL, link.terminal_id)
            self.world.twice(e.LinkLost(link.link_id, role, party_id))

    @rule(terminal_id=st.sampled_from(TERMINALS), ask=st.integers(1, 9))
    def somebody_stands_there(self, terminal_id: str, ask: int) -> None:
        self.world.handle(e.PreRollAsked(terminal_id, ask))

    @rule(terminal_id=st.sampled_from(TERMINALS), older=st.integers(0, 1))
    def nobody_stands_there(self, terminal_id: str, older: int) -> None:
        self.world.twice(e.PreRollGivenBack(terminal_id, self.world.books.fence - older))

    @rule(agent_id=st.sampled_from(AGENTS), on=st.booleans())
    def opts(self, *, agent_id: str, on: bool) -> None:
        self.world.twice(e.PreRollSet(agent_id, on))

    @rule(which=st.integers(0, 3), stranger=st.sampled_from((None, *AGENTS)))
    def answers(self, which: int, stranger: str | None) -> None:
        calls = self.world.router.calls()
        if calls:
            call = calls[which % len(calls)]
            self.world.twice(e.AnswerSeen(call.call_id, stranger or call.agent_id or "a1"))

    @rule(which=st.integers(0, 3), stranger=st.sampled_from((None, *TERMINALS)))
    def draws_a_face(self, which: int, stranger: str | None) -> None:
        calls = self.world.router.calls()
        if calls:
            call = calls[which % len(calls)]
            self.world.face(call.call_id, stranger or call.terminal_id)

    @rule(call_id=st.sampled_from(CALLS), who=st.sampled_from(PARTIES))
    def hangs_up(self, call_id: str, who: tuple[Role, str]) -> None:
        self.world.hang_up(call_id, *who)

    @rule()
    def restarts(self) -> None:
        self.world.restart()

    def teardown(self) -> None:
        self.world.check_that_all_ends_well()


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, phases=tuple(set(Phases) - {Phases.explain})
)


def live(rng: random.Random, world: World) -> None:
    """One thing happens that happens in a branch: mostly honest parties, calls that get far, and now and then a fault."""
    role, party_id = rng.choice(PARTIES)
    status: Wish = AgentStatus.AWAY if rng.random() < 0.2 else AgentStatus.AVAILABLE
    what = rng.choices(("time", "join", "press", "lose", "wish", "restart", "standby", "call"), WEIGHTS)[0]
    match what:
        case "time":
            world.pass_time(rng.choice(QUARTERS[:12]))
            world.tick()
        case "join":
            honest = rng.random() < 0.8
            said = world.honest(role, party_id, rng.choice(QUARTERS)) if honest else absurd(rng, role)
            world.join(role, party_id, said, status)
        case "press":
            world.press(rng.choice(TERMINALS), f"c{rng.randrange(12)}")
        case "lose":
            world.lose(role, party_id, on_purpose=rng.random() < 0.3)
        case "wish":
            world.twice(e.AgentSet(rng.choice(AGENTS), status))
        case "restart" if rng.random() < 0.3:
            world.restart()
        case "standby":
            stand_by(rng, world)
        case "call" if calls := world.router.calls():
            go_on(rng, world, rng.choice(calls))


def go_on(rng: random.Random, world: World, call: CallView) -> None:
    """One thing happens to a call."""
    match rng.choices(("answer", "face", "hang up", "offer"), (15, 15, 8, 10))[0]:
        case "answer":
            world.twice(e.AnswerSeen(call.call_id, call.agent_id or "a1"))
        case "face":
            world.face(call.call_id, call.terminal_id)
        case "hang up":
            world.hang_up(call.call_id, *rng.choice(PARTIES))
        case "offer":
            world.twice(e.OfferSeen(call.call_id, call.terminal_id))


def absurd(rng: random.Random, role: Role) -> tuple[DeclaredCall, ...]:
    """Up to two calls that are as likely as not another's, or nobody's."""
    peers = TERMINALS if role is Role.AGENT else AGENTS
    return tuple(
        DeclaredCall(
            call_id=rng.choice(CALLS),
            phase=rng.choice(tuple(CallPhase)),
            peer_id=rng.choice(peers),
            age_ms=rng.randrange(80) * 250,
        )
        for _ in range(rng.randrange(3))
    )


WEIGHTS = (20, 30, 12, 8, 5, 2, 45, 48)


def stand_by(rng: random.Random, world: World) -> None:
    """One thing happens to standby links or leases: mostly they get ready, and somebody stands in front of a terminal."""
    links, terminal_id = world.router.links(), rng.choice(TERMINALS)
    match rng.choices(("ready", "ask", "press", "give back", "lost", "opt"), (10, 12, 4, 3, 2, 1))[0]:
        case "ready":
            world.links_get_ready()
        case "ask":
            world.handle(e.PreRollAsked(terminal_id, rng.randrange(9)))
        case "press":
            kept = list(world.books.leases.items())
            fence, holder = rng.choice([(fence, lease.terminal_id) for fence, lease in kept] or [(0, terminal_id)])
            world.press(holder, f"c{rng.randrange(12)}", fence)
        case "give back":
            world.twice(e.PreRollGivenBack(terminal_id, world.books.fence))
        case "lost" if links:
            link = rng.choice(links)
            world.twice(e.LinkLost(link.link_id, Role.AGENT, link.agent_id))
        case "opt":
            world.twice(e.PreRollSet(rng.choice(AGENTS), rng.random() < 0.7))


def test_more_than_a_thousand_days_on_which_much_goes_wrong() -> None:
    """Each seed is one order of events, the same on every run; together they have reached every kind of state and effect."""
    seen: set[object] = set()
    for seed in range(1200):
        rng = random.Random(seed)
        world = World(replace(SETTINGS, wrap_up_s=rng.choice((0.0, 4.0))))
        for role, party_id in PARTIES:
            world.join(role, party_id, (), AgentStatus.AVAILABLE)
        for _ in range(25):
            live(rng, world)
        world.check_that_all_ends_well()
        seen |= world.seen | world.books.seen
    wanted = EVERYTHING | OF_STANDBY
    assert seen >= wanted, f"never reached: {wanted - seen}"
