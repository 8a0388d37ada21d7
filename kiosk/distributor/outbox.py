"""What waits to be sent to one peer: bounded, so that one that reads slowly costs little and stalls nobody."""

import asyncio
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Closing:
    """The last entry: close the socket with this WebSocket close code (RFC 6455, 7.4) and reason."""

    code: int
    reason: str


class OutboxFullError(Exception):
    """The peer doesn't read as fast as others write to it."""


class Outbox:
    """A queue of texts and pongs, closed by a `Closing`. One task takes from it; putting never waits."""

    def __init__(self, messages: int, size: int) -> None:
        self._messages = messages
        self._bytes = size
        self._waiting: deque[str | bytes | Closing] = deque()
        self._held = 0
        self._filled = asyncio.Event()
        self._closed = False

    def put(self, entry: str | bytes) -> None:
        """Append a text message (str) or a pong's payload (bytes). Raises `OutboxFullError`; nothing follows a closing."""
        if self._closed:
            return
        if len(self._waiting) >= self._messages or self._held + len(entry) > self._bytes:
            raise OutboxFullError
        self._waiting.append(entry)
        self._held += len(entry)
        self._filled.set()

    def close(self, closing: Closing, *, last: str | None = None, at_once: bool = False) -> None:
        """Append ``last`` and the closing, whatever the bounds; ``at_once`` throws away what waits before them."""
        if self._closed:
            return
        self._closed = True
        if at_once:
            self._waiting.clear()
        if last is not None:
            self._waiting.append(last)
        self._waiting.append(closing)
        self._filled.set()

    @property
    def closed(self) -> bool:
        """Whether a closing was put in."""
        return self._closed

    async def take(self, within_s: float) -> str | bytes | Closing | None:
        """The next entry, or None when there was none within ``within_s`` seconds."""
        if not self._waiting:
            self._filled.clear()
            try:
                await asyncio.wait_for(self._filled.wait(), max(within_s, 0.0))
            except TimeoutError:
                return None
        entry = self._waiting.popleft()
        self._held -= 0 if isinstance(entry, Closing) else len(entry)
        return entry
