"""The shell of the routing core: feeds it, carries its effects out in one place, arms its one timer."""

import asyncio
from collections.abc import Iterable

from kiosk import logs
from kiosk.distributor.call_log import CallLog
from kiosk.distributor.connection import Left
from kiosk.distributor.offers import Offers
from kiosk.distributor.peers import Peer, Peers
from kiosk.distributor.router.effects import AgentChanged, Assign, Effect, End, Queue, Refuse
from kiosk.distributor.router.events import (
    AgentJoined,
    AgentLost,
    CallConnected,
    CallRequested,
    Event,
    OfferSeen,
    TerminalJoined,
    TerminalLost,
)
from kiosk.distributor.router.router import Router
from kiosk.distributor.router.settings import RouterSettings
from kiosk.distributor.standby import OTHER, Standby
from kiosk.errors import PeerError
from kiosk.protocol.fields import AgentStatus, ErrorCode, Role
from kiosk.protocol.messages import (
    AgentCard,
    Answer,
    Assigned,
    Candidate,
    Declare,
    Ended,
    Incoming,
    Offer,
    Queued,
    Status,
    TerminalCard,
)

log = logs.get(__name__)


class Exchange:
    """Connects the parties. Everything here happens on the event loop and waits for nothing."""

    def __init__(self, settings: RouterSettings, epoch: int) -> None:
        self.peers = Peers()
        self.router = Router(settings, epoch)
        self.standby = Standby(self.router, self.peers, self.feed)
        self._calls = CallLog()
        self._offers = Offers()
        self._stopped = False
        self._timer: asyncio.TimerHandle | None = None
        self._now = asyncio.get_running_loop().time

    def seat(self, peer: Peer) -> None:
        """A party is welcome; an older connection of it is closed. Raises `PeerError` with ``busy_elsewhere``."""
        before = self.peers.get(peer.role, peer.party_id)
        view = self.router.agent(peer.party_id) if peer.role is Role.AGENT else None
        if before and before.boot_id != peer.boot_id and view and view.call_id:
            raise PeerError(ErrorCode.BUSY_ELSEWHERE, "The agent is in a call in another window.", "Go on there.")
        self.peers.seat(peer)
        if before:
            before.connection.refuse(PeerError(ErrorCode.REPLACED, "A newer connection took this one's place."), None)
            self._unjoin(before, Left.BROKEN)

    def join(self, peer: Peer, declare: Declare) -> None:
        """A party has declared its calls: from now on it can be assigned."""
        peer.joined = True
        match peer.card:
            case TerminalCard(terminal_id=terminal_id):
                self.feed(TerminalJoined(terminal_id, declare.calls, declare.links))
            case AgentCard(agent_id=agent_id, name=name, role=role):
                self.feed(
                    AgentJoined(
                        agent_id, name, role, declare.calls, declare.status, declare.links, pre_roll=declare.pre_roll
                    )
                )
        for call in declare.calls:
            parties = self.router.party_of(call.call_id)
            if parties:
                self._calls.declared(call, *parties, self._now())

    def leave(self, peer: Peer, left: Left) -> None:
        """A party's connection is gone; nothing happens where another one had replaced it."""
        if self.peers.leave(peer):
            self._unjoin(peer, left)

    def feed(self, event: Event, re: str | None = None, press_to_face_ms: int = 0) -> None:
        """Tell the router, and do what it wants done; ``re`` is the id of the message that the event comes from."""
        if self._stopped:
            return
        now = self._now()
        effects = self.router.handle(event, now)
        if isinstance(event, CallRequested) and self.router.party_of(event.call_id):
            self._calls.requested(event, now)
        if isinstance(event, CallConnected) and not any(isinstance(effect, Refuse) for effect in effects):
            self._offers.connected(event.call_id)
            self._calls.connected(event, press_to_face_ms, now)
        self._carry_out(effects, re)

    def relay(self, peer: Peer, message: Offer | Answer | Candidate) -> None:
        """Pass a message on to the other side of its call, and to nobody else. Raises `PeerError`: ``unknown_call``.

        An offer for a call that waits is kept for the agent who gets the call. Where the other side's connection is broken just now, the message is dropped: its side asks again when it is back.
        """
        terminal_id, agent_id = self.router.party_of(message.call_id) or (None, None)
        mine, other = (terminal_id, agent_id) if peer.role is Role.TERMINAL else (agent_id, terminal_id)
        waits = other is None and isinstance(message, Offer)
        if mine != peer.party_id or (other is None and not waits):
            raise PeerError(ErrorCode.UNKNOWN_CALL, "This call isn't yours, or not any more.")
        if isinstance(message, Offer):
            self._offer(peer, message, other)
        elif other is not None:
            self.peers.tell(OTHER[peer.role], other, message)

    def _offer(self, peer: Peer, offer: Offer, agent_id: str | None) -> None:
        if agent_id is None:
            self._offers.keep(offer)
        elif not self._offers.pass_on(offer):
            return
        else:
            self._calls.offered(offer.call_id)
            self.peers.tell(Role.AGENT, agent_id, offer)
        self.feed(OfferSeen(offer.call_id, peer.party_id), offer.id)

    def stop(self) -> None:
        """Nothing is routed any more: that connections now close tells nothing about calls."""
        self._stopped = True
        self._disarm()

    def _unjoin(self, peer: Peer, left: Left) -> None:
        if peer.joined:
            peer.joined = False
            lost = AgentLost if peer.role is Role.AGENT else TerminalLost
            self.feed(lost(peer.party_id, left is Left.ON_PURPOSE, left is Left.SILENT))

    def _carry_out(self, effects: Iterable[Effect], re: str | None = None) -> None:
        for effect in effects:
            self._do(effect, re)
        self._arm()

    def _disarm(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _arm(self) -> None:
        self._disarm()
        due = self.router.next_deadline()
        self._timer = asyncio.get_running_loop().call_at(due, self._tick) if due is not None else None

    def _tick(self) -> None:
        # The loop may wake up to its clock's resolution early; a tick before the deadline would do nothing.
        self._carry_out(self.router.tick(max(self._now(), self.router.next_deadline() or 0.0)))

    def _do(self, effect: Effect, re: str | None) -> None:
        match effect:
            case Assign():
                self._assign(effect)
            case Queue():
                self._calls.queued(effect)
                self.peers.tell(Role.TERMINAL, effect.terminal_id, Queued(call_id=effect.call_id, reason=effect.reason))
            case End():
                self._offers.ended(effect.call_id)
                if self.router.party_of(effect.call_id) is None:  # else it goes on, with another agent
                    self._calls.ended(effect, self._now())
                for role, party_id in ((Role.TERMINAL, effect.terminal_id), (Role.AGENT, effect.agent_id)):
                    if party_id is not None:
                        self.peers.tell(role, party_id, Ended(call_id=effect.call_id, reason=effect.reason))
            case AgentChanged():
                self._agent_changed(effect)
            case Refuse():
                peer = self.peers.get(effect.role, effect.party_id)
                if peer:
                    peer.connection.refuse(PeerError(effect.code, effect.text), re)
            case _:
                self.standby.carry_out(effect, self._card)

    def _assign(self, effect: Assign) -> None:
        self._calls.assigned(effect, self.standby.path(effect, self._calls.fence(effect.call_id)), self._now())
        card = self._card(effect.agent_id)
        if card:
            told = Assigned(call_id=effect.call_id, agent=card, link_id=effect.link_id)
            self.peers.tell(Role.TERMINAL, effect.terminal_id, told)
        offer = self._offers.assigned(effect.call_id, on_link=effect.link_id is not None)
        terminal = self.peers.get(Role.TERMINAL, effect.terminal_id)
        if effect.to_agent and terminal and isinstance(terminal.card, TerminalCard):
            incoming = Incoming(
                call_id=effect.call_id,
                terminal=terminal.card,
                language=effect.language,
                waited_ms=max(0, round(effect.waited_s * 1000)),
                link_id=effect.link_id,
            )
            self.peers.tell(Role.AGENT, effect.agent_id, incoming)
            if offer is not None:
                self.peers.tell(Role.AGENT, effect.agent_id, offer)

    def _card(self, agent_id: str) -> AgentCard | None:
        view = self.router.agent(agent_id)
        return AgentCard(agent_id=agent_id, name=view.name, role=view.role) if view and view.name else None

    def _agent_changed(self, effect: AgentChanged) -> None:
        log.info("agent.status", agent_id=effect.agent_id, status=effect.status.value)
        if effect.status is AgentStatus.OFFLINE:
            return
        left = None if effect.wrap_up_left_s is None else max(0, round(effect.wrap_up_left_s * 1000))
        status = Status(status=effect.status, next_status=effect.next_status, wrap_up_left_ms=left)
        self.peers.tell(Role.AGENT, effect.agent_id, status)
