"""The built-in agent's connection to the distributor: sign-in over HTTP, then the protocol's WebSocket, again and again."""

import asyncio
import contextlib
import random
import time
from importlib.metadata import version
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, CookieJar

from kiosk import logs
from kiosk.errors import LinkError
from kiosk.protocol.codec import encode
from kiosk.protocol.fields import FATAL, OLDEST_VERSION, PING_EVERY_S, SUBPROTOCOL, VERSION, Role, new_id
from kiosk.protocol.messages import Bye, Declare, Error, FromAgent, FromDistributor, Hello, Ping, Welcome
from kiosk.signalling.backoff import Backoff
from kiosk.signalling.conversation import read

log = logs.get(__name__)

SIGN_IN_S = 5.0
SOFTWARE = f"kiosk built-in agent {version('kiosk')}"


class Desk(Protocol):
    """What sits behind the connection."""

    def declare(self, welcome: Welcome) -> Declare:
        """What to say of ourselves on a new connection."""

    def disconnected(self) -> None:
        """The connection is gone."""

    def take(self, message: FromDistributor) -> None:
        """Act on a message; it must not block."""


class AgentLink:
    """Keeps an agent connected until cancelled. Raises `LinkError` when the distributor doesn't want it."""

    def __init__(self, url: str, code: str, desk: Desk) -> None:
        self._url = url
        self._code = code
        self._desk = desk
        self._boot_id = new_id()
        self._outbox: asyncio.Queue[FromAgent] = asyncio.Queue()

    def send(self, message: FromAgent) -> None:
        """Send now, or as soon as there is a connection again."""
        self._outbox.put_nowait(message)

    async def run(self) -> None:
        """Sign in, then connect again whenever the connection breaks."""
        backoff = Backoff()
        signed_in = False
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:  # unsafe: cookies of an IP address too
            while True:
                began = time.monotonic()
                try:
                    if not signed_in:
                        await self._sign_in(http)
                        signed_in = True
                    began = time.monotonic()
                    await self._connect(http)
                except (LinkError, ClientError, OSError, TimeoutError) as error:
                    if isinstance(error, LinkError) and error.reason == "rejected":
                        raise
                    log.warning("agent.connection_lost", why=str(error) or type(error).__name__)
                held_s = time.monotonic() - began
                await asyncio.sleep(backoff.failed(refused=False, held_s=held_s, jitter=random.random()))  # noqa: S311 - no secret

    async def _sign_in(self, http: ClientSession) -> None:
        parts = urlsplit(self._url)
        address = urlunsplit(("https" if parts.scheme == "wss" else "http", parts.netloc, "/api/sign-in", "", ""))
        async with asyncio.timeout(SIGN_IN_S), http.post(address, json={"code": self._code}) as reply:
            if reply.status in {401, 403, 429}:
                raise LinkError(
                    "rejected",
                    "The distributor doesn't accept the sign-in code.",
                    "Make a new one; a code is good once.",
                )
            reply.raise_for_status()

    async def _connect(self, http: ClientSession) -> None:
        async with http.ws_connect(self._url, protocols=(SUBPROTOCOL,), autoping=True) as socket:
            await socket.send_str(encode(self._hello()))
            welcome = await self._expect_welcome(socket)
            await socket.send_str(encode(self._desk.declare(welcome)))
            writing = asyncio.create_task(self._write(socket))
            try:
                while True:
                    self._desk.take(self._checked(await read(socket)))
            finally:
                writing.cancel()
                self._desk.disconnected()
                with contextlib.suppress(ClientError, OSError, TimeoutError):
                    async with asyncio.timeout(0.3):
                        await socket.send_str(encode(Bye()))

    async def _expect_welcome(self, socket: ClientWebSocketResponse) -> Welcome:
        message = self._checked(await read(socket))
        if isinstance(message, Welcome):
            return message
        raise LinkError(
            "rejected", f"The distributor said {message.type!r} instead of a welcome.", "Update the older side."
        )

    def _checked(self, message: FromDistributor) -> FromDistributor:
        if isinstance(message, Error):
            log.warning("agent.refused", code=message.code, what=message.text)
            if message.code in FATAL:
                raise LinkError("rejected", f"The distributor refused the agent: {message.text}", "See its log.")
        return message

    async def _write(self, socket: ClientWebSocketResponse) -> None:
        ping_at = time.monotonic() + PING_EVERY_S
        with contextlib.suppress(ClientError, OSError):
            while True:
                try:
                    async with asyncio.timeout(max(0.0, ping_at - time.monotonic())):
                        message: FromAgent = await self._outbox.get()
                except TimeoutError:
                    message, ping_at = Ping(), time.monotonic() + PING_EVERY_S
                await self._send(socket, message)

    async def _send(self, socket: ClientWebSocketResponse, message: FromAgent) -> None:
        try:
            await socket.send_str(encode(message))
        except (ClientError, OSError):
            if not isinstance(message, Ping):
                self._outbox.put_nowait(message)
            raise

    def _hello(self) -> Hello:
        return Hello(
            role=Role.AGENT,
            oldest_version=OLDEST_VERSION,
            version=VERSION,
            software=SOFTWARE,
            boot_id=self._boot_id,
            mono_ms=time.monotonic_ns() // 1_000_000,
            wall_ms=time.time_ns() // 1_000_000,
        )
