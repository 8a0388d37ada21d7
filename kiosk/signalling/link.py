"""The terminal's link to the distributor: connects, proves itself, carries messages, notices death, comes back."""

import asyncio
import time
from collections.abc import Callable
from importlib.metadata import version
from random import SystemRandom
from typing import NoReturn

import aiohttp

from kiosk import logs
from kiosk.config import TerminalConfig
from kiosk.errors import ConfigError, LinkError
from kiosk.protocol.fields import HEARD_NOTHING, new_id
from kiosk.protocol.messages import (
    Answer,
    Assigned,
    Candidate,
    Challenge,
    Ended,
    Error,
    FromDistributor,
    FromTerminal,
    IceServers,
    LinkAnswer,
    LinkCandidate,
    LinkClosed,
    LinkWanted,
    Pong,
    PreRoll,
    PreRollOver,
    Queued,
    Welcome,
)
from kiosk.signalling import conversation, transport
from kiosk.signalling.address import fault_of
from kiosk.signalling.backoff import Backoff
from kiosk.signalling.events import Arrived, Down, LinkEvent, NewIceServers, Up
from kiosk.signalling.handshake import Handshake, refusal
from kiosk.signalling.identity import Identity

log = logs.get(__name__)


class DistributorLink:
    """The link of one terminal. Everything, also ``on_event``, happens on the event loop that `run` runs on."""

    def __init__(self, config: TerminalConfig, on_event: Callable[[LinkEvent], None]) -> None:
        """Read the identity and the authorities to trust. Raises `ConfigError`, `StartError`."""
        self._url = config.distributor.url
        wrong = fault_of(self._url)
        if wrong:
            raise ConfigError(f"distributor.url: {self._url!r} {wrong}.")
        self._tls = transport.trust(config.distributor.ca_file)
        self._identity = Identity(config.terminal.state_dir)
        self._code = config.terminal.enrolment_code
        self._on_event = on_event
        self._boot_id = new_id()
        self._outbox: asyncio.Queue[FromTerminal] | None = None
        self._down: LinkError | None = None
        self._held_since: float | None = None
        self._backoff = Backoff()
        self._jitter = SystemRandom()

    async def run(self) -> NoReturn:
        """Keep the link for ever; a cancellation says goodbye to the distributor and ends it."""
        self._on_event(Down("starting"))
        log.info("link.connecting", url=self._url)
        async with transport.session() as http:
            while True:
                self._held_since = None
                fault = await self._one_connection(http)
                held_s = 0.0 if self._held_since is None else time.monotonic() - self._held_since
                refused = fault.reason == "rejected"
                await asyncio.sleep(self._backoff.failed(refused=refused, held_s=held_s, jitter=self._jitter.random()))

    def send(self, message: FromTerminal) -> None:
        """Queue ``message``; never blocks. While there is no link it is dropped: the next declare puts things right."""
        if self._outbox is None:
            log.info("link.dropped", type=message.type)
        else:
            self._outbox.put_nowait(message)

    async def _one_connection(self, http: aiohttp.ClientSession) -> LinkError:
        try:
            async with await transport.connect(http, self._url, self._tls) as socket:
                try:
                    await self._converse(socket)
                except LinkError as fault:
                    if fault.reason == "silent":
                        await socket.close(code=HEARD_NOTHING)
                    self._went_down(fault)  # before the farewell on the socket, which may take its time
                    return fault
        except LinkError as fault:
            self._went_down(fault)
            return fault

    async def _converse(self, socket: aiohttp.ClientWebSocketResponse) -> NoReturn:
        welcome = await self._shake_hands(socket)
        outbox: asyncio.Queue[FromTerminal] = asyncio.Queue()
        writer = asyncio.create_task(conversation.write_all(socket, outbox))
        try:
            self._came_up(welcome, outbox)
            while True:
                self._handle(await conversation.read(socket))
        except asyncio.CancelledError:
            await conversation.say_goodbye(socket)
            raise
        finally:
            self._outbox = None
            writer.cancel()
            await asyncio.wait({writer})

    async def _shake_hands(self, socket: aiohttp.ClientWebSocketResponse) -> Welcome:
        handshake = Handshake(self._identity, self._code, self._boot_id, f"kiosk {version('kiosk')}")
        hello = handshake.hello(mono_ms=int(time.monotonic() * 1000), wall_ms=int(time.time() * 1000))
        await conversation.write(socket, hello)
        challenge = await conversation.read_expected(socket, Challenge)
        await conversation.write(socket, handshake.proof(challenge))
        welcome = await conversation.read_expected(socket, Welcome)
        handshake.finish(welcome)
        return welcome

    def _handle(self, message: FromDistributor) -> None:
        match message:
            case Assigned() | Queued() | Answer() | Candidate() | Ended():
                self._on_event(Arrived(message))
            case IceServers(ice_servers=ice_servers):
                self._on_event(NewIceServers(ice_servers))
            case LinkWanted() | LinkAnswer() | LinkCandidate() | LinkClosed() | PreRoll() | PreRollOver():
                self._on_event(Arrived(message))
            case Pong():
                pass
            case Error(fatal=True):
                raise refusal(message)
            case Error():
                log.warning("link.error", code=message.code, text=message.text, re=message.re)
            case _:
                log.warning("link.unexpected", type=message.type)

    def _came_up(self, welcome: Welcome, outbox: asyncio.Queue[FromTerminal]) -> None:
        self._outbox = outbox
        self._down = None
        self._held_since = time.monotonic()
        log.info("link.up", url=self._url, terminal_id=welcome.peer_id, epoch=welcome.epoch, session=welcome.session)
        self._on_event(Up(welcome))

    def _went_down(self, fault: LinkError) -> None:
        self._outbox = None
        before, self._down = self._down, fault
        if before is None or before.what != fault.what:
            log.warning("link.down", code=fault.reason, what=fault.what, advice=fault.advice)
        if before is None or before.reason != fault.reason:
            self._on_event(Down(fault.reason))
