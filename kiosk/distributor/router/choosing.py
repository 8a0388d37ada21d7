"""Which standby links there are: for each terminal, to the agents who will most likely serve its next call.

A terminal is given links until `RouterSettings.idle_links` of them lead to agents in turn: those who have been idle for long enough to get a
call for the sake of a warm link. A new link goes to the one with the fewest, so that a press finds a warm link whoever else is taken
meanwhile. A link to an agent who is busy, or was a moment ago, stays until its place is needed, for it costs no new set-up later.
A customer who has to wait gets a link to the agent whose wrap-up ends when it is the customer's turn. Set-ups are paced for each
terminal and for each console. The figures behind this are in docs/adr.
"""

from collections.abc import Sequence

from kiosk.distributor.router import links
from kiosk.distributor.router.candidates import can_bear_another
from kiosk.distributor.router.state import Agent, CallRecord, Link, Terminal
from kiosk.distributor.router.turn import Turn
from kiosk.protocol.fields import AgentStatus


def choose(turn: Turn, waiting: Sequence[CallRecord]) -> None:
    """Close and open what has to be, after all else has happened; ``waiting`` are the calls that found nobody, in their order."""
    floor = turn.floor
    _for_those_who_wait(turn, waiting)
    for terminal_id in floor.appetite.take_changed(turn.now):
        _look_at(turn, terminal_id)
    for terminal_id in floor.appetite.take_waiting() if floor.shelf else ():
        _look_at(turn, terminal_id)
        if not floor.shelf:
            break


def _for_those_who_wait(turn: Turn, waiting: Sequence[CallRecord]) -> None:
    next_free = sorted(
        (until, agent.agent_id, agent)
        for until, agent in (turn.floor.wrap_ups() if waiting else ())
        if agent.here and agent.wish is AgentStatus.AVAILABLE
    )
    for call, (_, _, agent) in zip(waiting, next_free, strict=False):
        terminal = call.terminal
        known = agent.agent_id in terminal.links or agent.agent_id in terminal.avoids
        has_room = not known and can_bear_another(agent, turn.settings.links_under_way)
        if terminal.wants and has_room and _allowed_at(turn, terminal) <= turn.now:
            _add(turn, terminal, agent)


def _look_at(turn: Turn, terminal_id: str) -> None:
    terminal = turn.floor.terminals.get(terminal_id)
    while terminal is not None and terminal.here and (good := _good(turn, terminal)) < _enough(turn, terminal):
        if (at := _allowed_at(turn, terminal)) > turn.now:
            turn.floor.appetite.wake(terminal, at)
            return
        _forgive(turn, terminal)
        agent = turn.floor.shelf.best(terminal)
        if agent is None:
            turn.floor.appetite.wait(terminal, good)
            return
        _add(turn, terminal, agent)


def _forgive(turn: Turn, terminal: Terminal) -> None:
    """Agents whom the terminal avoided for long enough are tried again, and the others when it is time."""
    terminal.avoids = {agent_id: until for agent_id, until in terminal.avoids.items() if until > turn.now}
    if terminal.avoids:
        turn.floor.appetite.wake(terminal, min(terminal.avoids.values()))


def _good(turn: Turn, terminal: Terminal) -> int:
    """How many of its links lead to agents in turn, or who will be once they are no more leased or wrapping up."""
    soon = turn.floor.free.earliest() + turn.settings.warm_window_s >= turn.now
    return sum(
        agent.in_turn or agent.lease is not None or (soon and agent.soon_idle)
        for agent in (link.agent for link in terminal.links.values())
    )


def _enough(turn: Turn, terminal: Terminal) -> int:
    """How many good links it needs. While its customer has an agent, one more than that: the next customer may stand there already."""
    served = terminal.call is not None and terminal.call.agent is not None
    return min(1, terminal.wants - 1) if served else min(terminal.wants, turn.settings.idle_links)


def _allowed_at(turn: Turn, terminal: Terminal) -> float:
    """When the terminal may have its next set-up: a full bucket holds ``link_burst`` of them."""
    return (
        turn.floor.appetite.paced_to.get(terminal.terminal_id, 0.0)
        - (turn.settings.link_burst - 1) * turn.settings.link_every_s
    )


def _add(turn: Turn, terminal: Terminal, agent: Agent) -> None:
    """There are fewer good links than places, so one that is neither good nor in use makes room."""
    if len(terminal.links) >= terminal.wants:
        links.drop(turn, max((link for link in terminal.links.values() if not link.in_use), key=_uselessness))
    paced_to = turn.floor.appetite.paced_to
    paced_to[terminal.terminal_id] = max(paced_to.get(terminal.terminal_id, 0.0), turn.now) + turn.settings.link_every_s
    links.open_link(turn, terminal, agent)
    turn.note()


def _uselessness(link: Link) -> tuple[bool, bool, bool, float]:
    """An agent who isn't here for calls is the first to go; then who is in one, who wraps one up, who is idle; of each the latest."""
    agent = link.agent
    away, busy = agent.wish is not AgentStatus.AVAILABLE, agent.call is not None
    return (away, busy, agent.soon_idle, agent.busy_since if agent.idle_since is None else agent.idle_since)
