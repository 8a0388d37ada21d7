"""What terminals and agents' consoles say to the distributor."""

from typing import Annotated, Literal

from pydantic import Field

from kiosk.protocol.fields import (
    AgentStatus,
    CallPhase,
    Capabilities,
    Count,
    DurationMs,
    EndReason,
    Hex,
    Id,
    Label,
    Language,
    Message,
    OpenMessage,
    Record,
    Role,
    WallMs,
)


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
    ``links`` is how many standby links the client keeps: what a terminal wants, what a console can bear. It has none at this
    moment: those of an earlier connection are closed. ``pre_roll`` says whether an agent may be seen before a press.
    """

    type: Literal["declare"] = "declare"
    calls: Annotated[tuple[DeclaredCall, ...], Field(max_length=8)] = ()
    status: Literal[AgentStatus.AVAILABLE, AgentStatus.AWAY] = AgentStatus.AWAY
    links: Annotated[int, Field(ge=0, le=64)] = 0
    pre_roll: bool = False


class Call(Message):
    """A terminal's press: a customer wants an agent of ``pool`` who speaks ``language``.

    ``fence`` names the pre-roll lease under which it was pressed: the agent whom the customer sees already.
    """

    type: Literal["call"] = "call"
    call_id: Id
    pool: Id = "default"
    language: Language = "en"
    fence: Count | None = None


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
    path: Literal["hot", "warm", "cold"] | None = None
    """How the agent's face came: pre-rolled, on a standby link, or by an offer."""
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
