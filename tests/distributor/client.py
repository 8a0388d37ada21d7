"""Real clients for the distributor's tests: aiohttp sockets that speak the protocol, one message at a time."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kiosk.protocol.codec import encode, from_distributor
from kiosk.protocol.fields import SUBPROTOCOL, AgentStatus, Message, Role, new_id
from kiosk.protocol.messages import (
    Call,
    Challenge,
    Declare,
    DeclaredCall,
    Enrol,
    Error,
    FromDistributor,
    Hello,
    Pong,
    Prove,
    Status,
    Welcome,
)
from kiosk.protocol.proof import text_to_sign

M = TypeVar("M")
PATIENCE_S = 10.0
"""How long a test waits for what should come at once; it only ever waits so long when it fails."""


class Client:
    """One connection. `expect` waits for a type of message; statuses and pongs are passed over unless asked for."""

    def __init__(self, session: aiohttp.ClientSession, url: str, **options: Any) -> None:
        self.session = session
        self.url = url
        self.options = {"protocols": [SUBPROTOCOL], **options}
        self.boot_id = new_id()
        self.role = Role.TERMINAL
        self.links = 0
        """How many standby links it declares."""
        self.note: Callable[[str, str], None] = lambda _who, _text: None
        """Called with everything on the wire, in order: ``client`` or ``distributor``, and the text."""

    async def connect(self) -> Self:
        """Open the socket."""
        self.socket = await self.session.ws_connect(self.url, **self.options)
        return self

    async def __aenter__(self) -> Self:
        return await self.connect()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.socket.close()

    async def send(self, message: Message) -> None:
        """Say one message."""
        await self.send_text(encode(message))

    async def send_text(self, text: str) -> None:
        """Say anything."""
        self.note("client", text)
        await self.socket.send_str(text)

    async def expect(self, kind: type[M], *, passing_over: tuple[type, ...] = (Status, Pong)) -> M:
        """The next message, which has to be of this type."""
        while True:
            message = await self.next_message()
            if isinstance(message, kind):
                return message
            assert isinstance(message, passing_over), f"expected {kind.__name__}, got {message!r}"

    async def expect_status(self, status: AgentStatus) -> Status:
        """The next status message that says this one."""
        while True:
            message = await self.expect(Status)
            if message.status is status:
                return message

    async def next_message(self) -> FromDistributor:
        """The next message of any type."""
        frame = await self.socket.receive(PATIENCE_S)
        while frame.type is aiohttp.WSMsgType.PING:  # of a client that doesn't answer them
            frame = await self.socket.receive(PATIENCE_S)
        assert frame.type is aiohttp.WSMsgType.TEXT, f"expected a message, got {frame!r}"
        self.note("distributor", frame.data)
        return from_distributor.decode(frame.data)

    async def expect_closed(self) -> int | None:
        """Wait until the distributor closes; its close code, or None where it cut the connection."""
        while True:
            frame = await self.socket.receive(PATIENCE_S)
            if frame.type is aiohttp.WSMsgType.CLOSE:
                return int(frame.data)
            if frame.type in {aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}:
                return None

    async def expect_error(self, code: str, *, fatal: bool) -> Error:
        """The next message, which has to be this error; where it is fatal, the connection's end too."""
        error = await self.expect(Error)
        assert (error.code, error.fatal) == (code, fatal)
        if fatal:
            assert await self.expect_closed() == (1009 if code == "too_big" else 1008)
        return error

    async def expect_nothing_before(self, probe: Message) -> None:
        """Show that nothing is under way: the answer to ``probe``, a ping, is the next thing that comes."""
        await self.send(probe)
        message = await self.next_message()
        assert isinstance(message, Pong), f"expected silence, got {message!r}"

    def vanish(self) -> None:
        """Break the connection as a pulled cable or a killed program does: no goodbye, no close frame."""
        self._transport().abort()

    def stop_reading(self) -> None:
        """Leave everything that comes in the operating system's buffers, as a program that hangs does."""
        self._transport().pause_reading()

    def _transport(self) -> Any:
        return self.socket.get_extra_info("transport") or self.socket._response.connection.transport

    def hello(self, **fields: Any) -> Hello:
        """What it says first."""
        values = {
            "role": self.role,
            "oldest_version": 1,
            "version": 1,
            "software": "kiosk tests",
            "boot_id": self.boot_id,
            "mono_ms": round(time.monotonic() * 1000),
            "wall_ms": round(time.time() * 1000),
            **fields,
        }
        return Hello(**values)


class TerminalClient(Client):
    """A terminal with its own key."""

    def __init__(self, session: aiohttp.ClientSession, url: str, **options: Any) -> None:
        super().__init__(session, url, **options)
        self.key = Ed25519PrivateKey.generate()
        self.terminal_id: str | None = None
        self.nonce = ""

    def sign(self, nonce: str) -> str:
        """The proof for this challenge."""
        return self.key.sign(text_to_sign(nonce, self.terminal_id or "", self.boot_id)).hex()

    async def challenge(self) -> str:
        """Say hello; the nonce."""
        await self.send(self.hello(terminal_id=self.terminal_id))
        return (await self.expect(Challenge)).nonce

    async def enrol(self, code: str) -> None:
        """Say hello and enrol, without waiting for the answer."""
        nonce = await self.challenge()
        public_key = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        await self.send(Enrol(code=code, public_key=public_key, signature=self.sign(nonce)))

    async def prove(self) -> None:
        """Say hello and prove, without waiting for the answer."""
        nonce = await self.challenge()
        await self.send(Prove(signature=self.sign(nonce)))

    async def enrolled(self, code: str) -> Self:
        """Enrol and declare no calls."""
        await self.enrol(code)
        await self._welcomed(())
        return self

    async def proven(self, *calls: DeclaredCall) -> Self:
        """Prove and declare ``calls``."""
        await self.prove()
        await self._welcomed(calls)
        return self

    async def again(self) -> "TerminalClient":
        """Another connection of the same terminal, which runs since the same boot; it is open, and has said nothing."""
        other = TerminalClient(self.session, self.url, **self.options)
        other.key, other.terminal_id, other.boot_id = self.key, self.terminal_id, self.boot_id
        other.links = self.links
        return await other.connect()

    async def press(self) -> str:
        """Ask for an agent; the call's id."""
        call = Call(call_id=new_id())
        await self.send(call)
        return call.call_id

    async def _welcomed(self, calls: tuple[DeclaredCall, ...]) -> None:
        self.welcome = await self.expect(Welcome)
        self.terminal_id = self.welcome.peer_id
        await self.send(Declare(calls=calls, links=self.links))


class AgentClient(Client):
    """An agent's console; its session's cookie is in ``session``."""

    def __init__(self, session: aiohttp.ClientSession, url: str, **options: Any) -> None:
        super().__init__(session, url, **options)
        self.role = Role.AGENT
        self.pre_roll = False
        """Whether its agent may be seen before a press."""

    async def joined(self, *calls: DeclaredCall, status: Any = AgentStatus.AVAILABLE) -> Self:
        """Say hello, be welcome, and declare; the distributor has told the status that follows."""
        await self.send(self.hello())
        self.welcome = await self.expect(Welcome)
        await self.send(Declare(calls=calls, status=status, links=self.links, pre_roll=self.pre_roll))
        self.status = await self.expect(Status)
        return self

    async def again(self) -> "AgentClient":
        """Another connection of the same page; it is open, and has said nothing."""
        other = AgentClient(self.session, self.url, **self.options)
        other.boot_id, other.links, other.pre_roll = self.boot_id, self.links, self.pre_roll
        return await other.connect()
