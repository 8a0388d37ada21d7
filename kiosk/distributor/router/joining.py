"""A terminal or an agent's console has connected and declared its calls.

What a side declares is matched with what the router knows. Nothing known, after a restart of the distributor, makes it
a claim: the call is held on that side's word, with the other side kept busy, until the other side agrees, denies it by
coming without it, or doesn't come in time.
"""

from collections.abc import Iterable

from kiosk.distributor.router.effects import End
from kiosk.distributor.router.events import AgentJoined, TerminalJoined
from kiosk.distributor.router.state import Agent, CallRecord, Terminal, Timer
from kiosk.distributor.router.turn import Turn
from kiosk.distributor.router.views import Phase
from kiosk.protocol.fields import CallPhase, EndReason, Role
from kiosk.protocol.messages import DeclaredCall

PHASES = {CallPhase.SETTING_UP: Phase.SETTING_UP, CallPhase.CONNECTED: Phase.CONNECTED}


def terminal_joined(turn: Turn, event: TerminalJoined) -> None:
    """A terminal is here; of several calls that it declares the youngest serves."""
    terminal = turn.floor.terminal(event.terminal_id)
    terminal.here, terminal.wants = True, event.links
    turn.floor.appetite.look_at(terminal)
    declared = _each_once(event.calls)
    if terminal.call is not None and terminal.call.call_id not in declared:
        turn.end(terminal.call, EndReason.CUSTOMER_GONE, but_not=terminal)
    youngest_first = sorted(declared.values(), key=lambda said: said.age_ms)
    for said in youngest_first[1:]:
        _terminal_has_left(turn, terminal, said.call_id)
    for said in youngest_first[:1]:
        _terminal_declares(turn, terminal, said)


def agent_joined(turn: Turn, event: AgentJoined) -> None:
    """An agent is here; it keeps the one call that it declares and that the router has for it, or may have."""
    agent = turn.floor.agent(event.agent_id)
    agent.join(event, turn.now)
    declared = _each_once(event.calls)
    call = agent.call
    said = None if call is None else declared.get(call.call_id)
    if call is not None and said is not None and _agent_agrees(call, said):
        del declared[call.call_id]
        call.stop(Timer.AGENT_BACK)
        call.confirm(Role.AGENT)
        turn.resume(call)
    elif call is not None:
        _agent_denies(turn, agent, call)
    for said in declared.values():
        _agent_declares(turn, agent, said)


def _each_once(calls: Iterable[DeclaredCall]) -> dict[str, DeclaredCall]:
    return {call.call_id: call for call in calls}


def _terminal_has_left(turn: Turn, terminal: Terminal, call_id: str) -> None:
    if terminal.call is not None and terminal.call.call_id == call_id:
        turn.end(terminal.call, EndReason.CUSTOMER_LEFT)
    else:
        turn.tell(End(call_id, terminal.terminal_id, None, EndReason.NOT_KNOWN))


def _terminal_declares(turn: Turn, terminal: Terminal, said: DeclaredCall) -> None:
    call = turn.floor.calls.get(said.call_id)
    if call is None:
        _terminal_begins(turn, terminal, said)
    elif call.terminal is not terminal:
        turn.tell(End(said.call_id, terminal.terminal_id, None, EndReason.NOT_KNOWN))
    elif said.phase is not CallPhase.REQUESTED and call.agent is not None and said.peer_id == call.agent_id:
        _terminal_agrees(turn, call, call.agent, PHASES[said.phase])
    elif call.claim is Role.AGENT:
        turn.end(call, EndReason.CUSTOMER_GONE, but_not=terminal)
        _terminal_begins(turn, terminal, said)
    else:
        _terminal_differs(turn, call)


def _terminal_begins(turn: Turn, terminal: Terminal, said: DeclaredCall) -> None:
    """The router doesn't know the call: it is a request, or it rests on this terminal's word."""
    if said.phase is CallPhase.REQUESTED:
        turn.request(terminal, said.call_id, said.pool, said.language, said.age_ms / 1000)
        return
    agent = None if said.peer_id is None else turn.floor.agent(said.peer_id)
    if agent is None or agent.here or agent.call is not None:
        reason = EndReason.NOT_KNOWN if agent is None else EndReason.AGENT_GONE
        turn.tell(End(said.call_id, terminal.terminal_id, None, reason))
        return
    turn.supersede(terminal)
    _hold(turn, terminal, agent, said, Role.TERMINAL)


def _terminal_agrees(turn: Turn, call: CallRecord, agent: Agent, phase: Phase) -> None:
    """The terminal has the call as the router has it; whether it is connected, the terminal knows best."""
    call.stop(Timer.TERMINAL_BACK)
    if phase is Phase.CONNECTED:
        call.connect(agent)
    elif call.claim is Role.AGENT:
        call.phase = phase
    call.confirm(Role.TERMINAL)
    turn.resume(call)


def _terminal_differs(turn: Turn, call: CallRecord) -> None:
    """The terminal missed how its call went on: it is told, and whatever it had with another agent counts no more."""
    call.stop(Timer.TERMINAL_BACK)
    call.told = None
    if call.agent is not None:
        call.phase = Phase.SETTING_UP
        call.agent.touch()
        turn.resume(call)


def _agent_agrees(call: CallRecord, said: DeclaredCall) -> bool:
    return said.phase is not CallPhase.REQUESTED and said.peer_id in {None, call.terminal.terminal_id}


def _agent_denies(turn: Turn, agent: Agent, call: CallRecord) -> None:
    if call.phase is Phase.RESERVED:
        turn.move_on(call, agent)
    else:
        turn.end(call, EndReason.AGENT_GONE, but_not=agent)


def _agent_declares(turn: Turn, agent: Agent, said: DeclaredCall) -> None:
    """The router doesn't have this call for this agent: it rests on the agent's word, or it is over."""
    known = said.call_id in turn.floor.calls
    if known or agent.call is not None or said.peer_id is None or said.phase is CallPhase.REQUESTED:
        _over_for_agent(turn, agent, said, EndReason.NOT_KNOWN)
        return
    terminal = turn.floor.terminal(said.peer_id)
    if terminal.gone:
        _hold(turn, terminal, agent, said, Role.AGENT)
    else:
        _over_for_agent(turn, agent, said, EndReason.CUSTOMER_GONE)


def _over_for_agent(turn: Turn, agent: Agent, said: DeclaredCall, reason: EndReason) -> None:
    """An agent who was talking until now has its wrap-up, unless that is running already."""
    turn.tell(End(said.call_id, None, agent.agent_id, reason))
    if said.phase is CallPhase.CONNECTED and agent.call is None and agent.wrap_up_until is None:
        agent.release(turn.now, turn.settings.wrap_up_s)


def _hold(turn: Turn, terminal: Terminal, agent: Agent, said: DeclaredCall, claim: Role) -> None:
    call = turn.floor.open(terminal, said.call_id, said.pool, said.language, turn.now - said.age_ms / 1000)
    call.agent, call.phase, call.claim = agent, PHASES[said.phase], claim
    agent.take(call, turn.now)
    missing = Timer.AGENT_BACK if claim is Role.TERMINAL else Timer.TERMINAL_BACK
    turn.floor.time(call, missing, turn.now + turn.settings.declare_grace_s)
