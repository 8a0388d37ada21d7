"""Who gets whom: at the end of each turn all who wait and can be served are served."""

from kiosk.distributor.router import leases
from kiosk.distributor.router.state import Agent, CallRecord
from kiosk.distributor.router.turn import Turn


def settle(turn: Turn) -> list[CallRecord]:
    """Whoever waits and can be served is served; whoever can't is told why, and returned; agents are told what they do now."""
    turn.note()
    left = []
    for call in turn.floor.waiting():
        agent = _agent_for(turn, call)
        if agent is None:
            left.append(call)
        else:
            claim(turn, call, agent)
            turn.note()
    if left:
        turn.queue(left, turn.floor.queue_reason())
        leases.recall_some(turn, len(left))
    turn.tell_statuses()
    return left


def claim(turn: Turn, call: CallRecord, agent: Agent) -> None:
    """The call has the agent from now on, on a warm link if there is one, and a lease is over: what it promised has come."""
    if agent.lease is not None:
        leases.forget(turn, agent.lease)
    link = call.terminal.links.get(agent.agent_id)
    call.agent, call.link = agent, link if link is not None and link.ready else None
    agent.take(call, turn.now)
    turn.await_answer(call, told=call.offered or call.link is not None)
    call.offered = False
    turn.assign(call, agent, to_agent=True)


def _agent_for(turn: Turn, call: CallRecord) -> Agent | None:
    """The agent kept for its terminal; else the longest idle of those with a warm link; else the longest idle of all."""
    lease = call.terminal.lease
    if lease is not None and lease.agent.idle_since is not None:
        return lease.agent
    link = turn.warmest(call.terminal.links.values())
    return turn.floor.free.first() if link is None else link.agent
