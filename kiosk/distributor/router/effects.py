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
    link_id: str | None = None
    """The standby link that the call uses."""


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


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Ask the terminal (``LinkWanted``) for a standby link to the agent; its offer and answer are relayed between these two."""

    link_id: str
    terminal_id: str
    agent_id: str


@dataclass(frozen=True, slots=True)
class CloseLink:
    """Tell each side that isn't None that the standby link is of no more use; a call on it goes on to its end."""

    link_id: str
    terminal_id: str | None
    agent_id: str | None


@dataclass(frozen=True, slots=True)
class Lease:
    """Tell both sides (``PreRoll``) that the agent is kept for the terminal alone for ``lease_s`` from now; again at each renewal."""

    fence: int
    link_id: str
    terminal_id: str
    agent_id: str
    lease_s: float
    ask: int


@dataclass(frozen=True, slots=True)
class EndLease:
    """Tell (``PreRollOver``) the agent's console that nobody sees it any more, or the terminal to give the lease back."""

    fence: int
    terminal_id: str | None
    agent_id: str | None


Effect = Assign | Queue | End | AgentChanged | Refuse | OpenLink | CloseLink | Lease | EndLease
