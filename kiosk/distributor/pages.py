"""The HTTP side: the console's files, the health check, and the upgrade to a WebSocket."""

from pathlib import Path

from aiohttp import WSCloseCode, web

from kiosk import logs
from kiosk.distributor.attendant import Attendant
from kiosk.distributor.connection import Connection, Left
from kiosk.distributor.desk import Desk
from kiosk.distributor.requests import COOKIE, address_of, headers_for, same_origin, store_faults
from kiosk.distributor.sign_in import SignIn
from kiosk.distributor.socket import Socket
from kiosk.distributor.store import StoreError
from kiosk.protocol.fields import SUBPROTOCOL, Role

log = logs.get(__name__)
CONSOLE = Path(__file__).parent / "console"
LARGEST_BODY = 16_384


def application(desk: Desk) -> web.Application:
    """Everything that the distributor serves."""
    app = web.Application(middlewares=[store_faults], client_max_size=LARGEST_BODY)
    pages = Pages(desk)
    app.add_routes(
        [
            web.get("/", pages.index),
            web.get("/healthz", pages.health),
            web.get("/ws", pages.socket),
            web.static("/console", CONSOLE),
            *SignIn(desk).routes(),
        ]
    )
    app.on_response_prepare.append(headers_for(secure=desk.secure))
    return app


class Pages:
    """Everything but signing in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def index(self, _request: web.Request) -> web.StreamResponse:
        """The agents' console."""
        return web.FileResponse(CONSOLE / "index.html")

    async def health(self, _request: web.Request) -> web.Response:
        """That the event loop runs, and how much is going on."""
        peers = self._desk.exchange.peers
        return web.json_response(
            {
                "status": "ok",
                "epoch": self._desk.epoch,
                "terminals": peers.count(Role.TERMINAL),
                "agents": peers.count(Role.AGENT),
                "calls": len(self._desk.exchange.router.calls()),
                "links": self._desk.exchange.standby.count(),
            }
        )

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """A peer's WebSocket, for as long as it lasts; 4xx where it can't be one, 503 where there are too many."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        address = address_of(request)
        if not self._desk.admission.enter(address):
            log.warning("peer.too_many_unproven")
            return web.Response(status=503, text="Too many connections.", headers={"Retry-After": "2"})
        connection: Connection | None = None
        try:
            socket = Socket(self._desk.limits)
            await socket.prepare(request)
            connection = Connection(socket, address, self._desk.limits)
            await self._serve(connection, request.cookies.get(COOKIE))
        finally:
            if connection is None or not connection.proven:
                self._desk.admission.leave(address)
        return socket

    async def _serve(self, connection: Connection, token: str | None) -> None:
        log.info("peer.connect", connection=connection.number)
        self._desk.connections.add(connection)
        attendant = Attendant(self._desk, connection, token)
        left = Left.BROKEN
        try:
            left = await connection.run(attendant.take)
        except StoreError as error:
            log.error("store.failed", connection=connection.number, what=str(error))  # noqa: TRY400 - one line is meant
            connection.close(WSCloseCode.INTERNAL_ERROR, "store")
        finally:
            attendant.gone(left)
            await connection.finish()
            self._desk.connections.discard(connection)

    def _refusal(self, request: web.Request) -> web.Response | None:
        if not same_origin(request):
            return web.Response(status=403, text="A page of another origin can't connect here.")
        if "websocket" not in request.headers.get("Upgrade", "").lower():
            return web.Response(status=426, text="Connect with a WebSocket.", headers={"Upgrade": "websocket"})
        offered = [name.strip() for name in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
        if SUBPROTOCOL not in offered:
            return web.Response(status=400, text=f"Connect with the WebSocket subprotocol {SUBPROTOCOL}.")
        return None
