"""What one side believes of its calls, and what follows from it."""

from dataclasses import dataclass, field

from kiosk.distributor.router import AgentView, CallView, Phase
from kiosk.distributor.router import events as e
from kiosk.protocol.fields import AgentStatus, CallPhase, QueueReason, Role


@dataclass
class Belief:
    """A call as one side sees it."""

    peer: str | None = None
    connected: bool = False
    queued: QueueReason | None = None


@dataclass
class Party:
    """A terminal or an agent: whether it is connected and has declared, and the calls that it believes it has."""

    here: bool = False
    calls: dict[str, Belief] = field(default_factory=dict)
    told: tuple[AgentStatus, e.Wish] | None = None


def phase_of(belief: Belief, role: Role) -> CallPhase:
    """What the side would declare."""
    if belief.connected:
        return CallPhase.CONNECTED
    return CallPhase.REQUESTED if belief.peer is None and role is Role.TERMINAL else CallPhase.SETTING_UP


def status_of(agent: AgentView, call: CallView | None) -> AgentStatus:
    """What the agent has to be, by the call that it has."""
    if call is not None:
        return AgentStatus.IN_CALL if call.phase is Phase.CONNECTED else AgentStatus.RESERVED
    if not agent.here:
        return AgentStatus.OFFLINE
    return agent.next_status if agent.wrap_up_until is None else AgentStatus.WRAP_UP
