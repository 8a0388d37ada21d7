"""The terminal's standby links: made when the distributor wants one, lent to calls, closed when it is of no more use."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from kiosk import logs
from kiosk.errors import KioskError
from kiosk.protocol.messages import (
    FromTerminal,
    IceServer,
    LinkAnswer,
    LinkCandidate,
    LinkClosed,
    LinkLost,
    LinkOffer,
    LinkReady,
    LinkWanted,
)
from kiosk.rtc.port import MakePeer, PeerEvents
from kiosk.standby.port import Held
from kiosk.standby.spare import Spare

log = logs.get(__name__)

AboutLinks = LinkWanted | LinkAnswer | LinkCandidate | LinkClosed


@dataclass(eq=False)
class Link:
    """One standby link."""

    link_id: str
    held: Held
    ready: bool = False
    lent: bool = False
    """A call uses it."""
    unwanted: bool = False
    """Closed as soon as the call gives it back."""
    broken: bool = False
    """Said to be lost as soon as the call gives it back: until then the call's new offer says so."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """What is done to the peer, is done one after the other."""

    @property
    def usable(self) -> bool:
        """For a call or a preview."""
        return self.ready and not (self.lent or self.broken)


class StandbyLinks:
    """All links of one terminal, and the spare; a `kiosk.standby.port.Ready`. On the event loop."""

    def __init__(
        self,
        make_peer: MakePeer,
        send: Callable[[FromTerminal], None],
        *,
        on_gone: Callable[[str], None] = lambda _link_id: None,
    ) -> None:
        """``on_gone`` hears of each link that can't be used any more, by its id."""
        self._make_peer, self._send, self._on_gone = make_peer, send, on_gone
        self._servers: tuple[IceServer, ...] = ()
        self._links: dict[str, Link] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.spare = Spare(make_peer)

    # --- the connection to the distributor ----------------------------------------------------------------------------

    def came_up(self, servers: tuple[IceServer, ...]) -> None:
        """A new connection, with these ICE servers: there are no links yet as far as the distributor knows."""
        self.went_down()
        self.use_servers(servers)

    def use_servers(self, servers: tuple[IceServer, ...]) -> None:
        """From now on with these: the spare is made anew, links stay as they are."""
        self._servers = servers
        self.spare.renew(servers)

    def went_down(self) -> None:
        """The connection is lost: idle links are closed, one in a call at the call's end."""
        for link in tuple(self._links.values()):
            self._close(link)

    @property
    def count(self) -> int:
        """How many links stand by, connected."""
        return sum(link.usable for link in self._links.values())

    @property
    def has_picture(self) -> bool:
        """Whether an agent's picture is there to be shown at a press."""
        return any(link.held.peer.has_picture for link in self._links.values())

    def hear(self, message: AboutLinks) -> None:
        """What the distributor says of a link; of one that isn't here, nothing follows."""
        if isinstance(message, LinkWanted):
            self._make(message.link_id)
            return
        link = self._links.get(message.link_id)
        if link is None:
            return
        match message:
            case LinkAnswer(sdp=sdp):
                self._do(link, link.held.peer.accept(sdp))
            case LinkCandidate():
                self._do(link, link.held.peer.add_candidate(message))
            case LinkClosed():
                self._close(link)

    # --- calls and pre-roll -------------------------------------------------------------------------------------------

    async def prepare(self) -> Held:
        """A peer of its own with its offer. Raises `OSError`."""
        return await self.spare.take()

    def take(self, link_id: str) -> Held | None:
        """The standby link, for a call; none where it isn't here, isn't connected, or is lent already."""
        link = self._links.get(link_id)
        if link is None or not link.usable:
            return None
        link.lent = True
        return link.held

    def has(self, link_id: str) -> bool:
        """Whether the link stands by."""
        link = self._links.get(link_id)
        return link is not None and link.usable

    def preview(self, link_id: str, on: bool) -> bool:  # noqa: FBT001 a switch has one argument
        """Let the agent's pictures in on an idle link, or not any more; False where there is no such link."""
        link = self._links.get(link_id)
        if link is None or not link.usable:
            return False
        link.held.peer.preview(on)
        return True

    async def give_back(self, held: Held, *, spoilt: bool) -> None:
        """A call needs it no more."""
        held.on_lost = lambda: None
        link = self._links.get(held.link_id) if held.link_id is not None else None
        if link is None:
            await held.peer.close()
            return
        link.lent = False
        if link.unwanted:
            self._close(link)
        elif spoilt or link.broken:
            self._lose(link)

    async def close(self) -> None:
        """End everything."""
        for link in tuple(self._links.values()):
            link.lent = False
            self._close(link)
        await self.spare.close()
        if self._tasks:
            await asyncio.wait(self._tasks)

    # --- one link -----------------------------------------------------------------------------------------------------

    def _make(self, link_id: str) -> None:
        if link_id in self._links:
            return
        link: Link

        def ready() -> None:
            link.ready = True
            log.info("link.ready", link_id=link_id)
            self._send(LinkReady(link_id=link_id))

        def lost() -> None:
            link.broken = True
            if link.lent:
                link.held.on_lost()
            else:
                self._lose(link)

        peer = self._make_peer(self._servers, PeerEvents(on_ready=ready, on_lost=lost))
        link = self._links[link_id] = Link(link_id, Held(peer, link_id=link_id))
        self._do(link, self._offer(link))

    async def _offer(self, link: Link) -> None:
        sdp = await link.held.peer.offer()
        if link.link_id in self._links:
            self._send(LinkOffer(link_id=link.link_id, sdp=sdp))

    def _do(self, link: Link, step: Coroutine[Any, Any, None]) -> None:
        async def carefully() -> None:
            try:
                async with link.turn:
                    await step
            except (KioskError, OSError) as error:
                log.warning("link.failed", link_id=link.link_id, why=str(error))
                self._lose(link)

        self._begin(carefully())

    def _lose(self, link: Link) -> None:
        """It broke: say so, once."""
        if link.link_id in self._links:
            self._send(LinkLost(link_id=link.link_id))
            self._forget(link)

    def _close(self, link: Link) -> None:
        if link.lent:
            link.unwanted = True
        else:
            self._forget(link)

    def _forget(self, link: Link) -> None:
        del self._links[link.link_id]
        log.info("link.closed", link_id=link.link_id)
        self._on_gone(link.link_id)
        self._begin(link.held.peer.close())

    def _begin(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
