"""One WebSocket connection: frames in and out, time-outs, strikes. What messages mean is `Attendant`'s business."""

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable
from enum import StrEnum

from aiohttp import WSCloseCode, WSMessage, WSMsgType

from kiosk import logs
from kiosk.distributor.limits import Limits
from kiosk.distributor.outbox import Closing, Outbox, OutboxFullError
from kiosk.distributor.socket import Socket
from kiosk.distributor.throttle import Bucket, Window
from kiosk.errors import PeerError
from kiosk.protocol.codec import encode, message_id
from kiosk.protocol.fields import FATAL, HEARD_NOTHING, ErrorCode, Message
from kiosk.protocol.messages import Error

_ENDS = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})
log = logs.get(__name__)
_numbers = itertools.count(1)


class Left(StrEnum):
    """How a connection ended."""

    ON_PURPOSE = "on_purpose"
    """The client said goodbye, or closed as one does who leaves."""
    BROKEN = "broken"
    """The connection was cut: the client's program ended, or something between."""
    SILENT = "silent"
    """Nothing was heard of the client any more."""


PURPOSEFUL = frozenset({WSCloseCode.OK, WSCloseCode.GOING_AWAY})
"""The close codes of a client that leaves because it wants to: a program that stops, a tab that is closed."""


class Connection:
    """One peer's socket. ``number`` is its session in the welcome and in the log."""

    def __init__(self, socket: Socket, address: str, limits: Limits) -> None:
        self.number = next(_numbers)
        self.address = address
        self.proven = False
        self._socket = socket
        self._cut: asyncio.TimerHandle | None = None
        self._limits = limits
        self._outbox = Outbox(limits.queue_messages, limits.queue_bytes)
        loop = asyncio.get_running_loop()
        self._clock = loop.time
        self._heard_at = self._clock()
        self._step_at = self._heard_at
        self._strikes = Window(limits.strikes, limits.strike_window_s)
        self._bucket = Bucket(limits.messages_at_once, limits.messages_per_s, self._heard_at)

    def send(self, message: Message) -> None:
        """Queue a message; never waits. A peer that reads too slowly is dropped instead."""
        self._put(encode(message))

    def refuse(self, error: PeerError, re: str | None) -> None:
        """Tell the peer what was wrong; where that is fatal, close the connection after it."""
        code = ErrorCode(error.code)
        fatal = code in FATAL
        message = Error(code=code, text=str(error)[:500], re=re, fatal=fatal)
        log.info("peer.refused", connection=self.number, code=code.value, fatal=fatal)
        if fatal:
            close_code = WSCloseCode.MESSAGE_TOO_BIG if code is ErrorCode.TOO_BIG else WSCloseCode.POLICY_VIOLATION
            self.close(close_code, code.value, last=message)
        else:
            self.send(message)

    def close(self, code: int, reason: str, *, last: Message | None = None, at_once: bool = False) -> None:
        """Close after what is queued, or ``at_once``; ``last`` is the last message."""
        if not self._outbox.closed:
            self._outbox.close(Closing(code, reason), last=encode(last) if last else None, at_once=at_once)
            self._cut = asyncio.get_running_loop().call_later(self._limits.close_within_s, self._socket.cut)

    def step_taken(self, *, proven: bool) -> None:
        """The peer said hello, or has proven who it is: its next step is timed from now on."""
        self.proven = proven
        self._step_at = self._clock()

    def bear(self, links: int) -> None:
        """The peer keeps so many standby links: all of them may be set up at the same moment."""
        self._bucket.widen(links * self._limits.messages_per_link)

    async def run(self, take: Callable[[str], Awaitable[bool]]) -> Left:
        """Hand each text that arrives to ``take`` until the connection ends; how it ended.

        ``take`` returns False after a goodbye; a `PeerError` that it raises is told to the peer. `finish` comes next.
        """
        self._sender = asyncio.create_task(self._send_all())
        while True:
            try:
                frame = await self._socket.receive(self._patience())
            except TimeoutError:
                log.info("peer.silent", connection=self.number, proven=self.proven)
                self.close(WSCloseCode.POLICY_VIOLATION, "silent", at_once=True)
                return Left.SILENT
            if frame.type in _ENDS:
                return _left(frame)
            self._heard_at = self._clock()
            if not await self._frame(frame, take):
                return Left.ON_PURPOSE
            await asyncio.sleep(0)  # frames that came at once are read without a pause: let what they lead to be sent

    async def finish(self) -> None:
        """Send what is queued and close; the connection is cut where the peer doesn't take part in time."""
        self.close(WSCloseCode.OK, "bye")
        with contextlib.suppress(ConnectionError):
            await self._sender
        if self._cut is not None:
            self._cut.cancel()

    async def _frame(self, frame: WSMessage, take: Callable[[str], Awaitable[bool]]) -> bool:
        if self._outbox.closed or frame.type is WSMsgType.PONG:
            return True
        if not self._bucket.take(self._heard_at):
            self.refuse(PeerError(ErrorCode.TOO_MANY, "Too many messages a second."), None)
            return True
        if frame.type is WSMsgType.PING:
            self._put(bytes(frame.data))
            return True
        if frame.type is not WSMsgType.TEXT:
            self._fault(PeerError(ErrorCode.MALFORMED, "A message is a text frame, not a binary one."), None)
            return True
        try:
            return await take(frame.data)
        except PeerError as error:
            self._fault(error, message_id(frame.data) if error.code != ErrorCode.TOO_BIG else None)
        return True

    def _fault(self, error: PeerError, re: str | None) -> None:
        self.refuse(error, re)
        if error.code == ErrorCode.MALFORMED and self._strikes.add(self._clock()):
            self.refuse(PeerError(ErrorCode.TOO_MANY, "Too many malformed messages."), re)

    def _patience(self) -> float:
        """Seconds until the peer has been silent, or has put off its next step, for too long."""
        due = self._heard_at + self._limits.silence_s if self.proven else self._step_at + self._limits.hello_within_s
        return max(due - self._clock(), 0.001)

    def _put(self, entry: str | bytes) -> None:
        try:
            self._outbox.put(entry)
        except OutboxFullError:
            log.warning("peer.too_slow", connection=self.number)
            error = Error(code=ErrorCode.TOO_MANY, text="Messages were not read as fast as they came.", fatal=True)
            self.close(WSCloseCode.POLICY_VIOLATION, ErrorCode.TOO_MANY.value, last=error, at_once=True)

    async def _send_all(self) -> None:
        ping_at = self._clock()
        while True:
            if self._clock() >= ping_at:
                ping_at = self._clock() + self._limits.ping_every_s
                await self._socket.ping()
            match await self._outbox.take(ping_at - self._clock()):
                case str(text):
                    await self._socket.send_str(text)
                case bytes(payload):
                    await self._socket.pong(payload)
                case Closing(code, reason):
                    await self._socket.close(code=code, message=reason.encode())
                    return
                case None:
                    pass


def _left(frame: WSMessage) -> Left:
    if frame.type is not WSMsgType.CLOSE:
        return Left.BROKEN
    if frame.data in PURPOSEFUL:
        return Left.ON_PURPOSE
    return Left.SILENT if frame.data == HEARD_NOTHING else Left.BROKEN
