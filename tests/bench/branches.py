"""Branches, customers and agents in virtual time around the real routing core; nothing here waits, and every run of a seed is the same.

Customers come to each branch by a Poisson process and stand in line for its one terminal. Each stands in front of it for a while
before pressing, or presses at once; the terminal asks for pre-roll meanwhile by its own rules. A message takes half of a
round trip, a standby link `Days.link_s` from the router's wish to its readiness. Agents talk for a lognormal time, then wrap up.
"""

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from kiosk.distributor.router import Router, RouterSettings
from kiosk.distributor.router import effects as f
from kiosk.distributor.router import events as e
from kiosk.protocol.fields import AgentStatus, EndReason, Role
from tests.bench.branch_counts import Counts

HANDLING_S, HANDLING_SIGMA = 480.0, 0.8
"""A call's mean length, and how widely its logarithm is spread."""
ASK_AFTER_S, ASK_EVERY_S, ASK_FOR_S, PAUSE_S = 1.0, 0.7, 10.0, 30.0
"""When a terminal asks for pre-roll while somebody stands in front of it, and how long it then leaves it."""


@dataclass(frozen=True)
class Days:
    """What a run is like. Times in seconds."""

    branches: int
    agents: int
    occupancy: float
    """Share of the agents' time that calls and wrap-ups take, if all customers are served."""
    links: int = 2
    """What each terminal wants."""
    bears: int = 24
    seconds: float = 3600.0
    warm_up_s: float = 1800.0
    """Not counted. It begins with a rush: so many customers in the first minute as there are later at the same time."""
    rtt_s: float = 0.08
    link_s: float = 1.0
    setup_s: float = 0.5
    """From an answer to the first picture."""
    stands_first: float = 0.85
    """Share of the customers whom the sensor sees before they press."""
    stands_s: float = 4.0
    """Median of how long these stand there before they press."""
    stands_sigma: float = 0.6
    seed: int = 1


@dataclass
class Call:
    """One customer's."""

    call_id: str
    fence: int | None
    shown: str | None
    """The link whose agent the terminal shows at the press."""
    link_id: str | None = None
    waited: bool = False


@dataclass
class Terminal:
    """A terminal and the line in front of it."""

    name: str
    line: int = 0
    call: Call | None = None
    standing: int = 0
    """Counts the customers who have stood there."""
    asks: int = 0
    sent: dict[int, float] = field(default_factory=dict)
    fence: int | None = None
    link_id: str | None = None
    lease_until: float = -math.inf
    pause_until: float = -math.inf


class Branches:
    """The whole of it; `run` gives the counts."""

    def __init__(self, days: Days, settings: RouterSettings) -> None:
        self.days, self.now, self.counts = days, 0.0, Counts()
        self._rng = random.Random(days.seed)
        self._router = Router(settings, epoch=1)
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._noted = 0
        self._waking: float | None = None
        self._terminals = {f"t{n}": Terminal(f"t{n}") for n in range(days.branches)}
        self._calls: dict[str, Terminal] = {}
        self._opening: dict[str, int] = {}
        self._idle_since: dict[str, float] = {}
        self._busy_s = HANDLING_S + settings.wrap_up_s + days.setup_s + days.rtt_s
        self.counts.set_ups = [[] for _ in range(days.branches)]

    def run(self) -> Counts:
        """From the first minute to the last."""
        for n in range(self.days.agents):
            joined = e.AgentJoined(f"a{n}", f"a{n}", "", (), AgentStatus.AVAILABLE, self.days.bears, pre_roll=True)
            self.feed(joined)
            self.counts.by_agent[f"a{n}"] = 0
        for name, terminal in self._terminals.items():
            self.feed(e.TerminalJoined(name, (), self.days.links))
            if self._rng.random() < self.days.occupancy * self.days.agents / self.days.branches:
                self._in(self._rng.random() * 60, partial(self._arrives, terminal))
            self._in(self._pause(), partial(self._customer, terminal))
        end = self.days.warm_up_s + self.days.seconds
        while self._agenda and self._agenda[0][0] <= end:
            at, _, act = heapq.heappop(self._agenda)
            if self._counted:
                self.counts.idle_agents_s += len(self._idle_since) * (at - self.now)
            self.now = at
            act()
        return self.counts

    # --- time -----------------------------------------------------------------------------------------------------

    def _in(self, seconds: float, act: Callable[[], None]) -> None:
        self._noted += 1
        heapq.heappush(self._agenda, (self.now + seconds, self._noted, act))

    def _half(self, act: Callable[[], None]) -> None:
        self._in(self.days.rtt_s / 2, act)

    def _send(self, event: e.Event) -> None:
        self._half(partial(self.feed, event))

    def feed(self, event: e.Event) -> None:
        """The router hears of something."""
        self.counts.events += 1
        self._carry_out(self._router.handle(event, self.now))

    def _carry_out(self, effects: tuple[f.Effect, ...]) -> None:
        for effect in effects:
            self._do(effect)
        due = self._router.next_deadline()
        if due is not None and due != self._waking:
            self._waking = due
            self._in(max(0.0, due - self.now), partial(self._tick, due))

    def _tick(self, due: float) -> None:
        if due == self._waking:
            self._waking = None
            self._carry_out(self._router.tick(self.now))

    @property
    def _counted(self) -> bool:
        return self.now >= self.days.warm_up_s

    # --- customers ------------------------------------------------------------------------------------------------

    def _pause(self) -> float:
        rate = self.days.occupancy * self.days.agents / self._busy_s / self.days.branches
        return self._rng.expovariate(rate)

    def _customer(self, terminal: Terminal) -> None:
        self._arrives(terminal)
        self._in(self._pause(), partial(self._customer, terminal))

    def _arrives(self, terminal: Terminal) -> None:
        terminal.line += 1
        if terminal.line == 1:
            self._steps_up(terminal)

    def _steps_up(self, terminal: Terminal) -> None:
        terminal.standing += 1
        stands_s = 0.0
        if self._rng.random() < self.days.stands_first:
            stands_s = self._rng.lognormvariate(math.log(self.days.stands_s), self.days.stands_sigma)
            began = max(self.now + ASK_AFTER_S, terminal.pause_until)
            self._in(began - self.now, partial(self._ask, terminal, terminal.standing, began))
        self._in(stands_s, partial(self._press, terminal))

    def _ask(self, terminal: Terminal, standing: int, began: float) -> None:
        if terminal.standing != standing or terminal.call is not None:
            return
        if self.now - began >= ASK_FOR_S:
            terminal.pause_until = self.now + PAUSE_S
            return
        terminal.asks += 1
        terminal.sent[terminal.asks] = self.now
        self._send(e.PreRollAsked(terminal.name, terminal.asks))
        self._in(ASK_EVERY_S, partial(self._ask, terminal, standing, began))

    def _press(self, terminal: Terminal) -> None:
        hot = self.now < terminal.lease_until
        call = Call(f"c{self._noted}", terminal.fence if hot else None, terminal.link_id if hot else None)
        terminal.call = call
        self._calls[call.call_id] = terminal
        self._send(e.CallRequested(terminal.name, call.call_id, "default", "en", call.fence))

    def _hangs_up(self, terminal: Terminal, call: Call) -> None:
        self._send(e.HangUpAsked(call.call_id, Role.TERMINAL, terminal.name, EndReason.CUSTOMER_HUNG_UP))
        del self._calls[call.call_id]
        terminal.call = None
        terminal.line -= 1
        if terminal.line:
            self._in(self.days.rtt_s, partial(self._steps_up, terminal))

    # --- what the router wants ------------------------------------------------------------------------------------

    def _do(self, effect: f.Effect) -> None:
        match effect:
            case f.OpenLink():
                self._opens(effect)
            case f.Assign():
                self._assigned(effect)
            case f.Queue(call_id=call_id):
                self._calls[call_id].call.waited = True  # type: ignore[union-attr]  # a terminal in `_calls` has one
            case f.AgentChanged(agent_id=agent_id, status=AgentStatus.AVAILABLE):
                self._idle_since.setdefault(agent_id, self.now)
            case f.Lease():
                self._half(partial(self._leased, self._terminals[effect.terminal_id], effect))
            case f.EndLease(fence=fence, terminal_id=str(name)):
                self._half(partial(self._recalled, self._terminals[name], fence))
            case _:
                pass

    def _opens(self, effect: f.OpenLink) -> None:
        if self._counted:
            self.counts.set_ups[int(effect.terminal_id[1:])].append(self.now)
        self._opening[effect.agent_id] = self._opening.get(effect.agent_id, 0) + 1
        self.counts.under_way = max(self.counts.under_way, self._opening[effect.agent_id])
        self._in(self.days.link_s, partial(self._opened, effect))

    def _opened(self, effect: f.OpenLink) -> None:
        self._opening[effect.agent_id] -= 1
        self.feed(e.LinkReady(effect.link_id, effect.terminal_id))

    def _assigned(self, effect: f.Assign) -> None:
        terminal = self._calls[effect.call_id]
        call = terminal.call
        assert call is not None
        assert effect.to_agent, "nobody fails here, so nobody is assigned twice"
        since = self._idle_since.pop(effect.agent_id, self.now)
        if self._counted:
            self._count(call, effect)
            longest = min(self._idle_since.values(), default=since)
            self.counts.idle_s.append(self.now - since)
            self.counts.over_longest_s.append(max(0.0, since - longest))
        self._half(partial(self._send, e.AnswerSeen(effect.call_id, effect.agent_id)))
        begins_s = self.days.rtt_s + self.days.setup_s
        self._in(begins_s, partial(self._send, e.CallConnected(effect.call_id, terminal.name)))
        mu = math.log(HANDLING_S) - HANDLING_SIGMA**2 / 2
        talk_s = self._rng.lognormvariate(mu, HANDLING_SIGMA)
        self._in(begins_s + self.days.rtt_s + talk_s, partial(self._hangs_up, terminal, call))

    def _count(self, call: Call, effect: f.Assign) -> None:
        counts = self.counts
        counts.by_agent[effect.agent_id] += 1
        counts.waited += call.waited
        if call.shown is not None and call.shown == effect.link_id:
            counts.hot += 1
        elif effect.link_id is not None:
            counts.warm += 1
        else:
            counts.cold += 1
        counts.hot_lost += call.shown is not None and call.shown != effect.link_id

    def _leased(self, terminal: Terminal, lease: f.Lease) -> None:
        until = terminal.sent[lease.ask] + lease.lease_s
        if terminal.call is not None or until <= self.now:
            return
        if lease.fence != terminal.fence and self._counted:
            self.counts.pre_rolls += 1
        terminal.fence, terminal.link_id, terminal.lease_until = lease.fence, lease.link_id, until

    def _recalled(self, terminal: Terminal, fence: int) -> None:
        if terminal.fence == fence and terminal.call is None:
            terminal.lease_until = -math.inf
        if terminal.fence != fence or terminal.call is None or terminal.call.fence != fence:
            self._send(e.PreRollGivenBack(terminal.name, fence))
