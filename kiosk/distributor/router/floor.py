"""Everyone and everything the router knows at one moment, and the questions it asks about them."""

from dataclasses import dataclass, field
from itertools import islice

from kiosk.distributor.router.candidates import Appetite, FreeAgents, Shelf
from kiosk.distributor.router.settings import RouterSettings
from kiosk.distributor.router.state import Agent, CallRecord, LeaseRecord, Link, Terminal, Timer
from kiosk.distributor.router.views import Phase
from kiosk.protocol.fields import AgentStatus, QueueReason


@dataclass
class Floor:
    """Agents, terminals and live calls, each by id."""

    agents: dict[str, Agent] = field(default_factory=dict)
    terminals: dict[str, Terminal] = field(default_factory=dict)
    calls: dict[str, CallRecord] = field(default_factory=dict)
    restless: dict[str, CallRecord] = field(default_factory=dict)
    """The calls that wait for an agent or for a time, and some that did until a moment ago."""
    links: dict[str, Link] = field(default_factory=dict)
    leases: dict[int, LeaseRecord] = field(default_factory=dict)
    """By fencing number."""
    opening: dict[str, Link] = field(default_factory=dict)
    """The links that aren't ready, the oldest first."""
    touched: dict[str, Agent] = field(default_factory=dict)
    free: FreeAgents = field(default_factory=FreeAgents)
    shelf: Shelf = field(default_factory=Shelf)
    wrapping_up: dict[str, Agent] = field(default_factory=dict)
    appetite: Appetite = field(default_factory=Appetite)
    opened: int = 0
    """How many calls there have been."""
    met: int = 0
    """How many agents there have been."""
    made: int = 0
    """How many links and leases there have been."""

    def agent(self, agent_id: str) -> Agent:
        """The agent of this id, made if need be."""
        if agent_id not in self.agents:
            self.met += 1
            self.agents[agent_id] = Agent(agent_id, number=self.met, touched=self.touched)
        return self.agents[agent_id]

    def terminal(self, terminal_id: str) -> Terminal:
        """The terminal of this id, made if need be."""
        return self.terminals.setdefault(terminal_id, Terminal(terminal_id))

    def open(self, terminal: Terminal, call_id: str, pool: str, language: str, requested_at: float) -> CallRecord:
        """A new call of ``terminal``, which has none."""
        self.opened += 1
        call = CallRecord(call_id, terminal, pool, language, requested_at, self.opened)
        self.calls[call_id] = self.restless[call_id] = terminal.call = call
        return call

    def close(self, call: CallRecord) -> None:
        """The call is gone, and with it whoever was kept for it only; its agent has been released."""
        del self.calls[call.call_id]
        self.restless.pop(call.call_id, None)
        call.terminal.call = None
        call.terminal.last_ended = call.call_id
        self.appetite.look_at(call.terminal)
        self.sweep(call.terminal)

    def sweep(self, party: Agent | Terminal) -> None:
        """Forget ``party`` if nothing is kept for it any more."""
        if not party.gone:
            return
        if isinstance(party, Agent):
            self.agents.pop(party.agent_id, None)
        else:
            self.terminals.pop(party.terminal_id, None)

    def note(self, settings: RouterSettings) -> dict[str, Agent]:
        """Bring what is ordered by agents' states up to date; returns those whom that may concern."""
        if not self.touched:
            return {}
        agents = dict(self.touched)
        self.touched.clear()
        for agent in agents.values():
            self.free.note(agent)
            self._note_wrap_up(agent)
        agents |= {agent.agent_id: agent for agent in self.free.take_turns(settings.warm_window_s)}
        for agent in agents.values():
            self.shelf.note(agent, settings.links_under_way)
            for link in agent.links.values():
                self.appetite.look_at(link.terminal)
        return agents

    def _note_wrap_up(self, agent: Agent) -> None:
        if agent.wrap_up_until is None:
            self.wrapping_up.pop(agent.agent_id, None)
        else:
            self.wrapping_up[agent.agent_id] = agent

    def waiting(self) -> list[CallRecord]:
        """The calls that wait for an agent and whose terminal is here, first come first."""
        calls = [c for c in self.restless.values() if c.phase is Phase.WAITING and c.terminal.here]
        return sorted(calls, key=lambda call: (call.requested_at, call.number))

    def queue_reason(self) -> QueueReason:
        """Why a call has to wait now."""
        idle = (AgentStatus.OFFLINE, AgentStatus.AWAY)
        busy = any(agent.status not in idle for agent in self.agents.values())
        return QueueReason.ALL_BUSY if busy else QueueReason.NO_AGENTS

    def timers(self) -> list[tuple[float, Timer, CallRecord]]:
        """Every running timer of a call."""
        self.restless = {i: c for i, c in self.restless.items() if c.timers or c.phase is Phase.WAITING}
        return [(at, timer, call) for call in self.restless.values() for timer, at in call.timers.items()]

    def time(self, call: CallRecord, timer: Timer, at: float) -> None:
        """Something is to happen to the call at ``at`` at the latest: an earlier time for the same thing stays."""
        self.restless[call.call_id] = call
        call.timers.setdefault(timer, at)

    def wrap_ups(self) -> list[tuple[float, Agent]]:
        """Every running wrap-up."""
        return [(a.wrap_up_until, a) for a in self.wrapping_up.values() if a.wrap_up_until is not None]

    def deadlines(self) -> list[float]:
        """When something is due; those of links and leases only where they are the next of their kind."""
        found = [at for at, _, _ in self.timers()]
        found += (until for until, _ in self.wrap_ups())
        found += (lease.held_until for lease in self.leases.values())
        found += (link.deadline for link in islice(self.opening.values(), 1))
        found += (at for at, _ in self.appetite.later[:1])
        return found
