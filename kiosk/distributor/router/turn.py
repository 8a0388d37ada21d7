"""One turn of the router: what an event does, step by step, and the effects that it gathers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kiosk.distributor.router.effects import AgentChanged, Assign, Effect, End, Queue
from kiosk.distributor.router.floor import Floor
from kiosk.distributor.router.settings import RouterSettings
from kiosk.distributor.router.state import Agent, CallRecord, Link, Terminal, Timer
from kiosk.distributor.router.views import Phase
from kiosk.protocol.fields import EndReason, QueueReason


@dataclass
class Turn:
    """The steps that more than one rule takes. ``now`` is in seconds, the same for the whole turn."""

    floor: Floor
    settings: RouterSettings
    now: float
    epoch: int
    """Of this run of the distributor."""
    concerned: dict[int, Agent] = field(default_factory=dict)
    """Agents who may have to be told what they do now, by the order in which they came."""
    effects: list[Effect] = field(default_factory=list)

    def tell(self, effect: Effect) -> None:
        """Gather an effect."""
        self.effects.append(effect)

    def request(self, terminal: Terminal, call_id: str, pool: str, language: str, age_s: float = 0.0) -> CallRecord:
        """A customer wants an agent; a call that the terminal still had is over."""
        self.supersede(terminal)
        return self.floor.open(terminal, call_id, pool, language, self.now - age_s)

    def supersede(self, terminal: Terminal) -> None:
        """The terminal has a new call, so its customer has left the one before."""
        if terminal.call is not None:
            self.end(terminal.call, EndReason.CUSTOMER_LEFT)

    def repeat(self, call: CallRecord) -> None:
        """The terminal asked again: tell it, and only it, how its call stands."""
        call.told = None
        if call.agent is not None:
            self.assign(call, call.agent, to_agent=False)

    def end(self, call: CallRecord, reason: EndReason, but_not: Agent | Terminal | None = None) -> None:
        """The call is over for all; each side that is here is told, except one that says it hasn't got that call."""
        terminal, agent = call.terminal, call.agent
        tell_terminal = terminal.here and terminal is not but_not
        tell_agent = agent is not None and agent.here and agent is not but_not
        self.tell(
            End(
                call.call_id,
                terminal.terminal_id if tell_terminal else None,
                call.agent_id if tell_agent else None,
                reason,
            )
        )
        if agent is not None:
            agent.release(self.now, self.settings.wrap_up_s)
            self.floor.sweep(agent)
        self.floor.close(call)

    def move_on(self, call: CallRecord, agent: Agent) -> None:
        """``agent`` hasn't answered and is out of it; the call is at the front of the queue, for its age keeps its place."""
        call.agent, call.phase, call.told, call.link = None, Phase.WAITING, None, None
        call.stop(Timer.AGENT_BACK, Timer.ANSWER, Timer.SETUP)
        agent.release(self.now)
        self.floor.sweep(agent)

    def resume(self, call: CallRecord) -> None:
        """Both sides are here (again). What was relayed for a set-up meanwhile may be lost: the terminal offers anew."""
        agent = call.agent
        if agent is not None and agent.here and call.terminal.here and call.phase is not Phase.CONNECTED:
            self.await_answer(call, told=False)
            self.assign(call, agent, to_agent=False)

    def await_answer(self, call: CallRecord, *, told: bool) -> None:
        """A set-up begins. An agent isn't blamed for an offer that hasn't come: its time runs once it is ``told``."""
        call.phase = Phase.RESERVED
        call.stop(Timer.ANSWER, Timer.SETUP)
        if told:
            self.floor.time(call, Timer.ANSWER, self.now + self.settings.answer_timeout_s)
        self.floor.time(call, Timer.SETUP, self.now + self.settings.setup_timeout_s)

    def assign(self, call: CallRecord, agent: Agent, *, to_agent: bool) -> None:
        """Tell the terminal, and perhaps the agent, who serves the call."""
        waited_s = max(0.0, self.now - call.requested_at)
        link_id = None if call.link is None else call.link.link_id
        terminal_id = call.terminal.terminal_id
        self.tell(Assign(call.call_id, terminal_id, agent.agent_id, call.language, waited_s, to_agent, link_id))

    def queue(self, calls: Sequence[CallRecord], reason: QueueReason) -> None:
        """Tell each terminal that its call waits, and why, unless it knows."""
        for call in calls:
            if call.told is not reason:
                call.told = reason
                self.tell(Queue(call.call_id, call.terminal.terminal_id, reason))

    def warmest(self, links: Iterable[Link]) -> Link | None:
        """Of these links the ready one to the longest idle agent, if any of them is in turn."""
        warm = [link for link in links if link.ready and link.agent.in_turn]
        return min(warm, key=lambda link: link.agent.seniority, default=None)

    def number(self) -> int:
        """One more than the last, for a link or a lease."""
        self.floor.made += 1
        return self.floor.made

    def fence(self) -> int:
        """A fencing number greater than every one before, of earlier runs too."""
        return (self.epoch << 32) + self.number()

    def note(self) -> None:
        """Bring what is ordered by agents' states up to date."""
        for agent in self.floor.note(self.settings).values():
            self.concerned[agent.number] = agent

    def tell_statuses(self) -> None:
        """Tell each agent who is here and whose status has changed."""
        for _, agent in sorted(self.concerned.items()):
            if agent.here:
                self._tell_status(agent)
        self.concerned.clear()

    def _tell_status(self, agent: Agent) -> None:
        now_is = (agent.status, agent.wish, agent.wrap_up_until)
        if agent.told != now_is:
            agent.told = now_is
            left_s = None if agent.wrap_up_until is None else max(0.0, agent.wrap_up_until - self.now)
            self.tell(AgentChanged(agent.agent_id, agent.status, agent.wish, left_s))
