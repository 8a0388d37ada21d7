"""What the distributor says."""

from typing import Annotated, Literal

from pydantic import Field

from kiosk.protocol.fields import (
    AgentStatus,
    Capabilities,
    DurationMs,
    EndReason,
    ErrorCode,
    Hex,
    Id,
    Label,
    Language,
    Message,
    OpenMessage,
    QueueReason,
    Record,
    WallMs,
)


class Challenge(Message):
    """The distributor's answer to a terminal's hello: a nonce to sign."""

    type: Literal["challenge"] = "challenge"
    nonce: Hex


class IceServer(Record):
    """A STUN or TURN server, as in ``RTCIceServer``."""

    urls: Annotated[tuple[Annotated[str, Field(max_length=256)], ...], Field(min_length=1, max_length=8)]
    username: Annotated[str, Field(max_length=512)] | None = None
    credential: Annotated[str, Field(max_length=512)] | None = None


class Welcome(OpenMessage):
    """The client is who it says. ``epoch`` grows with each start of the distributor, ``session`` with each connection."""

    type: Literal["welcome"] = "welcome"
    version: int
    capabilities: Capabilities = ()
    software: Label
    epoch: Annotated[int, Field(ge=1)]
    session: Annotated[int, Field(ge=1)]
    wall_ms: WallMs
    peer_id: Id
    """The terminal's or agent's own id."""
    name: Label
    branch: Label | None = None
    wrap_up_s: Annotated[float, Field(ge=0, le=3600)] = 0
    ice_servers: Annotated[tuple[IceServer, ...], Field(max_length=8)] = ()


class IceServers(Message):
    """To everybody, long before the credentials of the last ones run out: from now on these STUN and TURN servers."""

    type: Literal["ice_servers"] = "ice_servers"
    ice_servers: Annotated[tuple[IceServer, ...], Field(max_length=8)] = ()


class AgentCard(Record):
    """What a customer may know of an agent."""

    agent_id: Id
    name: Label
    role: Label


class TerminalCard(Record):
    """What an agent sees of a terminal."""

    terminal_id: Id
    name: Label
    branch: Label


class Assigned(Message):
    """To the terminal: this agent serves the call, now. Sent again, with another agent, when the first one didn't answer.

    ``link_id`` names the standby link that the call uses; without one, the terminal's offer is passed on.
    """

    type: Literal["assigned"] = "assigned"
    call_id: Id
    agent: AgentCard
    link_id: Id | None = None


class Queued(Message):
    """To the terminal: nobody is free; the call is connected the moment somebody is."""

    type: Literal["queued"] = "queued"
    call_id: Id
    reason: QueueReason


class Incoming(Message):
    """To the agent: this customer is yours, now, on the standby link ``link_id``; without one, the offer follows."""

    type: Literal["incoming"] = "incoming"
    call_id: Id
    terminal: TerminalCard
    language: Language
    waited_ms: DurationMs
    link_id: Id | None = None


class Ended(Message):
    """To both sides: the call is over; the answer to a `HangUp` too."""

    type: Literal["ended"] = "ended"
    call_id: Id
    reason: EndReason


class Status(Message):
    """To an agent: your status as the distributor sees it, and when wrap-up ends by itself."""

    type: Literal["status"] = "status"
    status: AgentStatus
    next_status: Literal[AgentStatus.AVAILABLE, AgentStatus.AWAY]
    wrap_up_left_ms: DurationMs | None = None


class Pong(Message):
    """The answer to a `Ping`."""

    type: Literal["pong"] = "pong"


class Error(Message):
    """Something was wrong with the message ``re`` or with the peer; ``text`` is English, for logs; see `FATAL`."""

    type: Literal["error"] = "error"
    code: ErrorCode
    text: Annotated[str, Field(max_length=500)]
    re: Id | None = None
    fatal: bool
