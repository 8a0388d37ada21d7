"""A router, three terminals and two consoles that keep the rules of pre-roll, on a wire that loses, delays and reorders.

Every message of a lease, of the press and of the assignment may get lost, or come up to some seconds late, in any order; the calls'
ends and the links' story come at once. Each side acts on its own clock and on what it was told, as docs/protocol.md says.
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import inf

from kiosk.distributor.router import Router, RouterSettings
from kiosk.distributor.router import effects as f
from kiosk.distributor.router import events as e
from kiosk.protocol.fields import AgentStatus, EndReason, Role

SETTINGS = RouterSettings(wrap_up_s=1.0, links_under_way=8)
TERMINALS, AGENTS = ("t1", "t2", "t3"), ("a1", "a2")


@dataclass
class Terminal:
    """Its lease, and whom it shows."""

    name: str
    asks: int = 0
    sent: dict[int, float] = field(default_factory=dict)
    """Its asks since the last press, or since somebody stood there last: what answers an older one counts no more."""
    fence: int = 0
    agent: str | None = None
    """Of the lease."""
    link_id: str | None = None
    until: float = -inf
    ended: set[int] = field(default_factory=set)
    """Leases that it gave back or used."""
    call_id: str | None = None
    pressed_with: int | None = None
    shown: str | None = None
    confirmed: bool = False

    def live(self, now: float) -> bool:
        """Whether a press now is inside of the lease."""
        return now < self.until and self.fence not in self.ended


@dataclass
class Console:
    """Where its camera is, and until when."""

    name: str
    camera_on: str | None = None
    says_seen: bool = False
    fence: int = 0
    until: float = -inf
    call_id: str | None = None


class Wire:
    """The whole of it. ``seed`` makes every loss and delay."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.now = 0.0
        self.router = Router(SETTINGS, epoch=1)
        self.terminals = {name: Terminal(name) for name in TERMINALS}
        self.consoles = {name: Console(name) for name in AGENTS}
        self.agenda: list[tuple[float, int, Callable[[], None]]] = []
        self.noted = 0
        self.calls = 0
        self.lost = self.rng.choice((0.0, 0.1, 0.3))
        self.latest = self.rng.choice((0.05, 0.5, 1.4, 4.0))
        self.expected: dict[str, tuple[str, str | None, float]] = {}
        """By call that was pressed inside of a lease: the agent and the link shown, and by when the press has to arrive."""
        self.seen: set[str] = set()

    # --- time and the wire ----------------------------------------------------------------------------------------

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        self.noted += 1
        heapq.heappush(self.agenda, (self.now + seconds, self.noted, act))

    def send(self, act: Callable[[], None]) -> None:
        """A message of a lease: perhaps never, perhaps late, perhaps after a younger one."""
        if self.rng.random() >= self.lost:
            self.after(self.rng.random() * self.latest, act)

    def feed(self, event: e.Event) -> None:
        self.carry_out(self.router.handle(event, self.now))

    def carry_out(self, effects: tuple[f.Effect, ...]) -> None:
        for effect in effects:
            self.do(effect)

    def run(self, seconds: float) -> None:
        """Everything until then; the router's timer and everybody's own are in time."""
        while True:
            due = self.router.next_deadline()
            at = min(self.agenda[0][0] if self.agenda else inf, inf if due is None else due)
            if at > seconds:
                return
            self.now = max(self.now, at)
            if due is not None and due <= self.now:
                self.carry_out(self.router.tick(self.now))
            else:
                heapq.heappop(self.agenda)[2]()
            self.check()

    # --- from the router ------------------------------------------------------------------------------------------

    def do(self, effect: f.Effect) -> None:
        match effect:
            case f.OpenLink(link_id=link_id, terminal_id=name):
                self.after(0.0, partial(self.feed, e.LinkReady(link_id, name)))
            case f.Lease():
                self.send(partial(self.terminal_leased, self.terminals[effect.terminal_id], effect))
                self.send(partial(self.console_leased, self.consoles[effect.agent_id], effect))
            case f.EndLease(terminal_id=str(name)):
                self.send(partial(self.terminal_recalled, self.terminals[name], effect.fence))
            case f.EndLease(agent_id=str(name)):
                self.send(partial(self.console_over, self.consoles[name], effect.fence))
            case f.Assign():
                self.send(partial(self.terminal_assigned, self.terminals[effect.terminal_id], effect))
                if effect.to_agent:
                    self.send(partial(self.console_incoming, self.consoles[effect.agent_id], effect))
            case f.Queue(terminal_id=name, call_id=call_id):
                self.send(partial(self.terminal_queued, self.terminals[name], call_id))
            case f.End():
                self.ended(effect)
            case _:
                pass

    def ended(self, effect: f.End) -> None:
        for terminal in self.terminals.values():
            if terminal.call_id == effect.call_id and effect.terminal_id is not None:
                terminal.call_id, terminal.shown = None, None
        for console in self.consoles.values():
            if console.call_id == effect.call_id and effect.agent_id is not None:
                console.call_id, console.camera_on, console.says_seen = None, None, False

    # --- the terminal ---------------------------------------------------------------------------------------------

    def ask(self, terminal: Terminal) -> None:
        """Somebody stands there, and hasn't pressed yet."""
        if terminal.call_id is not None:
            return
        terminal.asks += 1
        terminal.sent[terminal.asks] = self.now
        self.send(partial(self.feed, e.PreRollAsked(terminal.name, terminal.asks)))

    def leave(self, terminal: Terminal) -> None:
        """Nobody stands there any more."""
        terminal.sent.clear()
        if terminal.call_id is None and terminal.live(self.now):
            terminal.ended.add(terminal.fence)
            self.send(partial(self.feed, e.PreRollGivenBack(terminal.name, terminal.fence)))

    def press(self, terminal: Terminal) -> None:
        if terminal.call_id is not None:
            return
        self.calls += 1
        terminal.sent.clear()
        call_id = terminal.call_id = f"c{self.calls}"
        fence = terminal.pressed_with = terminal.fence if terminal.live(self.now) else None
        terminal.confirmed = False
        if fence is not None:
            terminal.ended.add(fence)
            terminal.shown = terminal.agent
            self.expected[call_id] = (str(terminal.agent), terminal.link_id, self.now + SETTINGS.confirm_s)
            self.after(SETTINGS.confirm_s, partial(self.not_confirmed, terminal, call_id))
        self.send(partial(self.arrives, e.CallRequested(terminal.name, call_id, "default", "en", fence)))

    def hang_up(self, terminal: Terminal) -> None:
        if terminal.call_id is not None:
            call_id, terminal.call_id, terminal.shown = terminal.call_id, None, None
            self.feed(e.HangUpAsked(call_id, Role.TERMINAL, terminal.name, EndReason.CUSTOMER_HUNG_UP))

    def not_confirmed(self, terminal: Terminal, call_id: str) -> None:
        if terminal.call_id == call_id and not terminal.confirmed:
            terminal.shown = None
            self.seen.add("not confirmed")

    def terminal_leased(self, terminal: Terminal, lease: f.Lease) -> None:
        if lease.ask not in terminal.sent:
            self.terminal_recalled(terminal, lease.fence)
            return
        until = terminal.sent[lease.ask] + lease.lease_s
        if terminal.call_id is None and lease.fence not in terminal.ended and lease.fence >= terminal.fence:
            if lease.fence > terminal.fence:
                terminal.until = -inf
            terminal.fence, terminal.agent, terminal.link_id = lease.fence, lease.agent_id, lease.link_id
            terminal.until = max(terminal.until, until)

    def terminal_recalled(self, terminal: Terminal, fence: int) -> None:
        if terminal.call_id is None or terminal.pressed_with != fence:
            terminal.ended.add(fence)
            self.send(partial(self.feed, e.PreRollGivenBack(terminal.name, fence)))
            self.seen.add("recalled")

    def terminal_assigned(self, terminal: Terminal, effect: f.Assign) -> None:
        if terminal.call_id == effect.call_id:
            expected = self.expected.get(effect.call_id, ("", None, 0.0))
            kept = terminal.shown == effect.agent_id and expected[1] == effect.link_id
            self.seen.add("hot" if kept else "other")
            terminal.shown, terminal.confirmed = effect.agent_id, True

    def terminal_queued(self, terminal: Terminal, call_id: str) -> None:
        if terminal.call_id == call_id and not terminal.confirmed:
            terminal.shown = None

    # --- the console ----------------------------------------------------------------------------------------------

    def console_leased(self, console: Console, lease: f.Lease) -> None:
        if console.call_id is None and lease.fence >= console.fence:
            console.fence, console.camera_on, console.says_seen = lease.fence, lease.link_id, True
            console.until = self.now + lease.lease_s
            self.after(lease.lease_s, partial(self.console_lease_out, console, lease.fence))

    def console_lease_out(self, console: Console, fence: int) -> None:
        if console.fence == fence and console.until <= self.now:
            self.console_over(console, fence)

    def console_over(self, console: Console, fence: int) -> None:
        if console.fence == fence and console.call_id is None:
            console.camera_on, console.says_seen = None, False

    def console_incoming(self, console: Console, effect: f.Assign) -> None:
        if self.router.party_of(effect.call_id) == (effect.terminal_id, effect.agent_id):
            console.call_id, console.camera_on, console.says_seen = effect.call_id, effect.link_id, True
            self.feed(e.AnswerSeen(effect.call_id, effect.agent_id))
            self.feed(e.CallConnected(effect.call_id, effect.terminal_id))

    # --- what has to be true --------------------------------------------------------------------------------------

    def arrives(self, event: e.CallRequested) -> None:
        """A press inside of a lease that arrives in time gets that agent on that link, always."""
        terminal = self.terminals[event.terminal_id]
        if terminal.call_id != event.call_id:
            return
        self.feed(event)
        agent_id, link_id, by = self.expected.get(event.call_id, ("", None, -inf))
        if self.now < by:
            (call,) = [call for call in self.router.calls() if call.call_id == event.call_id]
            assert (call.agent_id, call.link_id) == (agent_id, link_id), f"{call} instead of {agent_id}"
            self.seen.add("in time")

    def check(self) -> None:
        """No customer sees an agent without an assignment who serves another or is seen by another."""
        serves = {call.agent_id: call.terminal_id for call in self.router.calls() if call.agent_id is not None}
        showing = [t for t in self.terminals.values() if t.shown is not None and not t.confirmed]
        could_show = [t for t in self.terminals.values() if t.call_id is None and t.live(self.now)]
        for terminal in showing:
            assert serves.get(str(terminal.shown), terminal.name) == terminal.name, f"{terminal} sees another's agent"
            self.seen.add("shown")
        for terminal in could_show:
            assert serves.get(str(terminal.agent)) is None, f"{terminal} could see one who serves {serves}"
        visible = [t.shown for t in showing] + [t.agent for t in could_show]
        assert len(visible) == len(set(visible)), f"an agent may be seen at two terminals: {showing} {could_show}"
        for console in self.consoles.values():
            assert (console.camera_on is not None) <= console.says_seen, f"{console} is seen and doesn't know"


def wish(rng: random.Random) -> e.Wish:
    """Mostly available."""
    return AgentStatus.AWAY if rng.random() < 0.3 else AgentStatus.AVAILABLE
