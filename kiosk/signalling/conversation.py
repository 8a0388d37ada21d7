"""Messages over one open WebSocket: reading with a limit on silence, writing with pings."""

import asyncio
import contextlib
from typing import TypeVar

from aiohttp import ClientWebSocketResponse, WSMessage, WSMsgType

from kiosk import logs
from kiosk.errors import LinkError, PeerError
from kiosk.protocol.codec import encode, from_distributor
from kiosk.protocol.fields import PING_EVERY_S, SILENCE_S
from kiosk.protocol.messages import Bye, Challenge, Error, FromDistributor, FromTerminal, Ping, Welcome
from kiosk.signalling.handshake import refusal

log = logs.get(__name__)

SLICES = 10
"""Silence is waited for in this many slices, so that a stalled event loop isn't mistaken for a silent distributor."""
GOODBYE_S = 0.3
"""A farewell isn't worth more waiting than this."""

Expected = TypeVar("Expected", Challenge, Welcome)


async def read(socket: ClientWebSocketResponse) -> FromDistributor:
    """The next message; what can't be understood is logged and passed over. Raises `LinkError` ``silent``, ``closed``."""
    while True:
        frame = await _frame(socket)
        if frame.type is WSMsgType.TEXT:
            try:
                return from_distributor.decode(frame.data)
            except PeerError as error:
                log.warning("link.not_understood", code=error.code, what=error.what)
        elif frame.type is WSMsgType.BINARY:
            log.warning("link.not_understood", code="malformed", what="The distributor sent a binary message.")
        else:
            raise LinkError("closed", f"The distributor hung up ({_close_code(socket)}).", "See the distributor's log.")


async def read_expected(socket: ClientWebSocketResponse, kind: type[Expected]) -> Expected:
    """The handshake's next message, which has to be a ``kind``. Raises `LinkError`."""
    message = await read(socket)
    if isinstance(message, kind):
        return message
    if isinstance(message, Error):
        raise refusal(message)
    raise LinkError(
        "rejected",
        f"The distributor said {message.type!r} where {kind.__name__.lower()!r} was due.",
        "Bring the terminal and the distributor to releases that understand each other.",
    )


async def write(socket: ClientWebSocketResponse, message: FromTerminal) -> None:
    """Send ``message`` now. Raises `LinkError` ``silent``, ``closed``."""
    try:
        async with asyncio.timeout(SILENCE_S):
            await socket.send_str(encode(message))
    except TimeoutError:
        raise LinkError("silent", "The distributor doesn't take what we send.", "Check the network.") from None
    except ConnectionError:
        raise LinkError("closed", "The distributor hung up.", "See the distributor's log.") from None


async def write_all(socket: ClientWebSocketResponse, outbox: asyncio.Queue[FromTerminal]) -> None:
    """Send what comes into ``outbox``, and a ping every second; ends when the socket can't be written.

    It doesn't say why: the reader of the same socket notices within `SILENCE_S` and is the only judge.
    """
    loop = asyncio.get_running_loop()
    ping_at = loop.time() + PING_EVERY_S
    with contextlib.suppress(LinkError):
        while True:
            try:
                async with asyncio.timeout_at(ping_at):
                    message: FromTerminal = await outbox.get()
            except TimeoutError:
                message, ping_at = Ping(), loop.time() + PING_EVERY_S
            await write(socket, message)


async def say_goodbye(socket: ClientWebSocketResponse) -> None:
    """Tell the distributor that nobody needs to wait for us; a socket that can't carry that any more is fine too."""
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(GOODBYE_S):
            await socket.send_str(encode(Bye()))


async def _frame(socket: ClientWebSocketResponse) -> WSMessage:
    coming = asyncio.ensure_future(socket.receive())
    try:
        for _ in range(SLICES):
            done, _ = await asyncio.wait({coming}, timeout=SILENCE_S / SLICES)
            if done:
                return coming.result()
    finally:
        coming.cancel()
    raise LinkError("silent", f"The distributor said nothing for {SILENCE_S} s.", "Check the network between the two.")


def _close_code(socket: ClientWebSocketResponse) -> str:
    return f"code {socket.close_code}" if socket.close_code else "no code"
