"""Hands packets from the thread that reads them to the one that decodes them, newest first."""

from collections import deque
from dataclasses import dataclass
from threading import Condition
from typing import Generic, Protocol, TypeVar

DEPTH = 30
"""Packets of a codec with key frames that may wait: a second; more means that decoding is too slow."""


class Cut(Protocol):
    """What is asked of a packet."""

    @property
    def is_keyframe(self) -> bool:
        """Whether decoding can begin here."""


P = TypeVar("P", bound=Cut)


@dataclass(frozen=True)
class Item(Generic[P]):
    """A packet; ``clock`` is what turns its time into the camera's; ``fresh`` after a gap: the decoder starts anew."""

    packet: P
    clock: float
    fresh: bool


class Handover(Generic[P]):
    """A queue between two threads. Of a codec without key frames (``intra``) only the newest packet waits."""

    def __init__(self, *, intra: bool) -> None:
        self.intra = intra
        self._items: deque[Item[P]] = deque()
        self._changed = Condition()
        self._gap = True
        self._closed = False

    def put(self, packet: P, clock: float) -> None:
        """Offer a packet: it may push out older ones, or be passed over until the next key frame."""
        with self._changed:
            if len(self._items) >= (1 if self.intra else DEPTH):
                self._items.clear()
                self._gap = True
            if self._gap and not (self.intra or packet.is_keyframe):
                return
            self._items.append(Item(packet, clock, self._gap))
            self._gap = False
            self._changed.notify()

    def skip(self) -> None:
        """A packet was dropped, and what waits is of no use any more."""
        with self._changed:
            self._items.clear()
            self._gap = True

    def take(self, timeout: float) -> Item[P] | None:
        """The next packet, or None after ``timeout`` seconds or once closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed, timeout)
            return self._items.popleft() if self._items else None

    def close(self) -> None:
        """No more packets come; those that wait can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    @property
    def ended(self) -> bool:
        """Closed and empty."""
        with self._changed:
            return self._closed and not self._items
