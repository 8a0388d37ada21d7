"""The routing core's door: every event comes in here, every effect goes out here."""

from kiosk.distributor.router import asking, joining, leaving
from kiosk.distributor.router.deadlines import expire
from kiosk.distributor.router.effects import Effect
from kiosk.distributor.router.events import (
    AgentJoined,
    AgentLost,
    AgentSet,
    AnswerSeen,
    CallConnected,
    CallRequested,
    Event,
    HangUpAsked,
    OfferSeen,
    TerminalJoined,
    TerminalLost,
)
from kiosk.distributor.router.floor import Floor
from kiosk.distributor.router.settings import RouterSettings
from kiosk.distributor.router.state import Agent, CallRecord
from kiosk.distributor.router.turn import Turn
from kiosk.distributor.router.views import AgentView, CallView


class Router:
    """Who serves whom. One instance is the only truth; it is driven from one thread.

    Every ``now`` is in seconds on one clock that never runs backwards. Effects are to be carried out in their order.
    """

    def __init__(self, settings: RouterSettings | None = None) -> None:
        self._settings = settings or RouterSettings()
        self._floor = Floor()

    def handle(self, event: Event, now: float) -> tuple[Effect, ...]:
        """What ``event`` leads to; whatever was due by ``now`` comes before it."""
        turn = Turn(self._floor, self._settings, now)
        leaving.unplug(self._floor, event)
        expire(turn)
        _dispatch(turn, event)
        turn.settle()
        return tuple(turn.effects)

    def tick(self, now: float) -> tuple[Effect, ...]:
        """What is due by ``now``."""
        turn = Turn(self._floor, self._settings, now)
        expire(turn)
        return tuple(turn.effects)

    def next_deadline(self) -> float | None:
        """When `tick` has to be called next, or None while nothing is waited for."""
        timers = (at for at, _, _ in self._floor.timers())
        wrap_ups = (until for until, _ in self._floor.wrap_ups())
        return min((*timers, *wrap_ups), default=None)

    def party_of(self, call_id: str) -> tuple[str, str | None] | None:
        """The terminal and, once claimed, the agent of a live call: between them alone offers and answers are relayed."""
        call = self._floor.calls.get(call_id)
        return None if call is None else (call.terminal.terminal_id, call.agent_id)

    def agent(self, agent_id: str) -> AgentView | None:
        """The agent of this id, if the router knows it."""
        agent = self._floor.agents.get(agent_id)
        return None if agent is None else _agent_view(agent)

    def agents(self) -> tuple[AgentView, ...]:
        """All agents whom the router knows."""
        return tuple(_agent_view(agent) for agent in self._floor.agents.values())

    def calls(self) -> tuple[CallView, ...]:
        """All live calls."""
        return tuple(_call_view(call) for call in self._floor.calls.values())


def _dispatch(turn: Turn, event: Event) -> None:
    match event:
        case AgentJoined():
            joining.agent_joined(turn, event)
        case AgentLost():
            leaving.agent_lost(turn, event)
        case AgentSet():
            asking.agent_set(turn, event)
        case TerminalJoined():
            joining.terminal_joined(turn, event)
        case TerminalLost():
            leaving.terminal_lost(turn, event)
        case _:
            _dispatch_of_call(turn, event)


def _dispatch_of_call(turn: Turn, event: Event) -> None:
    match event:
        case CallRequested():
            asking.call_requested(turn, event)
        case OfferSeen():
            asking.offer_seen(turn, event)
        case AnswerSeen():
            asking.answer_seen(turn, event)
        case CallConnected():
            asking.call_connected(turn, event)
        case HangUpAsked():
            asking.hang_up_asked(turn, event)


def _agent_view(agent: Agent) -> AgentView:
    return AgentView(
        agent_id=agent.agent_id,
        name=agent.name,
        role=agent.role,
        here=agent.here,
        status=agent.status,
        next_status=agent.wish,
        call_id=agent.call_id,
        idle_since=agent.idle_since,
        wrap_up_until=agent.wrap_up_until,
    )


def _call_view(call: CallRecord) -> CallView:
    return CallView(
        call_id=call.call_id,
        terminal_id=call.terminal.terminal_id,
        agent_id=call.agent_id,
        phase=call.phase,
        pool=call.pool,
        language=call.language,
        requested_at=call.requested_at,
        held=not call.terminal.here or (call.agent is not None and not call.agent.here),
    )
