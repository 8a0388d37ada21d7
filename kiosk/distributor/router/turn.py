"""One turn of the router: what an event does, step by step, and the effects that it gathers."""

from dataclasses import dataclass, field

from kiosk.distributor.router.effects import AgentChanged, Assign, Effect, End, Queue
from kiosk.distributor.router.floor import Floor
from kiosk.distributor.router.settings import RouterSettings
from kiosk.distributor.router.state import Agent, CallRecord, Terminal, Timer
from kiosk.distributor.router.views import Phase
from kiosk.protocol.fields import EndReason, QueueReason


@dataclass
class Turn:
    """The steps that more than one rule takes. ``now`` is in seconds, the same for the whole turn."""

    floor: Floor
    settings: RouterSettings
    now: float
    effects: list[Effect] = field(default_factory=list)

    def tell(self, effect: Effect) -> None:
        """Gather an effect."""
        self.effects.append(effect)

    def request(self, terminal: Terminal, call_id: str, pool: str, language: str, age_s: float = 0.0) -> None:
        """A customer wants an agent; a call that the terminal still had is over."""
        self.supersede(terminal)
        self.floor.open(terminal, call_id, pool, language, self.now - age_s)

    def supersede(self, terminal: Terminal) -> None:
        """The terminal has a new call, so its customer has left the one before."""
        if terminal.call is not None:
            self.end(terminal.call, EndReason.CUSTOMER_LEFT)

    def repeat(self, call: CallRecord) -> None:
        """The terminal asked again: tell it, and only it, how its call stands."""
        call.told = None
        if call.agent is not None:
            self._assign(call, call.agent, to_agent=False)

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
        call.agent, call.phase, call.told = None, Phase.WAITING, None
        call.stop(Timer.AGENT_BACK, Timer.ANSWER, Timer.SETUP)
        agent.release(self.now)
        self.floor.sweep(agent)

    def resume(self, call: CallRecord) -> None:
        """Both sides are here (again). What was relayed for a set-up meanwhile may be lost: the terminal offers anew."""
        agent = call.agent
        if agent is not None and agent.here and call.terminal.here and call.phase is not Phase.CONNECTED:
            self._await_answer(call)
            self._assign(call, agent, to_agent=False)

    def settle(self) -> None:
        """Whoever waits and can be served is served; whoever can't is told why; agents are told what they do now."""
        waiting, idle = self.floor.waiting(), self.floor.idle()
        for call, agent in zip(waiting, idle, strict=False):
            self._claim(call, agent)
        if len(waiting) > len(idle):
            self._queue(waiting[len(idle) :], self.floor.queue_reason())
        for agent in self.floor.agents.values():
            if agent.here:
                self._tell_status(agent)

    def _claim(self, call: CallRecord, agent: Agent) -> None:
        call.agent = agent
        agent.take(call)
        self._await_answer(call)
        self._assign(call, agent, to_agent=True)

    def _await_answer(self, call: CallRecord) -> None:
        call.phase = Phase.RESERVED
        call.timers[Timer.ANSWER] = self.now + self.settings.answer_timeout_s
        call.timers[Timer.SETUP] = self.now + self.settings.setup_timeout_s

    def _assign(self, call: CallRecord, agent: Agent, *, to_agent: bool) -> None:
        waited_s = max(0.0, self.now - call.requested_at)
        terminal_id = call.terminal.terminal_id
        self.tell(Assign(call.call_id, terminal_id, agent.agent_id, call.language, waited_s, to_agent))

    def _queue(self, calls: list[CallRecord], reason: QueueReason) -> None:
        for call in calls:
            if call.told is not reason:
                call.told = reason
                self.tell(Queue(call.call_id, call.terminal.terminal_id, reason))

    def _tell_status(self, agent: Agent) -> None:
        now_is = (agent.status, agent.wish, agent.wrap_up_until)
        if agent.told != now_is:
            agent.told = now_is
            left_s = None if agent.wrap_up_until is None else max(0.0, agent.wrap_up_until - self.now)
            self.tell(AgentChanged(agent.agent_id, agent.status, agent.wish, left_s))
