"""Every message of the protocol, grouped by who sends it.

The story of a call: `Call` -> `Assigned` / `Incoming` (or `Queued` first) -> `Offer` -> `Answer`, `Candidate` ->
`Connected` -> `HangUp` -> `Ended`. Before it: `Hello` -> `Challenge` -> `Prove` or `Enrol` (terminals) -> `Welcome`
-> `Declare`.
"""

from typing import Annotated, Literal

from pydantic import Field

from kiosk.protocol.fields import (
    AgentStatus,
    CallPhase,
    Capabilities,
    Count,
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
    Role,
    Sdp,
    WallMs,
)

# --- said by clients (terminals and agents' consoles) -------------------------------------------------------------


class Hello(OpenMessage):
    """A client's first message. ``boot_id`` names this start of the program (or load of the page)."""

    type: Literal["hello"] = "hello"
    role: Role
    oldest_version: Annotated[int, Field(ge=1, le=1000)]
    version: Annotated[int, Field(ge=1, le=1000)]
    capabilities: Capabilities = ()
    software: Label
    boot_id: Id
    mono_ms: DurationMs
    wall_ms: WallMs
    terminal_id: Id | None = None
    """Of an enrolled terminal; none for one that will enrol, and for agents."""


class Prove(Message):
    """An enrolled terminal's proof: ``signature`` by its Ed25519 key over `kiosk.protocol.proof.text_to_sign`."""

    type: Literal["prove"] = "prove"
    signature: Hex


class Enrol(Message):
    """A new terminal's proof: the one-time ``code`` it was given, its new public key, and a signature like `Prove`'s."""

    type: Literal["enrol"] = "enrol"
    code: Annotated[str, Field(min_length=1, max_length=128)]
    public_key: Hex
    signature: Hex


class DeclaredCall(Record):
    """A call that a client has, as it sees it; ``peer_id`` is the other side's agent or terminal id, if known."""

    call_id: Id
    phase: CallPhase
    peer_id: Id | None = None
    age_ms: DurationMs
    language: Language = "en"
    pool: Id = "default"


class Declare(Message):
    """All calls that the client has. Follows each welcome; nobody is assigned to a client before it.

    ``status`` is what an agent was doing when the connection broke: a console carries it over, a fresh page says ``away``.
    """

    type: Literal["declare"] = "declare"
    calls: Annotated[tuple[DeclaredCall, ...], Field(max_length=8)] = ()
    status: Literal[AgentStatus.AVAILABLE, AgentStatus.AWAY] = AgentStatus.AWAY


class Call(Message):
    """A terminal's press: a customer wants an agent of ``pool`` who speaks ``language``."""

    type: Literal["call"] = "call"
    call_id: Id
    pool: Id = "default"
    language: Language = "en"


class Connected(Message):
    """A terminal has drawn the agent's first live frame, ``press_to_face_ms`` after the press."""

    type: Literal["connected"] = "connected"
    call_id: Id
    press_to_face_ms: DurationMs


class HangUp(Message):
    """Either side ends the call; a customer who waits in the queue leaves it with the same message."""

    type: Literal["hang_up"] = "hang_up"
    call_id: Id
    reason: EndReason


class Figures(Message):
    """What a terminal measured of a call that is over. Stages count from the press; what wasn't reached is left out."""

    type: Literal["figures"] = "figures"
    call_id: Id
    assigned_ms: DurationMs | None = None
    offer_ms: DurationMs | None = None
    answer_ms: DurationMs | None = None
    face_ms: DurationMs | None = None
    media_ms: DurationMs
    """How long the call's media connection existed."""
    frames_in: Count
    frames_out: Count
    freezes: Count
    frozen_ms: DurationMs
    packets_in: Count
    lost_in: Count
    packets_out: Count
    lost_out: Count
    """As the agent's side reported it (RFC 3550 section 6.4.1)."""
    rtt_ms: DurationMs | None = None
    jitter_ms: DurationMs
    """Of the agent's picture on arrival (RFC 3550 section 6.4.1)."""
    kbps_out: Count
    cpu_percent: Count
    """Of one core, the whole program, while the media connection existed."""


class SetStatus(Message):
    """An agent is available or away from now on; ``available`` also ends wrap-up, during a call it holds for afterwards."""

    type: Literal["set_status"] = "set_status"
    status: Literal[AgentStatus.AVAILABLE, AgentStatus.AWAY]


class Bye(Message):
    """The client leaves on purpose (tab closed, program stopped): nobody waits for it to come back."""

    type: Literal["bye"] = "bye"


class Ping(Message):
    """Sent every second; any message counts as a sign of life, this one is sent when there is no other."""

    type: Literal["ping"] = "ping"


# --- relayed between the two sides of a call ----------------------------------------------------------------------


class Offer(Message):
    """The terminal's WebRTC offer (RFC 8829), with all its ICE candidates."""

    type: Literal["offer"] = "offer"
    call_id: Id
    sdp: Sdp


class Answer(Message):
    """The agent's WebRTC answer; candidates it found later follow as `Candidate`."""

    type: Literal["answer"] = "answer"
    call_id: Id
    sdp: Sdp


class Candidate(Message):
    """One more ICE candidate of the agent's (RFC 8838), in the form of ``RTCIceCandidate.candidate``."""

    type: Literal["candidate"] = "candidate"
    call_id: Id
    candidate: Annotated[str, Field(min_length=1, max_length=1024)]
    mid: Annotated[str, Field(max_length=64)] | None = None
    mline: Annotated[int, Field(ge=0, le=64)] | None = None


# --- said by the distributor --------------------------------------------------------------------------------------


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
    """To the terminal: this agent serves the call, now. Sent again, with another agent, when the first one didn't answer."""

    type: Literal["assigned"] = "assigned"
    call_id: Id
    agent: AgentCard


class Queued(Message):
    """To the terminal: nobody is free; the call is connected the moment somebody is."""

    type: Literal["queued"] = "queued"
    call_id: Id
    reason: QueueReason


class Incoming(Message):
    """To the agent: this customer is yours, now; the offer follows."""

    type: Literal["incoming"] = "incoming"
    call_id: Id
    terminal: TerminalCard
    language: Language
    waited_ms: DurationMs


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


FromTerminal = Hello | Prove | Enrol | Declare | Call | Offer | Connected | HangUp | Figures | Bye | Ping
FromAgent = Hello | Declare | SetStatus | Answer | Candidate | HangUp | Bye | Ping
FromClient = (
    Hello
    | Prove
    | Enrol
    | Declare
    | Call
    | Offer
    | Connected
    | HangUp
    | Figures
    | SetStatus
    | Answer
    | Candidate
    | Bye
    | Ping
)
ToTerminal = Challenge | Welcome | Assigned | Queued | Answer | Candidate | Ended | Pong | Error
ToAgent = Welcome | Incoming | Offer | Ended | Status | Pong | Error
FromDistributor = (
    Challenge | Welcome | Assigned | Queued | Incoming | Offer | Answer | Candidate | Ended | Status | Pong | Error
)
