"""What the router is told: everything that the server hears and that routing depends on. Frozen values."""

from dataclasses import dataclass
from typing import Literal

from kiosk.protocol.fields import AgentStatus, EndReason, Role
from kiosk.protocol.messages import DeclaredCall

Wish = Literal[AgentStatus.AVAILABLE, AgentStatus.AWAY]
"""What an agent can ask to be; all other statuses follow from calls."""


@dataclass(frozen=True, slots=True)
class AgentJoined:
    """An agent's console has declared its calls; before that the agent doesn't exist for routing.

    For an agent who is here already it is a reconnect: the server has replaced the socket.
    """

    agent_id: str
    name: str
    role: str
    calls: tuple[DeclaredCall, ...]
    status: Wish


@dataclass(frozen=True, slots=True)
class AgentLost:
    """An agent's connection is gone; ``on_purpose`` where the console said goodbye first, ``silent`` where the line went dead."""

    agent_id: str
    on_purpose: bool
    silent: bool = False


@dataclass(frozen=True, slots=True)
class AgentSet:
    """An agent wants to be available or away from now on, or after the call."""

    agent_id: str
    status: Wish


@dataclass(frozen=True, slots=True)
class TerminalJoined:
    """A terminal has declared its calls; for one that is here already it is a reconnect."""

    terminal_id: str
    calls: tuple[DeclaredCall, ...]


@dataclass(frozen=True, slots=True)
class TerminalLost:
    """A terminal's connection is gone; ``on_purpose`` where it said goodbye first, ``silent`` where the line went dead."""

    terminal_id: str
    on_purpose: bool
    silent: bool = False


@dataclass(frozen=True, slots=True)
class CallRequested:
    """A customer pressed the button; the same ``call_id`` again is harmless."""

    terminal_id: str
    call_id: str
    pool: str
    language: str


@dataclass(frozen=True, slots=True)
class AnswerSeen:
    """The agent's console has answered the offer; the server relays it to `Router.party_of` the call."""

    call_id: str
    agent_id: str


@dataclass(frozen=True, slots=True)
class CallConnected:
    """The terminal has drawn the agent's first live frame."""

    call_id: str
    terminal_id: str


@dataclass(frozen=True, slots=True)
class HangUpAsked:
    """A side, ``role`` and ``party_id``, wants the call to end; a waiting customer leaves the queue with it too."""

    call_id: str
    role: Role
    party_id: str
    reason: EndReason


Event = (
    AgentJoined
    | AgentLost
    | AgentSet
    | TerminalJoined
    | TerminalLost
    | CallRequested
    | AnswerSeen
    | CallConnected
    | HangUpAsked
)
