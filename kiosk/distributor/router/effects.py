"""What the router wants done: messages to the parties, in the order in which they are returned. Frozen values."""

from dataclasses import dataclass

from kiosk.distributor.router.events import Wish
from kiosk.protocol.fields import AgentStatus, EndReason, ErrorCode, QueueReason, Role


@dataclass(frozen=True, slots=True)
class Assign:
    """Tell the terminal (``Assigned``) and the agent (``Incoming``) that they are in one call from now on.

    ``to_agent`` is false where only the terminal is told, again: it asked twice. ``waited_s`` counts from the press.
    """

    call_id: str
    terminal_id: str
    agent_id: str
    language: str
    waited_s: float
    to_agent: bool = True


@dataclass(frozen=True, slots=True)
class Queue:
    """Tell the terminal that its call waits, and why; sent again only when the reason changes or the terminal asks again."""

    call_id: str
    terminal_id: str
    reason: QueueReason


@dataclass(frozen=True, slots=True)
class End:
    """The call is over for each side that isn't None: tell it. With neither, nobody is left to tell; it is for the records."""

    call_id: str
    terminal_id: str | None
    agent_id: str | None
    reason: EndReason


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """Tell an agent who is here what it is doing now; ``wrap_up_left_s`` is set in wrap-up only."""

    agent_id: str
    status: AgentStatus
    next_status: Wish
    wrap_up_left_s: float | None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Tell a party (an ``Error`` that doesn't close its connection) that it may not do this."""

    role: Role
    party_id: str
    code: ErrorCode
    text: str


Effect = Assign | Queue | End | AgentChanged | Refuse
