"""What the two sides of a call say to each other, through the distributor."""

from typing import Literal

from kiosk.protocol.fields import CandidateText, Id, Message, Mid, Mline, Sdp


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
    candidate: CandidateText
    mid: Mid | None = None
    mline: Mline | None = None
