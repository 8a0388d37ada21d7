"""Serves one connection from its hello on: what each of its messages leads to, in the order that the protocol lays down."""

import asyncio
import time
from importlib.metadata import version

from kiosk import logs
from kiosk.distributor.connection import Connection, Left
from kiosk.distributor.desk import Desk
from kiosk.distributor.identity import check_signature, new_nonce
from kiosk.distributor.peers import Peer
from kiosk.distributor.router.events import AgentSet, AnswerSeen, CallConnected, CallRequested, HangUpAsked
from kiosk.distributor.standby import AboutStandby
from kiosk.distributor.store.terminals import Terminal
from kiosk.errors import MisuseError, PeerError
from kiosk.protocol.codec import from_client
from kiosk.protocol.conversation import Conversation, choose_version
from kiosk.protocol.fields import ErrorCode, Role
from kiosk.protocol.messages import (
    AgentCard,
    Answer,
    Attached,
    Bye,
    Call,
    Candidate,
    Challenge,
    Connected,
    Declare,
    Enrol,
    Figures,
    FromClient,
    HangUp,
    Hello,
    IceServers,
    Offer,
    Ping,
    Pong,
    Prove,
    SetStatus,
    TerminalCard,
    Welcome,
)

log = logs.get(__name__)
SOFTWARE = f"kiosk distributor {version('kiosk')}"


class Attendant:
    """One connection's conversation. ``session_token`` is the cookie that an agent's browser brought."""

    def __init__(self, desk: Desk, connection: Connection, session_token: str | None) -> None:
        self._desk = desk
        self._connection = connection
        self._token = session_token
        self._conversation = Conversation()
        self._nonce = ""
        self._version = 0
        self._peer: Peer | None = None
        self._renewal: asyncio.TimerHandle | None = None

    async def take(self, text: str) -> bool:
        """Act on one message; False after a goodbye. Raises `PeerError` for the peer's faults."""
        message = from_client.decode(text)
        if not self._conversation.hear(message):
            log.info("message.again", connection=self._connection.number, type=message.type)
            return True
        match message:
            case Hello():
                await self._greet(message)
            case Prove():
                await self._prove(message)
            case Enrol():
                await self._enrol(message)
            case Declare():
                self._connection.bear(message.links)
                self._desk.exchange.join(self.peer, message)
            case Bye():
                return False
            case _:
                self._converse(message)
        return True

    def gone(self, left: Left) -> None:
        """The connection is over."""
        if self._renewal:
            self._renewal.cancel()
        if self._peer:
            log.info("peer.gone", connection=self._connection.number, left=left.value, **self._ids(self._peer))
            self._desk.exchange.leave(self._peer, left)

    @property
    def peer(self) -> Peer:
        """Who it is. Raises `MisuseError` before the welcome."""
        if self._peer is None:
            raise MisuseError("A peer was asked for before its welcome.")
        return self._peer

    async def _greet(self, hello: Hello) -> None:
        self._version = choose_version(hello)
        log.info(
            "peer.hello",
            connection=self._connection.number,
            role=hello.role.value,
            version=self._version,
            software=hello.software,
        )
        if hello.role is Role.TERMINAL:
            self._nonce = new_nonce()
            self._connection.step_taken(proven=False)
            self._connection.send(Challenge(nonce=self._nonce))
            return
        agent = await self._desk.off_loop(self._desk.store.sessions.agent, self._token) if self._token else None
        if agent is None:
            raise PeerError(ErrorCode.NOT_SIGNED_IN, "No agent is signed in here.", "Sign in first.")
        card = AgentCard(agent_id=agent.agent_id, name=agent.name, role=agent.role)
        self._welcome(card, agent.agent_id)

    async def _prove(self, prove: Prove) -> None:
        terminal = await self._desk.off_loop(self._desk.store.terminals.find, self._hello.terminal_id or "")
        if terminal is None:
            raise PeerError(ErrorCode.NOT_PROVEN, "No terminal of this id is enrolled.", "Enrol it with a code.")
        self._check(terminal.public_key, prove.signature)
        self._welcome_terminal(terminal)

    async def _enrol(self, enrol: Enrol) -> None:
        failures, address = self._desk.enrolments, self._connection.address
        if failures.blocked_s(address):
            raise PeerError(ErrorCode.TOO_MANY, "Too many failed enrolments.", "Try again in some minutes.")
        failures.add(address)
        public_key = bytes.fromhex(enrol.public_key)
        self._check(public_key, enrol.signature)
        terminal = await self._desk.off_loop(self._desk.store.terminals.enrol, enrol.code, public_key)
        failures.forgive(address)
        log.info("terminal.enrolled", terminal_id=terminal.terminal_id)
        self._welcome_terminal(terminal)

    @property
    def _hello(self) -> Hello:
        if self._conversation.hello is None:
            raise MisuseError("The hello was asked for before it came.")
        return self._conversation.hello

    def _check(self, public_key: bytes, signature: str) -> None:
        check_signature(public_key, signature, self._nonce, self._hello.terminal_id or "", self._hello.boot_id)

    def _welcome_terminal(self, terminal: Terminal) -> None:
        card = TerminalCard(terminal_id=terminal.terminal_id, name=terminal.name, branch=terminal.branch)
        self._welcome(card, terminal.terminal_id)

    def _welcome(self, card: TerminalCard | AgentCard, party_id: str) -> None:
        peer = Peer(self._hello.role, party_id, self._hello.boot_id, card, self._connection, self._token)
        self._desk.exchange.seat(peer)
        self._peer = peer
        self._conversation.resume(self._desk.exchange.peers.recent(peer))
        if not self._connection.proven:
            self._desk.admission.leave(self._connection.address)
        self._connection.step_taken(proven=True)
        log.info("peer.welcome", connection=self._connection.number, **self._ids(peer))
        self._connection.send(
            Welcome(
                version=self._version,
                software=SOFTWARE,
                epoch=self._desk.epoch,
                session=self._connection.number,
                wall_ms=round(time.time() * 1000),
                peer_id=party_id,
                name=card.name,
                branch=card.branch if isinstance(card, TerminalCard) else None,
                wrap_up_s=self._desk.wrap_up_s,
                ice_servers=self._desk.ice.of(party_id),
            )
        )
        self._renew_later()

    def _renew_later(self) -> None:
        after_s = self._desk.ice.renew_after_s
        if after_s is not None:
            self._renewal = asyncio.get_running_loop().call_later(after_s, self._renew)

    def _renew(self) -> None:
        """The TURN password that this party was given is half as old as it gets."""
        self._connection.send(IceServers(ice_servers=self._desk.ice.of(self.peer.party_id)))
        self._renew_later()

    def _converse(self, message: FromClient) -> None:
        exchange, me = self._desk.exchange, self.peer.party_id
        match message:
            case Ping():
                self._connection.send(Pong())
            case Figures():
                log.info("call.figures", **self._ids(self.peer), **message.model_dump(exclude={"id", "type"}))
            case SetStatus():
                exchange.feed(AgentSet(me, message.status), message.id)
            case _ if isinstance(message, AboutStandby):
                exchange.standby.take(self.peer, message)
            case _:
                self._converse_of_call(message)

    def _converse_of_call(self, message: FromClient) -> None:
        exchange, me = self._desk.exchange, self.peer.party_id
        match message:
            case Call(call_id=call_id, pool=pool, language=language, fence=fence):
                exchange.feed(CallRequested(me, call_id, pool, language, fence), message.id)
            case Connected():
                exchange.feed(CallConnected(message.call_id, me), message.id, message.press_to_face_ms)
            case HangUp():
                exchange.feed(HangUpAsked(message.call_id, self.peer.role, me, message.reason), message.id)
            case Offer() | Candidate():
                exchange.relay(self.peer, message)
            case Answer():
                exchange.relay(self.peer, message)
                exchange.feed(AnswerSeen(message.call_id, me), message.id)
            case Attached():
                exchange.feed(AnswerSeen(message.call_id, me), message.id)

    def _ids(self, peer: Peer) -> dict[str, str]:
        return {f"{peer.role.value}_id": peer.party_id}
