"""A distributor whose every word the test decides, at the console's own socket; pages and sign-in stay the real one's."""

import asyncio
import time
from typing import TypeVar

from playwright.async_api import Page, WebSocketRoute

from kiosk.protocol import messages as m
from kiosk.protocol.codec import encode, from_client
from kiosk.protocol.fields import AgentStatus, Message, new_id

M = TypeVar("M", bound=Message)
TERMINAL = m.TerminalCard(terminal_id="t1", name="Desk 2", branch="Springfield")


class ToldDistributor:
    """Welcomes, confirms what the agent asks for, answers pings; all else is said by the test. Keeps all that it hears."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self.socket: WebSocketRoute | None = None
        self.news = asyncio.Condition()

    async def serve(self, page: Page) -> None:
        """Take the place of the distributor's socket for this page."""
        await page.route_web_socket("**/ws", self._opened)

    def say(self, message: Message) -> float:
        """Say it; gives the moment, on the clock `time.monotonic`."""
        assert self.socket
        self.socket.send(encode(message))
        return time.monotonic()

    async def hears(self, kind: type[M], since: int = 0, within_s: float = 10) -> M:
        """The first message of this kind from the ``since``-th on, waited for."""

        def found() -> M | None:
            return next((each for each in self.heard[since:] if isinstance(each, kind)), None)

        async with asyncio.timeout(within_s), self.news:
            await self.news.wait_for(found)
            return found()  # type: ignore[return-value]  # found, by the line above

    def incoming(self, link_id: str | None = None) -> tuple[str, float]:
        """A call arrives, on this link: its id, and when it was said."""
        call_id = new_id()
        words = m.Incoming(call_id=call_id, terminal=TERMINAL, language="de", waited_ms=0, link_id=link_id)
        return call_id, self.say(words)

    async def cut(self) -> None:
        """Close the console's socket, as a distributor does that stops."""
        assert self.socket
        await self.socket.close()

    def _opened(self, socket: WebSocketRoute) -> None:
        self.socket = socket
        socket.on_message(self._heard)

    async def _heard(self, text: str | bytes) -> None:
        message = from_client.decode(str(text))
        for answer in self._answers(message):
            self.say(answer)
        async with self.news:
            self.heard.append(message)
            self.news.notify_all()

    def _answers(self, message: Message) -> list[Message]:
        match message:
            case m.Hello():
                return [
                    m.Welcome(
                        version=1, software="told", epoch=1, session=1, wall_ms=1, peer_id="a1", name="Ada Lovelace"
                    )
                ]
            case m.Declare(status=status) | m.SetStatus(status=status):
                return [m.Status(status=AgentStatus(status), next_status=status)]
            case m.Ping():
                return [m.Pong()]
            case _:
                return []
