"""A world around a router: terminals and agents as they see themselves, from what they said and were told only.

Every effect is checked against what its receiver knows, and after every event the parties' own books are compared with
the router's. Nothing here reads the router's private state.
"""

from collections import defaultdict
from collections.abc import Iterable

from kiosk.distributor.router import AgentView, CallView, Phase, Router, RouterSettings
from kiosk.distributor.router import effects as f
from kiosk.distributor.router import events as e
from kiosk.protocol.fields import AgentStatus, CallPhase, EndReason, QueueReason, Role
from kiosk.protocol.messages import DeclaredCall
from tests.distributor.router.belief import Belief, Party, phase_of, status_of
from tests.distributor.router.books import BEARS, WANTS, Books

SETTINGS = RouterSettings(
    wrap_up_s=4, agent_grace_s=2, terminal_grace_s=1, declare_grace_s=3, warm_window_s=3, links_under_way=2
)
AGENTS, TERMINALS = ("a1", "a2", "a3"), ("t1", "t2", "t3", "t4")
BUSY = {AgentStatus.AVAILABLE, AgentStatus.RESERVED, AgentStatus.IN_CALL, AgentStatus.WRAP_UP}
ASKED = (e.CallRequested, e.TerminalJoined)


class World:
    """Lets things happen to a router and to the parties around it."""

    def __init__(self, settings: RouterSettings = SETTINGS) -> None:
        self.settings = settings
        self.now = 64.0
        self.agents: defaultdict[str, Party] = defaultdict(Party)
        self.terminals: defaultdict[str, Party] = defaultdict(Party)
        self.seen: set[object] = set()
        self.epoch = 1
        self.router = Router(settings, self.epoch)
        self.books = Books(settings)

    # --- what can happen ------------------------------------------------------------------------------------------

    def handle(self, event: e.Event) -> tuple[f.Effect, ...]:
        """Feed the event, deliver its effects, compare the books."""
        before, calls = self.agent_views(), self.router.calls()
        self.books.hear(event, self.now)
        effects = self.router.handle(event, self.now)
        self.deliver(effects, event)
        self.check_fairness(effects, before, event)
        self.check_endings(calls, event)
        self.check()
        return effects

    def tick(self) -> None:
        """Wake the router, as its timer would."""
        before, calls = self.agent_views(), self.router.calls()
        self.books.hear(None, self.now)
        effects = self.router.tick(self.now)
        self.deliver(effects, None)
        self.check_fairness(effects, before, None)
        self.check_endings(calls, None)
        self.check()
        assert self.router.tick(self.now) == (), "a second tick at the same time has nothing left to do"

    def pass_time(self, seconds: float) -> None:
        """Time passes; the server's timer may be late, so the next event can come before the tick."""
        self.now += seconds

    def restart(self) -> None:
        """The distributor is killed and started: every connection is gone, every party still believes what it believed."""
        self.epoch += 1
        self.router = Router(self.settings, self.epoch)
        self.books.restart()
        for party in (*self.agents.values(), *self.terminals.values()):
            party.here = False

    def join(self, role: Role, party_id: str, calls: Iterable[DeclaredCall], status: e.Wish) -> None:
        """The party declares these calls and believes in them."""
        party = self.party(role, party_id)
        said = tuple(calls)
        party.here, party.told = True, None
        party.calls = {c.call_id: Belief(c.peer_id, c.phase is CallPhase.CONNECTED) for c in said}
        if role is Role.AGENT:
            self.handle(
                e.AgentJoined(party_id, party_id.upper(), "Adviser", said, status, BEARS[party_id], pre_roll=True)
            )
        else:
            self.handle(e.TerminalJoined(party_id, said, WANTS[party_id]))

    def honest(self, role: Role, party_id: str, age_s: float) -> tuple[DeclaredCall, ...]:
        """What the party would declare if it says what it believes."""
        return tuple(
            DeclaredCall(
                call_id=call_id,
                phase=phase_of(belief, role),
                peer_id=belief.peer,
                age_ms=round(age_s * 1000),
            )
            for call_id, belief in self.party(role, party_id).calls.items()
        )

    def lose(self, role: Role, party_id: str, *, on_purpose: bool) -> None:
        """The party's connection is gone; after a goodbye it has no calls any more."""
        party = self.party(role, party_id)
        party.here = False
        if on_purpose:
            party.calls = {}
        kind = e.AgentLost if role is Role.AGENT else e.TerminalLost
        self.handle(kind(party_id, on_purpose))

    def press(self, terminal_id: str, call_id: str, fence: int | None = None) -> None:
        """A customer presses the button, or the terminal's message comes twice."""
        terminal = self.terminals[terminal_id]
        if terminal.here:
            terminal.calls.setdefault(call_id, Belief())
        self.books.hear(None, self.now)
        kept = self.books.leases.get(fence or 0)
        new = terminal.here and self.router.party_of(call_id) is None
        self.handle(e.CallRequested(terminal_id, call_id, "default", "en", fence))
        if new and kept is not None and kept.terminal_id == terminal_id and call_id in terminal.calls:
            assert self.router.party_of(call_id) == (terminal_id, kept.agent_id), f"{kept} was promised"

    def face(self, call_id: str, terminal_id: str) -> None:
        """The terminal draws the agent whom it believes to have, or is wrong about the call altogether."""
        belief = self.terminals[terminal_id].calls.get(call_id)
        if belief is not None and (call_id, belief.peer) not in {(c.call_id, c.agent_id) for c in self.router.calls()}:
            return
        if belief is not None and belief.peer is not None:
            belief.connected = True
        self.handle(e.CallConnected(call_id, terminal_id))

    def hang_up(self, call_id: str, role: Role, party_id: str) -> None:
        """A party that is connected hangs up whatever it likes."""
        reason = EndReason.AGENT_HUNG_UP if role is Role.AGENT else EndReason.CUSTOMER_HUNG_UP
        if self.party(role, party_id).here:
            self.twice(e.HangUpAsked(call_id, role, party_id, reason))

    def twice(self, event: e.Event) -> None:
        """The second time nothing is left to change."""
        self.handle(event)
        before = (self.agent_views(), self.router.calls(), self.router.next_deadline())
        self.handle(event)
        assert (self.agent_views(), self.router.calls(), self.router.next_deadline()) == before, event

    def deliver(self, effects: tuple[f.Effect, ...], event: e.Event | None) -> None:
        """Each effect has to make sense to its receiver at that moment."""
        for effect in effects:
            self.books.told(effect, self.now)
            match effect:
                case f.Assign():
                    self.on_assign(effect)
                case f.Queue():
                    self.on_queue(effect, event)
                case f.End():
                    self.on_end(effect, event)
                case f.AgentChanged():
                    assert self.agents[effect.agent_id].here, effect
                    self.agents[effect.agent_id].told = (effect.status, effect.next_status)
                    assert (effect.wrap_up_left_s is None) == (effect.status is not AgentStatus.WRAP_UP), effect
                case f.Refuse():
                    self.seen.add(effect.code)

    def on_assign(self, effect: f.Assign) -> None:
        terminal, agent = self.terminals[effect.terminal_id], self.agents[effect.agent_id]
        assert terminal.here, f"{effect} to a terminal that isn't there"
        assert effect.call_id in terminal.calls, f"{effect} for a call that the terminal hasn't got"
        terminal.calls[effect.call_id] = Belief(effect.agent_id)
        if effect.to_agent:
            assert agent.here, f"{effect} to an agent who isn't there"
            assert not agent.calls, f"{effect} to an agent who is in {agent.calls}"
            agent.calls[effect.call_id] = Belief(effect.terminal_id)
        self.seen.add(("assign", effect.to_agent))

    def on_queue(self, effect: f.Queue, event: e.Event | None) -> None:
        terminal = self.terminals[effect.terminal_id]
        assert terminal.here, f"{effect} to a terminal that isn't there"
        belief = terminal.calls[effect.call_id]
        asked = isinstance(event, ASKED) and event.terminal_id == effect.terminal_id
        assert asked or belief.queued is not effect.reason, f"{effect} again, though nothing has changed"
        terminal.calls[effect.call_id] = Belief(queued=effect.reason)
        self.seen.add(effect.reason)

    def on_end(self, effect: f.End, event: e.Event | None) -> None:
        for role, party_id in ((Role.TERMINAL, effect.terminal_id), (Role.AGENT, effect.agent_id)):
            if party_id is None:
                continue
            party = self.party(role, party_id)
            assert party.here, f"{effect} to one who isn't there"
            asked = isinstance(event, e.HangUpAsked | e.CallRequested) and event.call_id == effect.call_id
            known = party.calls.pop(effect.call_id, None) is not None
            assert known or (asked and effect.reason is EndReason.NOT_KNOWN), f"{effect} a second time"
        self.seen.add(effect.reason)

    def check(self) -> None:
        """The router's books agree with themselves and with each party's."""
        agents, calls = self.agent_views(), {call.call_id: call for call in self.router.calls()}
        self.check_shape(agents, calls)
        for terminal_id, terminal in self.terminals.items():
            if terminal.here:
                mine = {call.call_id for call in calls.values() if call.terminal_id == terminal_id}
                assert set(terminal.calls) == mine, f"{terminal_id} believes in {terminal.calls}, the router in {mine}"
        for agent_id, agent in self.agents.items():
            if agent.here:
                mine = {call.call_id for call in calls.values() if call.agent_id == agent_id}
                assert set(agent.calls) == mine, f"{agent_id} believes in {agent.calls}, the router in {mine}"
                assert agent.told == (agents[agent_id].status, agents[agent_id].next_status)
        self.check_waiting(agents, calls)
        self.books.check(self.router, agents, {p for ps in (self.agents, self.terminals) for p in ps if ps[p].here})
        deadline = self.router.next_deadline()
        assert deadline is None or deadline > self.now, "a deadline in the past"

    def check_shape(self, agents: dict[str, AgentView], calls: dict[str, CallView]) -> None:
        served = [call.agent_id for call in calls.values() if call.agent_id is not None]
        assert len(served) == len(set(served)), "an agent has two calls"
        terminals = [call.terminal_id for call in calls.values()]
        assert len(terminals) == len(set(terminals)), "a terminal has two calls"
        for agent in agents.values():
            call = None if agent.call_id is None else calls[agent.call_id]
            assert call is None or call.agent_id == agent.agent_id, "an agent is in a call that is another's"
            assert agent.status is status_of(agent, call), agent
            assert agent.here == self.agents[agent.agent_id].here
            assert (agent.idle_since is not None) == (agent.status is AgentStatus.AVAILABLE), agent
        for call in calls.values():
            assert (call.agent_id is None) == (call.phase is Phase.WAITING), call
            assert call.agent_id is not None or call.link_id is None, call
            assert call.agent_id is None or agents[call.agent_id].call_id == call.call_id, call
            assert self.router.party_of(call.call_id) == (call.terminal_id, call.agent_id)
            self.seen.add((call.phase, call.held))

    def check_waiting(self, agents: dict[str, AgentView], calls: dict[str, CallView]) -> None:
        busy = any(agent.status in BUSY for agent in agents.values())
        reason = QueueReason.ALL_BUSY if busy else QueueReason.NO_AGENTS
        free = [a for a in agents.values() if a.status is AgentStatus.AVAILABLE and a.kept_for is None]
        for call in calls.values():
            terminal = self.terminals[call.terminal_id]
            if not terminal.here:
                continue
            belief = terminal.calls[call.call_id]
            if call.agent_id is None:
                assert not free, f"{call} waits although {free} could take it"
                assert belief.queued is reason, f"the terminal was told {belief}, it is {reason}"
            elif self.agents[call.agent_id].here:
                assert belief.peer == call.agent_id, f"the terminal was told {belief}, it is {call}"

    def check_fairness(
        self, effects: tuple[f.Effect, ...], before: dict[str, AgentView], event: e.Event | None
    ) -> None:
        """The oldest call went first, to the agent who had been idle for longest."""
        after = self.agent_views()
        own = getattr(event, "terminal_id", None)
        left = [c for c in self.router.calls() if c.agent_id is None and self.terminals[c.terminal_id].here]
        for effect in effects:
            if not isinstance(effect, f.Assign) or not effect.to_agent:
                continue
            was = before.get(effect.agent_id)
            if was is not None and was.kept_for is not None:
                continue
            since = self.now - effect.waited_s
            assert all(since <= call.requested_at for call in left if call.terminal_id != own), "out of turn"
            if was is None or was.idle_since is None:
                continue
            for other in after.values():
                if other.idle_since is None or other.kept_for or before.get(other.agent_id) != other:
                    continue
                first = (was.idle_since, was.agent_id) < (other.idle_since, other.agent_id)
                warm = effect.link_id is not None and was.idle_since <= other.idle_since + self.settings.warm_window_s
                assert first or warm, "not the idlest, nor warm and nearly as idle"

    def check_endings(self, before: tuple[CallView, ...], event: e.Event | None) -> None:
        """A call that nothing is missing from ends through its own parties only, never by time or by others."""
        who = {getattr(event, name, None) for name in ("agent_id", "terminal_id", "party_id")}
        live = {call.call_id for call in self.router.calls()}
        for call in before:
            whole = call.phase in {Phase.WAITING, Phase.CONNECTED} and not call.held
            assert call.call_id in live or not whole or who & {call.terminal_id, call.agent_id}, f"{event} ended {call}"

    def check_that_all_ends_well(self) -> None:
        """Left alone, the router comes to rest, and no call is left that nothing can move any more."""
        for _ in range(200):
            deadline = self.router.next_deadline()
            if deadline is None:
                break
            self.now = max(self.now, deadline)
            self.tick()
            self.links_get_ready()
        assert self.router.next_deadline() is None, "it never comes to rest"
        for call in self.router.calls():
            assert call.phase in {Phase.WAITING, Phase.CONNECTED}, f"{call} was forgotten"
            assert not call.held, f"{call} was forgotten"

    def links_get_ready(self) -> None:
        """All that are being set up."""
        for view in self.router.links():
            self.handle(e.LinkReady(view.link_id, view.terminal_id))

    def party(self, role: Role, party_id: str) -> Party:
        return self.agents[party_id] if role is Role.AGENT else self.terminals[party_id]

    def agent_views(self) -> dict[str, AgentView]:
        return {view.agent_id: view for view in self.router.agents()}
