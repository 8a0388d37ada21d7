"""The routing core's door: every event comes in here, every effect goes out here."""

from kiosk.distributor.router import asking, choosing, joining, leases, leaving, links, serving
from kiosk.distributor.router.deadlines import expire
from kiosk.distributor.router.effects import Effect
from kiosk.distributor.router.events import (
    AgentJoined,
    AgentLost,
    AgentSet,
    AnswerSeen,
    CallConnected,
    CallEvent,
    CallRequested,
    Event,
    LinkLost,
    LinkReady,
    OfferSeen,
    PreRollAsked,
    PreRollGivenBack,
    PreRollSet,
    StandbyEvent,
    TerminalJoined,
    TerminalLost,
)
from kiosk.distributor.router.floor import Floor
from kiosk.distributor.router.settings import RouterSettings
from kiosk.distributor.router.state import Agent, CallRecord, Link
from kiosk.distributor.router.turn import Turn
from kiosk.distributor.router.views import AgentView, CallView, LinkView


class Router:
    """Who serves whom. One instance is the only truth; it is driven from one thread.

    Every ``now`` is in seconds on one clock that never runs backwards. Effects are to be carried out in their order.
    """

    def __init__(self, settings: RouterSettings | None = None, epoch: int = 0) -> None:
        """``epoch`` counts the runs of the distributor: what is numbered in one is smaller than all of the next."""
        self._settings = settings or RouterSettings()
        self._epoch = epoch
        self._floor = Floor()

    def handle(self, event: Event, now: float) -> tuple[Effect, ...]:
        """What ``event`` leads to; whatever was due by ``now`` comes before it."""
        turn = self._turn(now)
        leaving.unplug(turn, event)
        expire(turn)
        _dispatch(turn, event)
        choosing.choose(turn, serving.settle(turn))
        return tuple(turn.effects)

    def tick(self, now: float) -> tuple[Effect, ...]:
        """What is due by ``now``."""
        turn = self._turn(now)
        expire(turn)
        choosing.choose(turn, serving.settle(turn))
        return tuple(turn.effects)

    def _turn(self, now: float) -> Turn:
        return Turn(self._floor, self._settings, now, self._epoch)

    def next_deadline(self) -> float | None:
        """When `tick` has to be called next, or None while nothing is waited for."""
        return min(self._floor.deadlines(), default=None)

    def party_of(self, call_id: str) -> tuple[str, str | None] | None:
        """The terminal and, once claimed, the agent of a live call: between them alone offers and answers are relayed."""
        call = self._floor.calls.get(call_id)
        return None if call is None else (call.terminal.terminal_id, call.agent_id)

    def parties_of_link(self, link_id: str) -> tuple[str, str] | None:
        """The terminal and the agent of a standby link: between them alone its offer and answer are relayed."""
        link = self._floor.links.get(link_id)
        return None if link is None else (link.terminal.terminal_id, link.agent.agent_id)

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

    def links(self) -> tuple[LinkView, ...]:
        """All standby links, the oldest first."""
        return tuple(_link_view(link) for link in self._floor.links.values())


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
        case LinkReady() | LinkLost() | PreRollAsked() | PreRollGivenBack() | PreRollSet():
            _dispatch_standby(turn, event)
        case _:
            _dispatch_call(turn, event)


def _dispatch_call(turn: Turn, event: CallEvent) -> None:
    match event:
        case CallRequested():
            asking.call_requested(turn, event)
        case OfferSeen():
            asking.offer_seen(turn, event)
        case AnswerSeen():
            asking.answer_seen(turn, event)
        case CallConnected():
            asking.call_connected(turn, event)
        case _:
            asking.hang_up_asked(turn, event)


def _dispatch_standby(turn: Turn, event: StandbyEvent) -> None:
    match event:
        case LinkReady():
            links.ready(turn, event)
        case LinkLost():
            links.lost(turn, event)
        case PreRollAsked():
            asking.pre_roll_asked(turn, event)
        case PreRollGivenBack():
            leases.given_back(turn, event)
        case _:
            asking.pre_roll_set(turn, event)


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
        kept_for=None if agent.lease is None else agent.lease.terminal.terminal_id,
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
        link_id=None if call.link is None else call.link.link_id,
        held=not call.terminal.here or (call.agent is not None and not call.agent.here),
    )


def _link_view(link: Link) -> LinkView:
    return LinkView(link.link_id, link.terminal.terminal_id, link.agent.agent_id, link.ready, link.in_use)
