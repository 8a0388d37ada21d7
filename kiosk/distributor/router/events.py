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
    links: int = 0
    """How many standby links its console can bear; it has none at this moment."""
    pre_roll: bool = False
    """Whether it may be seen before a press."""


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
    links: int = 0
    """How many standby links it wants; it has none at this moment."""


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
    fence: int | None = None
    """The lease under which it was pressed, if any."""


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """A terminal's offer for its call was passed on to the agent's console, or is kept for the agent who gets the call.

    Not fed for the offer that came with the press of a call which got a standby link: nobody is to answer that one. Fed for
    a call on a link it says that the terminal can't use the link: the call is set up without.
    """

    call_id: str
    terminal_id: str


@dataclass(frozen=True, slots=True)
class AnswerSeen:
    """The agent's console has answered the offer, or is attached to the call's link."""

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


@dataclass(frozen=True, slots=True)
class LinkReady:
    """A terminal's standby link has its ICE and DTLS done."""

    link_id: str
    terminal_id: str


@dataclass(frozen=True, slots=True)
class LinkLost:
    """A side, ``role`` and ``party_id``, hasn't got this standby link, or not any more."""

    link_id: str
    role: Role
    party_id: str


@dataclass(frozen=True, slots=True)
class PreRollAsked:
    """Somebody stands in front of a terminal (still); ``ask`` counts up."""

    terminal_id: str
    ask: int


@dataclass(frozen=True, slots=True)
class PreRollGivenBack:
    """A terminal shows nothing of the agent of the lease ``fence`` any more, and won't."""

    terminal_id: str
    fence: int


@dataclass(frozen=True, slots=True)
class PreRollSet:
    """An agent may be seen before a press from now on, or not."""

    agent_id: str
    on: bool


PartyEvent = AgentJoined | AgentLost | AgentSet | TerminalJoined | TerminalLost
CallEvent = CallRequested | OfferSeen | AnswerSeen | CallConnected | HangUpAsked
StandbyEvent = LinkReady | LinkLost | PreRollAsked | PreRollGivenBack | PreRollSet
Event = PartyEvent | CallEvent | StandbyEvent
