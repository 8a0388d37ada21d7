"""One peer that is prepared, with its offer, before anybody presses: gathering is never in a press's path."""

import asyncio
import contextlib
from collections.abc import Callable

from kiosk import logs
from kiosk.protocol.messages import IceServer
from kiosk.rtc.port import MakePeer, PeerEvents
from kiosk.standby.port import Held

log = logs.get(__name__)

FRESH_S = 3600.0
"""A spare is made anew at least so often: addresses and TURN credentials change."""
AFTER_USE_S = 5.0
"""A used spare is replaced this long after, when the call's set-up needs the board no more."""


class Spare:
    """Keeps one, from the first `renew` to `close`. On the event loop."""

    def __init__(self, make_peer: MakePeer) -> None:
        self._make_peer = make_peer
        self._servers: tuple[IceServer, ...] = ()
        self._making: asyncio.Task[Held] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def ready(self) -> bool:
        """Whether a press would find one."""
        return self._making is not None and self._making.done()

    def renew(self, servers: tuple[IceServer, ...]) -> None:
        """Make a new one with these ICE servers; the one that was there is closed."""
        self._servers = servers
        self._drop()
        self._begin()

    async def take(self) -> Held:
        """The spare, or the one that is being made; a new one is made later. Raises `OSError` where none can be made."""
        making, self._making = self._making or self._make_soon(), None
        self._arm(AFTER_USE_S)
        try:
            return await making
        except asyncio.CancelledError:
            self._discard(making)
            raise

    async def close(self) -> None:
        """End it, and whatever was begun."""
        self._disarm()
        self._drop()
        if self._closing:
            await asyncio.wait(self._closing)

    def _begin(self) -> None:
        self._making = self._make_soon()
        self._arm(FRESH_S)

    def _make_soon(self) -> asyncio.Task[Held]:
        return asyncio.create_task(self._make(), name="spare")

    async def _make(self) -> Held:
        held: Held

        def lost() -> None:
            held.on_lost()

        held = Held(self._make_peer(self._servers, PeerEvents(on_ready=lambda: None, on_lost=lost)))
        try:
            held.sdp = await held.peer.offer()
        except BaseException:
            await held.peer.close()
            raise
        held.on_lost = lambda: self._lost(held)
        return held

    def _lost(self, held: Held) -> None:
        """Its addresses don't hold any more: another network, a server that is gone."""
        making = self._making
        if making is not None and making.done() and not making.cancelled() and making.result() is held:
            self.renew(self._servers)

    def _arm(self, seconds: float) -> None:
        self._disarm()
        again: Callable[[], None] = lambda: self.renew(self._servers)  # noqa: E731 a name says what it is for
        self._timer = asyncio.get_running_loop().call_later(seconds, again)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drop(self) -> None:
        making, self._making = self._making, None
        if making is not None:
            self._discard(making)

    def _discard(self, making: asyncio.Task[Held]) -> None:
        task = asyncio.create_task(_close(making), name="close spare")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _close(making: asyncio.Task[Held]) -> None:
    making.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        try:
            held = await making
        except OSError as error:
            log.warning("spare.failed", why=str(error))
        else:
            await held.peer.close()
