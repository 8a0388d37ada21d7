"""Standby links and pre-roll: what is said before anybody presses.

A standby link is a media connection between a terminal and an agent's console that is ready and empty: transceivers without
tracks, ICE and DTLS done. The distributor chooses them: `LinkWanted` -> `LinkOffer` -> `LinkAnswer`, `LinkCandidate` ->
`LinkReady`, and `LinkClosed` or `LinkLost` at the end. A call that is assigned with a ``link_id`` uses that link. Somebody in
front of a terminal: `PreRollAsk` -> `PreRoll` to both sides, renewed by each further ask -> `PreRollOver`.
"""

from typing import Annotated, Literal

from pydantic import Field

from kiosk.protocol.distributor_messages import AgentCard
from kiosk.protocol.fields import CandidateText, Count, Id, Message, Mid, Mline, Sdp


class LinkWanted(Message):
    """To a terminal: make a standby link of this id, and offer."""

    type: Literal["link_wanted"] = "link_wanted"
    link_id: Id


class LinkOffer(Message):
    """The terminal's offer for a standby link, with its candidates: one audio and one video transceiver, both ways, no track."""

    type: Literal["link_offer"] = "link_offer"
    link_id: Id
    sdp: Sdp


class LinkAnswer(Message):
    """The console's answer for a standby link: both ways too, no track."""

    type: Literal["link_answer"] = "link_answer"
    link_id: Id
    sdp: Sdp


class LinkCandidate(Message):
    """One more candidate of the console's, like `Candidate`."""

    type: Literal["link_candidate"] = "link_candidate"
    link_id: Id
    candidate: CandidateText
    mid: Mid | None = None
    mline: Mline | None = None


class LinkReady(Message):
    """From the terminal: ICE and DTLS are done; calls may use the link from now on."""

    type: Literal["link_ready"] = "link_ready"
    link_id: Id


class LinkLost(Message):
    """From either side: it hasn't got this link, or not any more. A call that was to use it is set up without."""

    type: Literal["link_lost"] = "link_lost"
    link_id: Id


class LinkClosed(Message):
    """To either side: this link is of no more use; close it, once the call that uses it is over."""

    type: Literal["link_closed"] = "link_closed"
    link_id: Id


class Attached(Message):
    """From an agent's console: its camera and microphone are on the standby link of this call."""

    type: Literal["attached"] = "attached"
    call_id: Id


class PreRollAsk(Message):
    """From a terminal: somebody stands in front of it. Sent again to keep the lease; ``ask`` counts up with each."""

    type: Literal["pre_roll_ask"] = "pre_roll_ask"
    ask: Count


class PreRoll(Message):
    """To both sides: this agent is kept for this terminal alone, for ``lease_ms``.

    The terminal counts from the moment at which it *sent* the ask that ``ask`` names, so that its lease is never longer than
    the distributor's. The console counts from arrival, attaches its camera (no microphone) to the link, and says to its agent
    that the agent can be seen. ``fence`` grows with each lease, over restarts of the distributor too; a renewal keeps it.
    """

    type: Literal["pre_roll"] = "pre_roll"
    link_id: Id
    fence: Count
    lease_ms: Annotated[int, Field(ge=1, le=60_000)]
    ask: Count | None = None
    """To the terminal only."""
    agent: AgentCard | None = None
    """To the terminal only."""


class PreRollOver(Message):
    """The lease ``fence`` is over. From a terminal: nobody stands there any more, or the answer to `PreRollOver`.

    To a terminal: give it back, and say so with the same message; a press before that answer wins. To a console: take the
    camera off the link.
    """

    type: Literal["pre_roll_over"] = "pre_roll_over"
    fence: Count


class SetPreRoll(Message):
    """From an agent's console: whether its agent may be pre-rolled, for this shift."""

    type: Literal["set_pre_roll"] = "set_pre_roll"
    on: bool
