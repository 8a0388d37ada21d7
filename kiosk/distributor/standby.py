"""Standby links and pre-roll between terminals and consoles: messages to events, effects to messages, and what is logged."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from kiosk import logs
from kiosk.distributor.peers import Peer, Peers
from kiosk.distributor.router import events
from kiosk.distributor.router.effects import Assign, CloseLink, EndLease, Lease, OpenLink
from kiosk.errors import PeerError
from kiosk.protocol.fields import ErrorCode, Message, Role
from kiosk.protocol.messages import (
    AgentCard,
    LinkAnswer,
    LinkCandidate,
    LinkClosed,
    LinkLost,
    LinkOffer,
    LinkReady,
    LinkWanted,
    PreRoll,
    PreRollAsk,
    PreRollOver,
    SetPreRoll,
)

log = logs.get(__name__)

AboutStandby = LinkOffer | LinkAnswer | LinkCandidate | LinkReady | LinkLost | PreRollAsk | PreRollOver | SetPreRoll
StandbyEffect = OpenLink | CloseLink | Lease | EndLease
MOST_CANDIDATES = 64
"""What a link's terminal gets of its console's; whatever comes beyond isn't needed to meet, and could only flood it."""
OTHER = {Role.TERMINAL: Role.AGENT, Role.AGENT: Role.TERMINAL}


@dataclass
class _Link:
    offered: bool = False
    answered: bool = False
    candidates: int = 0
    fence: int | None = None
    """Of its last lease."""


class KnowsLinks(Protocol):
    """What is asked of the router."""

    def parties_of_link(self, link_id: str) -> tuple[str, str] | None:
        """The terminal and the agent of a standby link that the router knows."""


class Standby:
    """The links that there are, as far as the shell is concerned. ``feed`` tells the router an event."""

    def __init__(self, router: KnowsLinks, peers: Peers, feed: Callable[[events.Event, str], None]) -> None:
        self._router, self._peers, self._feed = router, peers, feed
        self._links: dict[str, _Link] = {}
        """The links that were asked for."""

    def count(self) -> int:
        """How many links there are, ready or on their way."""
        self._forget()
        return len(self._links)

    def take(self, peer: Peer, message: AboutStandby) -> None:
        """Act on a message. Raises `PeerError`: ``unknown_link`` for one that isn't the peer's, ``out_of_order``."""
        me = peer.party_id
        match message:
            case LinkOffer() | LinkAnswer() | LinkCandidate():
                self._relay(peer, message)
            case LinkReady(link_id=link_id):
                log.info("link.ready", link_id=link_id, **_ids(self._parties(peer, link_id)))
                self._feed(events.LinkReady(link_id, me), message.id)
            case LinkLost(link_id=link_id):
                log.info("link.lost", link_id=link_id, by=peer.role.value, **_ids(self._parties(peer, link_id)))
                self._feed(events.LinkLost(link_id, peer.role, me), message.id)
            case PreRollAsk(ask=ask):
                self._feed(events.PreRollAsked(me, ask), message.id)
            case PreRollOver(fence=fence):
                self._feed(events.PreRollGivenBack(me, fence), message.id)
            case SetPreRoll(on=on):
                log.info("pre_roll.set", agent_id=me, on=on)
                self._feed(events.PreRollSet(me, on), message.id)

    def carry_out(self, effect: StandbyEffect, agent: Callable[[str], AgentCard | None]) -> None:
        """Tell the parties; ``agent`` gives what a customer may know of an agent."""
        match effect:
            case OpenLink(link_id, terminal_id, agent_id):
                self._links[link_id] = _Link()
                log.info("link.opened", link_id=link_id, terminal_id=terminal_id, agent_id=agent_id)
                self._peers.tell(Role.TERMINAL, terminal_id, LinkWanted(link_id=link_id))
            case CloseLink(link_id, terminal_id, agent_id):
                self._forget()
                log.info("link.closed", link_id=link_id, terminal_id=terminal_id, agent_id=agent_id)
                self._tell(terminal_id, agent_id, LinkClosed(link_id=link_id))
            case Lease():
                self._lease(effect, agent(effect.agent_id))
            case EndLease(fence, terminal_id, agent_id):
                event = "pre_roll.over" if agent_id is not None else "pre_roll.asked_back"
                log.info(event, fence=fence, terminal_id=terminal_id, agent_id=agent_id)
                self._tell(terminal_id, agent_id, PreRollOver(fence=fence))

    def path(self, effect: Assign, fence: int | None) -> str:
        """How the call is made: ``hot`` where the customer pressed under the lease ``fence`` of its link, ``warm`` or ``cold``."""
        if effect.link_id is None:
            return "cold"
        link = self._links.get(effect.link_id)
        return "hot" if link is not None and link.fence is not None and link.fence == fence else "warm"

    def _relay(self, peer: Peer, message: LinkOffer | LinkAnswer | LinkCandidate) -> None:
        """To the other side of the link, and to nobody else; each link is offered and answered once."""
        other = OTHER[peer.role]
        to = self._parties(peer, message.link_id)[other]
        link = self._links[message.link_id]
        match message:
            case LinkOffer():
                if link.offered:
                    raise PeerError(ErrorCode.OUT_OF_ORDER, "This link has its offer.")
                link.offered = True
            case LinkAnswer():
                if link.answered or not link.offered:
                    raise PeerError(ErrorCode.OUT_OF_ORDER, "This link waits for no answer.")
                link.answered = True
            case LinkCandidate():
                link.candidates += 1
                if link.candidates > MOST_CANDIDATES:
                    return
        self._peers.tell(other, to, message)

    def _parties(self, peer: Peer, link_id: str) -> dict[Role, str]:
        """The same words for a link of others' as for none, so that they tell nothing of it."""
        terminal_id, agent_id = self._router.parties_of_link(link_id) or (None, None)
        if (
            terminal_id is None
            or agent_id is None
            or peer.party_id != (terminal_id if peer.role is Role.TERMINAL else agent_id)
        ):
            raise PeerError(ErrorCode.UNKNOWN_LINK, "This link isn't yours, or not any more.")
        return {Role.TERMINAL: terminal_id, Role.AGENT: agent_id}

    def _lease(self, effect: Lease, card: AgentCard | None) -> None:
        ids = {"terminal_id": effect.terminal_id, "agent_id": effect.agent_id}
        link = self._links[effect.link_id]
        if link.fence != effect.fence:
            link.fence = effect.fence
            log.info("pre_roll.granted", fence=effect.fence, link_id=effect.link_id, **ids)
        lease_ms = max(1, round(effect.lease_s * 1000))
        lease = partial(PreRoll, link_id=effect.link_id, fence=effect.fence, lease_ms=lease_ms)
        self._peers.tell(Role.TERMINAL, effect.terminal_id, lease(ask=effect.ask, agent=card))
        self._peers.tell(Role.AGENT, effect.agent_id, lease())

    def _tell(self, terminal_id: str | None, agent_id: str | None, message: Message) -> None:
        for role, party_id in ((Role.TERMINAL, terminal_id), (Role.AGENT, agent_id)):
            if party_id is not None:
                self._peers.tell(role, party_id, message)

    def _forget(self) -> None:
        """A link ends without a word where nobody is left to tell."""
        for link_id in [link_id for link_id in self._links if self._router.parties_of_link(link_id) is None]:
            del self._links[link_id]


def _ids(parties: dict[Role, str]) -> dict[str, str]:
    return {f"{role.value}_id": party_id for role, party_id in parties.items()}
