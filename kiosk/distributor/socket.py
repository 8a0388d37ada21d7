"""aiohttp's WebSocket as this distributor uses it: no compression, own pings, a bound on size, and a way to cut it."""

import asyncio

from aiohttp import WSCloseCode, web
from aiohttp.abc import AbstractStreamWriter

from kiosk.distributor.limits import Limits
from kiosk.protocol.codec import encode
from kiosk.protocol.fields import MAX_MESSAGE_BYTES, SUBPROTOCOL, ErrorCode
from kiosk.protocol.messages import Error


class Socket(web.WebSocketResponse):
    """One peer's WebSocket. Pings and pongs come out of `receive`, so that its caller can tell silence from quiet."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(
            protocols=(SUBPROTOCOL,),
            autoping=False,
            compress=False,  # a few kB each; compressing costs memory per peer and invites bombs
            max_msg_size=4 * MAX_MESSAGE_BYTES,  # up to here the codec can answer; beyond, nothing more is read
            timeout=limits.close_within_s,
        )
        self._transport_to_cut: asyncio.Transport | None = None

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """Upgrade the connection."""
        self._transport_to_cut = request.transport
        return await super().prepare(request)

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        """Close with the RFC 6455 handshake. Where aiohttp closes by itself for a frame's size, say why first."""
        if code == WSCloseCode.MESSAGE_TOO_BIG and not message and not self.closed:
            text = f"A message is over {MAX_MESSAGE_BYTES} bytes."
            await self.send_str(encode(Error(code=ErrorCode.TOO_BIG, text=text, fatal=True)))
        return await super().close(code=code, message=message, drain=drain)

    def cut(self) -> None:
        """End the connection without waiting for anybody."""
        if self._transport_to_cut is not None:
            self._transport_to_cut.abort()
