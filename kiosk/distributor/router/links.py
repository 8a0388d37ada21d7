"""Standby links: made, ready, gone. Which ones there should be is for `choosing`."""

from kiosk.distributor.router import leases
from kiosk.distributor.router.effects import CloseLink, OpenLink
from kiosk.distributor.router.events import LinkLost, LinkReady
from kiosk.distributor.router.state import Agent, Link, Terminal
from kiosk.distributor.router.turn import Turn
from kiosk.protocol.fields import Role


def open_link(turn: Turn, terminal: Terminal, agent: Agent) -> None:
    """The two, who have none, get a link."""
    number = turn.number()
    link = Link(f"{turn.epoch}-{number}", terminal, agent, turn.now + turn.settings.link_timeout_s)
    turn.floor.links[link.link_id] = turn.floor.opening[link.link_id] = link
    terminal.links[agent.agent_id] = agent.links[terminal.terminal_id] = link
    agent.touch()
    turn.tell(OpenLink(link.link_id, terminal.terminal_id, agent.agent_id))


def ready(turn: Turn, event: LinkReady) -> None:
    """A link is warm; one that was closed meanwhile means nothing."""
    link = turn.floor.links.get(event.link_id)
    if link is not None and link.terminal.terminal_id == event.terminal_id:
        link.ready = True
        turn.floor.opening.pop(link.link_id, None)
        link.agent.touch()


def lost(turn: Turn, event: LinkLost) -> None:
    """A side hasn't got the link; the other one is told. A call that was to begin on it is set up without."""
    link = turn.floor.links.get(event.link_id)
    if link is None:
        return
    if event.role is Role.TERMINAL and link.terminal.terminal_id == event.party_id:
        _fail(turn, link, link.terminal)
    elif event.role is Role.AGENT and link.agent.agent_id == event.party_id:
        _fail(turn, link, link.agent)


def drop(turn: Turn, link: Link, but_not: Agent | Terminal | None = None) -> None:
    """The link is of no more use; each side that is here is told, except one that says it hasn't got it."""
    terminal, agent = link.terminal, link.agent
    del turn.floor.links[link.link_id], terminal.links[agent.agent_id], agent.links[terminal.terminal_id]
    turn.floor.opening.pop(link.link_id, None)
    turn.floor.appetite.look_at(terminal)
    agent.touch()
    terminal_id = terminal.terminal_id if terminal.here and terminal is not but_not else None
    agent_id = agent.agent_id if agent.here and agent is not but_not else None
    turn.tell(CloseLink(link.link_id, terminal_id, agent_id))
    leases.link_dropped(turn, link)
    call = terminal.call
    if call is not None and call.link is link:
        call.link = None
        turn.resume(call)


def forget(turn: Turn, party: Agent | Terminal) -> None:
    """The connection of ``party`` is gone, and its links with it."""
    for link in tuple(party.links.values()):
        drop(turn, link)


def expire(turn: Turn) -> None:
    """Links that weren't ready in time are closed."""
    for link in tuple(turn.floor.opening.values()):
        if link.deadline > turn.now:
            break
        _fail(turn, link, None)


def _fail(turn: Turn, link: Link, but_not: Agent | Terminal | None) -> None:
    if not link.ready:
        link.terminal.avoids[link.agent.agent_id] = turn.now + turn.settings.link_retry_s
    drop(turn, link, but_not)
