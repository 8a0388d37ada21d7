"""A running distributor of the tests', and the terminals and agents who come to it."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import aiohttp

from kiosk.distributor.store import Store
from kiosk.protocol.fields import AgentStatus
from tests.distributor.client import AgentClient, Client, TerminalClient

C = TypeVar("C", bound="Client")


class Running(Protocol):
    """What a house is built on: a `RunningDistributor`, or a process of its own."""

    url: str
    ws_url: str
    port: int
    store: Store

    async def stop(self) -> None:
        """End it."""


class House:
    """A running distributor, and who can come to it."""

    def __init__(self, running: Running, restart: Callable[[], Any] | None = None) -> None:
        self.running = running
        self._restart = restart
        self._sessions: list[aiohttp.ClientSession] = []
        self._clients: list[Client] = []
        self._numbers = iter(range(1, 10_000))

    def browser(self, **options: Any) -> aiohttp.ClientSession:
        """A new cookie jar."""
        jar = aiohttp.CookieJar(unsafe=True)  # cookies of 127.0.0.1 too
        session = aiohttp.ClientSession(self.running.url, cookie_jar=jar, **options)
        self._sessions.append(session)
        return session

    async def client(self, **options: Any) -> Client:
        """A connection that has said nothing yet."""
        return await self._opened(Client(self.browser(), self.running.ws_url, **options))

    async def new_terminal(self, **options: Any) -> TerminalClient:
        """A terminal that isn't enrolled, connected."""
        return await self._opened(TerminalClient(self.browser(), self.running.ws_url, **options))

    async def terminal(self, name: str | None = None, links: int = 0) -> TerminalClient:
        """A terminal that is enrolled, welcome and ready."""
        name = name or f"Terminal {next(self._numbers)}"
        code = await asyncio.to_thread(self.running.store.new_enrolment_code, name, "Main Street")
        terminal = await self.new_terminal()
        terminal.links = links
        return await terminal.enrolled(code)

    async def signed_in(self, name: str | None = None) -> aiohttp.ClientSession:
        """The browser of an agent who has signed in with a link."""
        name = name or f"Agent {next(self._numbers)}"
        if not await asyncio.to_thread(self.running.store.has_agent, name):
            await asyncio.to_thread(self.running.store.add_agent, name, "Advisor")
        browser = self.browser()
        code = await asyncio.to_thread(self.running.store.agent_link, name)
        async with browser.post("/api/sign-in", json={"code": code}) as answer:
            assert answer.status == 204
        return browser

    async def console(self, browser: aiohttp.ClientSession | None = None, **options: Any) -> AgentClient:
        """A console that is connected, and has said nothing yet."""
        return await self._opened(AgentClient(browser or await self.signed_in(), self.running.ws_url, **options))

    async def agent(
        self, name: str | None = None, status: Any = AgentStatus.AVAILABLE, links: int = 0, *, pre_roll: bool = False
    ) -> AgentClient:
        """An agent who is ready."""
        console = await self.console(await self.signed_in(name))
        console.links, console.pre_roll = links, pre_roll
        return await console.joined(status=status)

    async def restart(self) -> None:
        """Stop the distributor and start it again, on the same port and folder."""
        assert self._restart is not None
        await self.running.stop()
        self.running = await self._restart()

    async def close(self) -> None:
        """Let everybody go."""
        for client in self._clients:
            await client.socket.close()
        for session in self._sessions:
            await session.close()
        await self.running.stop()

    async def _opened(self, client: C) -> C:
        self._clients.append(await client.connect())
        return client
