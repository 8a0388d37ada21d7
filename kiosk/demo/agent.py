"""The built-in agent: a program of its own that takes calls as the console does, with a drawn face and a spoken voice.

``python -m kiosk.demo.agent --url ws://127.0.0.1:8760/ws [--report-fd 1]``, with the sign-in code in ``KIOSK_AGENT_CODE``.

It bears standby links like the console (``--links``; 0 for none), and may be seen before the press (``--no-pre-roll``).

It reports in JSON lines: ``{"event": "ready"}`` once it can take calls (after every connection), ``{"event": "seen", "call_id",
"first_frame_mono_ns"}`` at a customer's first picture (``time.monotonic_ns()``, one clock for all processes of a machine), and
``{"event": "call", ...}`` at a call's end, with what `kiosk.demo.agent_call.Measured` counted, and the ``path`` on which it was made: ``hot``, ``warm`` or ``cold``. Orders are JSON lines on standard
input: ``{"status": "available" | "away"}`` and ``{"hang_up": true}``; it never hangs up by itself. The input's end ends it.
"""

import argparse
import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Literal, TextIO

from kiosk import logs
from kiosk.demo.agent_call import AgentCall
from kiosk.demo.agent_link import AgentLink
from kiosk.demo.agent_links import AgentLinks
from kiosk.demo.agent_media import Studio
from kiosk.demo.film import Film
from kiosk.demo.voice import Voice
from kiosk.errors import KioskError, PeerError, StartError
from kiosk.protocol.fields import AgentStatus, EndReason, ErrorCode
from kiosk.protocol.messages import (
    Answer,
    Attached,
    Declare,
    Ended,
    Error,
    FromDistributor,
    HangUp,
    IceServers,
    Incoming,
    LinkClosed,
    LinkOffer,
    Offer,
    PreRoll,
    PreRollOver,
    SetStatus,
    Status,
    Welcome,
)
from kiosk.rtc import repairs
from kiosk.rtc.receive import receiver
from kiosk.rtc.send import sender

log = logs.get(__name__)

CODE_VARIABLE = "KIOSK_AGENT_CODE"
MIN_KBPS, START_KBPS, MAX_KBPS = 100, 1500, 2500
LINKS = 24
"""How many standby links it bears, as the console does."""
Say = Callable[[dict[str, Any]], None]
Wanted = Literal[AgentStatus.AVAILABLE, AgentStatus.AWAY]


class BuiltInAgent:
    """Answers every call. Lives on one asyncio loop."""

    def __init__(
        self, url: str, code: str, studio: Studio, say: Say, *, links: int = LINKS, pre_roll: bool = True
    ) -> None:
        self.link = AgentLink(url, code, self)
        self._studio, self._say = studio, say
        self._bears, self._pre_roll = links, pre_roll
        self._wanted: Wanted = AgentStatus.AVAILABLE
        self._calls: dict[str, AgentCall] = {}
        self._links = AgentLinks(studio, self.link.send)
        self._announced = False
        self._busy: set[asyncio.Task[None]] = set()

    def declare(self, welcome: Welcome) -> Declare:
        """Every call goes on over a break of the connection, so each is told again; standby links are made anew."""
        self._links.ice_servers = welcome.ice_servers
        self._announced = False
        return Declare(
            calls=tuple(call.declared() for call in self._calls.values()),
            status=self._wanted,
            links=self._bears,
            pre_roll=self._pre_roll,
        )

    def disconnected(self) -> None:
        """The distributor forgets the standby links of a connection that is gone."""
        self._links.close_all()

    def take(self, message: FromDistributor) -> None:
        """Act on a message of the distributor's."""
        match message:
            case Incoming(call_id=call_id) if call_id not in self._calls:
                self._meet(message)
            case Offer(call_id=call_id) if call_id in self._calls:
                self._begin(self._answer(self._calls[call_id], message.sdp))
            case Ended(call_id=call_id):
                self._begin(self._end(call_id))
            case Error(code=ErrorCode.UNKNOWN_CALL):
                log.warning("agent.unknown_call", what=message.text)
            case Status():
                self._on_status(message.status)
            case _:
                self._take_of_link(message)

    def _take_of_link(self, message: FromDistributor) -> None:
        match message:
            case IceServers(ice_servers=ice_servers):
                self._links.ice_servers = ice_servers
            case LinkOffer():
                self._begin(self._links.answer(message))
            case LinkClosed(link_id=link_id):
                self._links.close(link_id)
            case PreRoll():
                self._links.show(message)
            case PreRollOver(fence=fence):
                self._links.unseen(fence)
            case _:
                pass

    def order(self, order: dict[str, Any]) -> None:
        """Do what a line of the standard input says; what can't be understood is logged."""
        if order.get("hang_up") is True:
            for call_id in self._calls:
                self.link.send(HangUp(call_id=call_id, reason=EndReason.AGENT_HUNG_UP))
        elif order.get("status") in {"available", "away"}:
            self._wanted = AgentStatus.AVAILABLE if order["status"] == "available" else AgentStatus.AWAY
            self.link.send(SetStatus(status=self._wanted))
        else:
            log.warning("agent.order_not_understood")

    async def close(self) -> None:
        """End every call's media, and report them."""
        for call_id in list(self._calls):
            self._begin(self._end(call_id))
        await asyncio.gather(*self._busy)
        await self._links.end()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do ``work`` on media in a task of its own: aiortc takes its time, and swallows the link's cancellation."""
        task = asyncio.create_task(work)
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    def _meet(self, incoming: Incoming) -> None:
        """Without a link that can be used, the terminal's offer comes."""
        call = self._calls[incoming.call_id] = AgentCall(incoming, self._on_seen, self._on_lost)
        seen_on = self._links.seen_on
        media = self._links.take(incoming.link_id)
        if media is not None and incoming.link_id is not None:
            call.use(incoming.link_id, media, seen_before=incoming.link_id == seen_on)
            self.link.send(Attached(call_id=call.call_id))

    async def _answer(self, call: AgentCall, offer: str) -> None:
        link_id = call.leave_link()
        if link_id is not None:
            self._links.lose(link_id)
        try:
            answer = await call.answer(offer, self._studio, self._links.ice_servers)
        except PeerError as error:
            if call.call_id in self._calls:  # else it ended meanwhile
                log.warning("agent.offer_not_understood", call_id=call.call_id, why=str(error))
                self.link.send(HangUp(call_id=call.call_id, reason=EndReason.SETUP_FAILED))
            return
        self.link.send(Answer(call_id=call.call_id, sdp=answer))

    async def _end(self, call_id: str) -> None:
        call = self._calls.pop(call_id, None)
        if call is not None:
            self._say(await call.close())
            if call.link_id is not None:
                self._links.release(call.link_id)

    def _on_status(self, status: AgentStatus) -> None:
        if status is AgentStatus.WRAP_UP and self._wanted is AgentStatus.AVAILABLE:
            self.link.send(SetStatus(status=AgentStatus.AVAILABLE))
        if status is AgentStatus.AVAILABLE and not self._announced:
            self._announced = True
            self._say({"event": "ready"})

    def _on_seen(self, call: AgentCall) -> None:
        first = call.measured.first_frame_mono_ns
        self._say({"event": "seen", "call_id": call.call_id, "first_frame_mono_ns": first})

    def _on_lost(self, call: AgentCall) -> None:
        self.link.send(HangUp(call_id=call.call_id, reason=EndReason.MEDIA_LOST))


async def serve(agent: BuiltInAgent, orders: TextIO) -> None:
    """Until ``orders`` ends. Raises `LinkError` when the distributor doesn't want the agent."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def listen() -> None:
        for line in orders:
            try:
                order = json.loads(line)
            except ValueError:
                order = None
            loop.call_soon_threadsafe(agent.order, order if isinstance(order, dict) else {})
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=listen, name="orders", daemon=True).start()
    linked = asyncio.create_task(agent.link.run())
    waiting = asyncio.create_task(ended.wait())
    await asyncio.wait({linked, waiting}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if linked.done():
            linked.result()
    finally:
        linked.cancel()
        waiting.cancel()
        await asyncio.gather(linked, waiting, return_exceptions=True)
        await agent.close()


def main() -> int:
    """The process's exit status."""
    parser = argparse.ArgumentParser(description="The demo's built-in agent.")
    parser.add_argument("--url", required=True, help="the distributor's WebSocket, ws://HOST:PORT/ws")
    parser.add_argument("--links", type=int, default=LINKS, help="how many standby links it bears")
    parser.add_argument("--no-pre-roll", action="store_true", help="it isn't seen before a press")
    parser.add_argument("--report-fd", type=int, default=1, help="where its JSON lines go; standard output by default")
    arguments = parser.parse_args()
    logs.set_up("warning")
    sender.install(MIN_KBPS, START_KBPS, MAX_KBPS)
    receiver.install()
    repairs.install()
    try:
        code = os.environ.pop(CODE_VARIABLE, "")
        if not code:
            raise StartError("The built-in agent has no sign-in code.", f"Set it in {CODE_VARIABLE}.")
        with os.fdopen(arguments.report_fd, "w", closefd=False) as report:

            def say(line: dict[str, Any]) -> None:
                report.write(json.dumps(line) + "\n")
                report.flush()

            asyncio.run(serve(_agent(arguments, code, say), sys.stdin))
    except KioskError as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return 1
    return 0


def _agent(arguments: argparse.Namespace, code: str, say: Say) -> BuiltInAgent:
    voice = Voice()
    studio = Studio(voice, Film(voice))
    pre_roll = not arguments.no_pre_roll
    return BuiltInAgent(arguments.url, code, studio, say, links=arguments.links, pre_roll=pre_roll)


if __name__ == "__main__":
    sys.exit(main())
