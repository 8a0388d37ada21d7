"""Pre-roll: an agent is kept for one terminal alone while somebody stands in front of it, and may be seen there at the press.

A lease ends when its terminal gives it back, when it presses, when the agent's connection is gone, or in time. Nobody else
gets the agent before that: a customer may see it already.
"""

from kiosk.distributor.router.effects import EndLease, Lease
from kiosk.distributor.router.events import PreRollAsked, PreRollGivenBack
from kiosk.distributor.router.state import Agent, LeaseRecord, Link, Terminal
from kiosk.distributor.router.turn import Turn


def asked(turn: Turn, terminal: Terminal, event: PreRollAsked) -> None:
    """Somebody stands there: the terminal's lease is renewed, or it gets one if there is an agent for it."""
    turn.note()
    lease = terminal.lease
    if lease is not None:
        _renew(turn, lease, event.ask)
    elif terminal.call is None and (link := _best(turn, terminal)) is not None:
        _grant(turn, link, event.ask)


def given_back(turn: Turn, event: PreRollGivenBack) -> None:
    """The terminal shows nothing of the agent and won't: the agent is free again. An older lease's end means nothing."""
    lease = turn.floor.leases.get(event.fence)
    if lease is not None and lease.terminal.terminal_id == event.terminal_id:
        _over(turn, lease)


def recall(turn: Turn, lease: LeaseRecord) -> None:
    """Ask the terminal to give it back, once; a press before its answer wins."""
    if not lease.recalled:
        lease.recalled = True
        if lease.terminal.here:
            turn.tell(EndLease(lease.fence, lease.terminal.terminal_id, None))


def recall_some(turn: Turn, wanted: int) -> None:
    """So many waiting calls could be served by leased agents only: those who have been idle for longest are asked for."""
    able = [lease for lease in turn.floor.leases.values() if lease.agent.idle_since is not None]
    able.sort(key=lambda lease: (not lease.recalled, lease.agent.seniority))
    for lease in able[:wanted]:
        recall(turn, lease)


def link_dropped(turn: Turn, link: Link) -> None:
    """Without its link a lease is of no use."""
    lease = link.terminal.lease
    if lease is not None and lease.link is link:
        recall(turn, lease)


def agent_gone(turn: Turn, agent: Agent) -> None:
    """Nobody is seen over a connection that is gone."""
    lease = agent.lease
    if lease is not None:
        recall(turn, lease)
        forget(turn, lease)


def forget(turn: Turn, lease: LeaseRecord) -> None:
    """It's over, and nobody needs to be told."""
    del turn.floor.leases[lease.fence]
    lease.terminal.lease = lease.agent.lease = None
    lease.agent.touch()
    turn.floor.sweep(lease.terminal)


def expire(turn: Turn) -> bool:
    """Leases that nobody can rely on any more are over; returns whether there were any."""
    over = [lease for lease in turn.floor.leases.values() if lease.held_until <= turn.now]
    for lease in over:
        _over(turn, lease)
    return bool(over)


def _over(turn: Turn, lease: LeaseRecord) -> None:
    forget(turn, lease)
    turn.tell(EndLease(lease.fence, None, lease.agent.agent_id))


def _grant(turn: Turn, link: Link, ask: int) -> None:
    fence = turn.fence()
    lease = LeaseRecord(fence, link.terminal, link.agent, link, turn.now, turn.now, turn.now)
    turn.floor.leases[fence] = link.terminal.lease = link.agent.lease = lease
    link.agent.touch()
    _promise(turn, lease, ask)


def _renew(turn: Turn, lease: LeaseRecord, ask: int) -> None:
    if not lease.recalled and turn.now - lease.since < turn.settings.pre_roll_s:
        _promise(turn, lease, ask)


def _promise(turn: Turn, lease: LeaseRecord, ask: int) -> None:
    lease.until = turn.now + turn.settings.lease_s
    lease.held_until = lease.until + turn.settings.confirm_s
    terminal_id, agent_id = lease.terminal.terminal_id, lease.agent.agent_id
    turn.tell(Lease(lease.fence, lease.link.link_id, terminal_id, agent_id, turn.settings.lease_s, ask))


def _best(turn: Turn, terminal: Terminal) -> Link | None:
    """The link to the agent whom the terminal's next call would get, among those who may be seen."""
    return turn.warmest(link for link in terminal.links.values() if link.agent.pre_roll)
