"""The peer's whole server: its two pages, and a WebSocket that hands what one side says to the other.

``python -m tests.bench.peer.relay HOST PORT`` says ``up`` and runs until its standard input ends. The pages are a page author's
own: no accounts and no choice of an agent, which makes the peer's set-up one round trip shorter than a distributor's.
"""

import asyncio
import contextlib
import sys
from pathlib import Path

from aiohttp import WSMsgType, web

HERE = Path(__file__).parent
CONSOLE = HERE.parents[2] / "kiosk" / "distributor" / "console"
ROLES = {"kiosk": "agent", "agent": "kiosk"}


class Relay:
    """At most one page of each role at a time; the newest counts."""

    def __init__(self) -> None:
        self._pages: dict[str, web.WebSocketResponse] = {}

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """A page's WebSocket, for as long as it lasts."""
        role = request.query["role"]
        socket = web.WebSocketResponse(heartbeat=10)
        await socket.prepare(request)
        self._pages[role] = socket
        async for message in socket:
            other = self._pages.get(ROLES[role])
            if message.type is WSMsgType.TEXT and other is not None and not other.closed:
                await other.send_str(message.data)
        return socket


async def serve(host: str, port: int) -> None:
    """Until standard input ends."""
    app = web.Application()
    app.add_routes(
        [web.get("/ws", Relay().socket), web.static("/console", CONSOLE), web.static("/page", HERE, show_index=False)]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    print("up", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
