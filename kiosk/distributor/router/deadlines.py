"""What happens when somebody hasn't come, answered or connected in time, and when a wrap-up is over."""

from kiosk.distributor.router import leases, links, serving
from kiosk.distributor.router.effects import End
from kiosk.distributor.router.state import CallRecord, Timer
from kiosk.distributor.router.turn import Turn
from kiosk.protocol.fields import AgentStatus, EndReason

LATE = {
    Timer.TERMINAL_BACK: EndReason.CUSTOMER_GONE,
    Timer.AGENT_BACK: EndReason.AGENT_GONE,
    Timer.SETUP: EndReason.SETUP_FAILED,
}


def expire(turn: Turn) -> None:
    """Run every timer that is due at ``turn.now``, the earliest first, and serve whom that leaves free."""
    due = [entry for entry in turn.floor.timers() if entry[0] <= turn.now]
    over = [entry for entry in turn.floor.wrap_ups() if entry[0] <= turn.now]
    for at, timer, call in sorted(due, key=lambda entry: (entry[0], entry[1], entry[2].number)):
        if call.timers.get(timer) == at and call.call_id in turn.floor.calls:
            _late(turn, timer, call)
    for until, agent in over:
        agent.release(until)
        turn.floor.sweep(agent)
    links.expire(turn)
    if leases.expire(turn) or due or over:
        serving.settle(turn)


def _late(turn: Turn, timer: Timer, call: CallRecord) -> None:
    if timer is Timer.ANSWER and call.agent is not None:
        agent = call.agent
        agent.wish = AgentStatus.AWAY
        turn.move_on(call, agent)
        if agent.here:
            turn.tell(End(call.call_id, None, agent.agent_id, EndReason.SETUP_FAILED))
    else:
        turn.end(call, LATE[timer])
