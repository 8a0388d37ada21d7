"""The types of the messages' fields, each with its bounds, and the wire's constants."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

VERSION = 1
"""The protocol version that this program speaks best."""
OLDEST_VERSION = 1
"""The oldest protocol version that this program still understands."""
SUBPROTOCOL = "kiosk.v1"
"""The WebSocket subprotocol's name; it changes only when even the hello can't be read any more."""
MAX_MESSAGE_BYTES = 65_536
"""The largest message, as UTF-8 bytes; an SDP of a call is 5 to 10 kB."""
PING_EVERY_S = 1.0
"""A client sends a ping this often once it is welcome."""
SILENCE_S = 2.5
"""A side that heard nothing for this long takes the connection for dead."""

ID_PATTERN = r"^[A-Za-z0-9_.:-]{1,64}$"
HEARD_NOTHING = 4000
"""The WebSocket close code (RFC 6455 section 7.4.2) of a client that heard nothing any more, and will come back."""

Id = Annotated[str, Field(pattern=ID_PATTERN)]
Label = Annotated[str, Field(min_length=1, max_length=80)]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Capability = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$")]
Capabilities = Annotated[tuple[Capability, ...], Field(max_length=64)]
Hex = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{2})+$", max_length=256)]
Sdp = Annotated[str, Field(min_length=1, max_length=49_152)]
WallMs = Annotated[int, Field(ge=0, le=2**53 - 1)]
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
CandidateText = Annotated[str, Field(min_length=1, max_length=1024)]
Mid = Annotated[str, Field(max_length=64)]
Mline = Annotated[int, Field(ge=0, le=64)]
DurationMs = Annotated[int, Field(ge=0, le=2**53 - 1)]


class Role(StrEnum):
    """Who a peer of the distributor is."""

    TERMINAL = "terminal"
    AGENT = "agent"


class AgentStatus(StrEnum):
    """What an agent is doing."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    RESERVED = "reserved"
    IN_CALL = "in_call"
    WRAP_UP = "wrap_up"
    WITH_WALK_IN = "with_walk_in"
    AWAY = "away"


class EndReason(StrEnum):
    """Why a call ended."""

    CUSTOMER_HUNG_UP = "customer_hung_up"
    AGENT_HUNG_UP = "agent_hung_up"
    CUSTOMER_GONE = "customer_gone"
    AGENT_GONE = "agent_gone"
    CUSTOMER_LEFT = "customer_left"
    SETUP_FAILED = "setup_failed"
    MEDIA_LOST = "media_lost"
    NOT_KNOWN = "not_known"


class QueueReason(StrEnum):
    """Why a call has to wait."""

    ALL_BUSY = "all_busy"
    NO_AGENTS = "no_agents"


class CallPhase(StrEnum):
    """How far a declared call had come on the side that declares it."""

    REQUESTED = "requested"
    SETTING_UP = "setting_up"
    CONNECTED = "connected"


class ErrorCode(StrEnum):
    """What was wrong with a message or a peer."""

    TOO_BIG = "too_big"
    MALFORMED = "malformed"
    UNKNOWN_TYPE = "unknown_type"
    OUT_OF_ORDER = "out_of_order"
    VERSION = "version"
    NOT_PROVEN = "not_proven"
    BAD_CODE = "bad_code"
    NOT_SIGNED_IN = "not_signed_in"
    UNKNOWN_CALL = "unknown_call"
    UNKNOWN_LINK = "unknown_link"
    NOT_ALLOWED = "not_allowed"
    REPLACED = "replaced"
    BUSY_ELSEWHERE = "busy_elsewhere"
    TOO_MANY = "too_many"


FATAL = frozenset(
    {
        ErrorCode.TOO_BIG,
        ErrorCode.VERSION,
        ErrorCode.NOT_PROVEN,
        ErrorCode.BAD_CODE,
        ErrorCode.NOT_SIGNED_IN,
        ErrorCode.REPLACED,
        ErrorCode.BUSY_ELSEWHERE,
        ErrorCode.TOO_MANY,
    }
)
"""After these the side that found the fault closes the connection; after all others the peer stays."""


def new_id() -> str:
    """A fresh id for a message, a call or a boot: 32 hexadecimal digits."""
    return uuid4().hex


class Record(BaseModel):
    """A frozen value on the wire; a field that the protocol doesn't know is malformed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _id_required(schema: dict[str, Any]) -> None:
    schema["required"] = sorted({"id", "type", *schema.get("required", [])})


class Message(Record):
    """What all messages carry: ``id``, made by the sender; the same id a second time is the same message, sent again.

    A message that we make gets its id by itself; one that arrives has to bring it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, json_schema_extra=_id_required)

    id: Id = Field(default_factory=new_id)


class OpenMessage(Message):
    """A message that a newer peer may extend before versions are agreed: unknown fields are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)
