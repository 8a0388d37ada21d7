"""Everyone and everything the router knows at one moment, and the questions it asks about them."""

from dataclasses import dataclass, field

from kiosk.distributor.router.state import Agent, CallRecord, Terminal, Timer
from kiosk.distributor.router.views import Phase
from kiosk.protocol.fields import AgentStatus, QueueReason


@dataclass
class Floor:
    """Agents, terminals and live calls, each by id."""

    agents: dict[str, Agent] = field(default_factory=dict)
    terminals: dict[str, Terminal] = field(default_factory=dict)
    calls: dict[str, CallRecord] = field(default_factory=dict)
    opened: int = 0
    """How many calls there have been."""

    def agent(self, agent_id: str) -> Agent:
        """The agent of this id, made if need be."""
        return self.agents.setdefault(agent_id, Agent(agent_id))

    def terminal(self, terminal_id: str) -> Terminal:
        """The terminal of this id, made if need be."""
        return self.terminals.setdefault(terminal_id, Terminal(terminal_id))

    def open(self, terminal: Terminal, call_id: str, pool: str, language: str, requested_at: float) -> CallRecord:
        """A new call of ``terminal``, which has none."""
        self.opened += 1
        call = CallRecord(call_id, terminal, pool, language, requested_at, self.opened)
        self.calls[call_id] = terminal.call = call
        return call

    def close(self, call: CallRecord) -> None:
        """The call is gone, and with it whoever was kept for it only; its agent has been released."""
        del self.calls[call.call_id]
        call.terminal.call = None
        call.terminal.last_ended = call.call_id
        self.sweep(call.terminal)

    def sweep(self, party: Agent | Terminal) -> None:
        """Forget ``party`` if nothing is kept for it any more."""
        if not party.gone:
            return
        if isinstance(party, Agent):
            self.agents.pop(party.agent_id, None)
        else:
            self.terminals.pop(party.terminal_id, None)

    def idle(self) -> list[Agent]:
        """The available agents, the longest idle first; of equals, the one with the smaller id."""
        idle = [(a.idle_since, a.agent_id, a) for a in self.agents.values() if a.here and a.idle_since is not None]
        return [agent for _, _, agent in sorted(idle)]

    def waiting(self) -> list[CallRecord]:
        """The calls that wait for an agent and whose terminal is here, first come first."""
        calls = [c for c in self.calls.values() if c.phase is Phase.WAITING and c.terminal.here]
        return sorted(calls, key=lambda call: (call.requested_at, call.number))

    def queue_reason(self) -> QueueReason:
        """Why a call has to wait now."""
        idle = (AgentStatus.OFFLINE, AgentStatus.AWAY)
        busy = any(agent.status not in idle for agent in self.agents.values())
        return QueueReason.ALL_BUSY if busy else QueueReason.NO_AGENTS

    def timers(self) -> list[tuple[float, Timer, CallRecord]]:
        """Every running timer of a call."""
        return [(at, timer, call) for call in self.calls.values() for timer, at in call.timers.items()]

    def wrap_ups(self) -> list[tuple[float, Agent]]:
        """Every running wrap-up."""
        return [(a.wrap_up_until, a) for a in self.agents.values() if a.wrap_up_until is not None]
