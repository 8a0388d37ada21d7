"""What the two sides of a call say to each other, through the distributor."""

from typing import Annotated, Literal

from pydantic import Field

from kiosk.protocol.fields import (
    Id,
    Message,
    Sdp,
)


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
