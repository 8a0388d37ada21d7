"""A distributor's end of the wire that follows a script, also where the real one never would."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from structlog.testing import capture_logs

from kiosk.config import DistributorLinkSection, TerminalConfig, TerminalSection
from kiosk.protocol.codec import encode, from_client
from kiosk.protocol.fields import SUBPROTOCOL, Message
from kiosk.protocol.messages import Challenge, Enrol, FromClient, Hello, Ping, Pong, Prove, Welcome
from kiosk.protocol.proof import text_to_sign
from kiosk.signalling.events import LinkEvent
from kiosk.signalling.link import DistributorLink

NONCE = "0123456789abcdef" * 4


@dataclass
class Line:
    """One accepted connection: the script's side of it."""

    socket: web.WebSocketResponse
    request: web.Request
    said: list[FromClient] = field(default_factory=list)

    async def say(self, message: Message) -> None:
        await self.socket.send_str(encode(message))

    def abort(self) -> None:
        """Cut the connection as a killed process does."""
        if self.request.transport is not None:
            self.request.transport.abort()

    async def hear(self) -> FromClient:
        """The next message of the terminal; raises ConnectionResetError when there is none any more."""
        frame = await self.socket.receive()
        if frame.type is not WSMsgType.TEXT:
            raise ConnectionResetError(frame.type)
        message = from_client.decode(frame.data)
        self.said.append(message)
        return message

    async def greet(self, **welcome: Any) -> Hello:
        """The whole handshake, the signature checked; ``welcome`` overrides fields of the welcome."""
        hello = await self.hear()
        assert isinstance(hello, Hello)
        await self.say(Challenge(nonce=NONCE))
        proof = await self.hear()
        if isinstance(proof, Enrol):
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(proof.public_key))
            public.verify(bytes.fromhex(proof.signature), text_to_sign(NONCE, "", hello.boot_id))
        else:
            assert isinstance(proof, Prove)
        await self.say(welcome_message(**welcome))
        return hello

    async def answer_pings(self) -> None:
        """Answer pings until the terminal leaves."""
        with suppress(ConnectionResetError):
            while True:
                if isinstance(await self.hear(), Ping):
                    await self.say(Pong())


def welcome_message(**fields: Any) -> Welcome:
    values = {"version": 1, "software": "script", "epoch": 1, "session": 1, "wall_ms": 0, "peer_id": "t-1", "name": "T"}
    return Welcome.model_validate(values | fields)


Script = Callable[[Line], Awaitable[None]]


class Wire:
    """A WebSocket server on a port of its own; each connection runs ``script``."""

    def __init__(self, script: Script, *, protocols: tuple[str, ...] = (SUBPROTOCOL,)) -> None:
        self.script = script
        self.protocols = protocols
        self.lines: list[Line] = []
        self.port = 0
        self.faults: list[BaseException] = []
        self._runner: web.AppRunner | None = None
        self._scheme = "ws"

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}/ws"

    async def start(self, tls: ssl.SSLContext | None = None) -> "Wire":
        app = web.Application()
        app.router.add_get("/ws", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=tls, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._scheme = "wss" if tls else "ws"
        return self

    async def stop(self) -> None:
        if self._runner is not None:
            for line in self.lines:
                line.abort()
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=self.protocols, timeout=0.1)
        await socket.prepare(request)
        line = Line(socket, request)
        self.lines.append(line)
        try:
            await self.script(line)
        except ConnectionResetError:
            pass
        except Exception as fault:  # noqa: BLE001 - a broken script has to fail its test, see the fixture
            self.faults.append(fault)
        return socket


class Watch:
    """What a link told, in order, and a way to wait for it."""

    def __init__(self) -> None:
        self.events: list[LinkEvent] = []
        self._news = asyncio.Event()

    def __call__(self, event: LinkEvent) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, *expected: Any, within_s: float = 10) -> LinkEvent:
        """The first event that equals one of ``expected`` or is of that type, from the last one returned on."""
        async with asyncio.timeout(within_s):
            while True:
                while self.events:
                    event = self.events.pop(0)
                    if any(event == each or (isinstance(each, type) and isinstance(event, each)) for each in expected):
                        return event
                self._news.clear()
                await self._news.wait()


@pytest.fixture
async def wires() -> AsyncIterator[Callable[..., Awaitable[Wire]]]:
    """Start scripted distributors; each is stopped after the test, and a script that failed fails the test."""
    running: list[Wire] = []

    async def start(script: Script, tls: ssl.SSLContext | None = None, **options: Any) -> Wire:
        running.append(await Wire(script, **options).start(tls))
        return running[-1]

    yield start
    for wire in running:
        await wire.stop()
    assert [fault for wire in running for fault in wire.faults] == []


@dataclass
class Terminal:
    """A link that runs, and what it told."""

    link: DistributorLink
    told: Watch
    task: asyncio.Task[Any]

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})


@pytest.fixture
async def terminals(tmp_path: Path) -> AsyncIterator[Callable[..., Terminal]]:
    """Start links to a URL; ``code`` is the enrolment code, ``state`` the directory's name."""
    running: list[Terminal] = []

    def start(url: str, *, code: str | None = "code", state: str = "state", ca_file: Path | None = None) -> Terminal:
        config = TerminalConfig(
            terminal=TerminalSection(state_dir=tmp_path / state, enrolment_code=code),
            distributor=DistributorLinkSection(url=url, ca_file=ca_file),
        )
        told = Watch()
        link = DistributorLink(config, told)
        running.append(Terminal(link, told, asyncio.create_task(link.run())))
        return running[-1]

    yield start
    for terminal in running:
        await terminal.stop()


@pytest.fixture
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """The structured log lines that the test caused."""
    with capture_logs() as lines:
        yield lines
