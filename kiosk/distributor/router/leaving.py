"""A connection is gone: nobody waits for one who said goodbye; for the others their call is held for a while."""

from kiosk.distributor.router import leases, links
from kiosk.distributor.router.events import AgentJoined, AgentLost, Event, TerminalJoined, TerminalLost
from kiosk.distributor.router.state import Agent, CallRecord, Terminal, Timer
from kiosk.distributor.router.turn import Turn
from kiosk.distributor.router.views import Phase
from kiosk.protocol.fields import EndReason


def unplug(turn: Turn, event: Event) -> None:
    """The connection that ``event`` speaks of is lost or replaced already: nothing that was due before is told on it.

    Its standby links are gone with it, and so is a lease on an agent; a customer may still see the agent of a terminal's lease.
    """
    floor = turn.floor
    party: Agent | Terminal | None = None
    if isinstance(event, AgentJoined | AgentLost):
        party = floor.agents.get(event.agent_id)
    elif isinstance(event, TerminalJoined | TerminalLost):
        party = floor.terminals.get(event.terminal_id)
    if party is not None:
        party.here = False
        if isinstance(party, Agent):
            party.touch()
            leases.agent_gone(turn, party)
        links.forget(turn, party)


def agent_lost(turn: Turn, event: AgentLost) -> None:
    """An agent is gone; a call that its console hasn't answered moves on at once, since its customer has met nobody yet."""
    agent = turn.floor.agents.get(event.agent_id)
    if agent is None:
        return
    if event.on_purpose:
        agent.wrap_up_until = None
    _leave_call(turn, agent, event)
    turn.floor.sweep(agent)


def _leave_call(turn: Turn, agent: Agent, event: AgentLost) -> None:
    call = agent.call
    if call is None:
        return
    if call.phase is Phase.RESERVED:
        turn.move_on(call, agent)
    elif event.on_purpose:
        turn.end(call, EndReason.AGENT_GONE)
        agent.wrap_up_until = None
    else:
        grace_s = _grace_s(turn, call, turn.settings.agent_grace_s, silent=event.silent)
        turn.floor.time(call, Timer.AGENT_BACK, turn.now + grace_s)


def terminal_lost(turn: Turn, event: TerminalLost) -> None:
    """A terminal is gone; while its call is held, an agent who can't have got an offer isn't blamed for not answering."""
    terminal = turn.floor.terminals.get(event.terminal_id)
    if terminal is None:
        return
    call = terminal.call
    if call is None:
        turn.floor.sweep(terminal)
    elif event.on_purpose:
        turn.end(call, EndReason.CUSTOMER_GONE)
    else:
        call.stop(Timer.ANSWER)
        grace_s = _grace_s(turn, call, turn.settings.terminal_grace_s, silent=event.silent)
        turn.floor.time(call, Timer.TERMINAL_BACK, turn.now + grace_s)


def _grace_s(turn: Turn, call: CallRecord, broken_s: float, *, silent: bool) -> float:
    """A connection that was cut tells of a program that ended; one that fell silent tells of a line that may come back."""
    return turn.settings.silent_grace_s if silent and call.phase is Phase.CONNECTED else broken_s
