"""The built-in agent's standby links, and its lease when a customer in front of a terminal may see it before the press."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from kiosk import logs
from kiosk.demo.agent_media import AgentMedia, Studio
from kiosk.errors import PeerError
from kiosk.protocol.messages import FromAgent, IceServer, LinkAnswer, LinkLost, LinkOffer, PreRoll

log = logs.get(__name__)


@dataclass
class Seen:
    """The lease under which the camera is on a link now; ``until`` takes it off when nothing more is heard of the lease."""

    fence: int
    link_id: str
    until: asyncio.TimerHandle


class AgentLinks:
    """Every link by its id. ``send`` says something to the distributor."""

    def __init__(self, studio: Studio, send: Callable[[FromAgent], None]) -> None:
        self.ice_servers: tuple[IceServer, ...] = ()
        self._studio, self._send = studio, send
        self._links: dict[str, AgentMedia] = {}
        self._busy: set[str] = set()
        """The links that carry a call."""
        self._unwanted: set[str] = set()
        """Those of them that are closed once the call is over."""
        self._seen: Seen | None = None
        self._newest_fence = -1
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def seen_on(self) -> str | None:
        """The link on which a customer can see the agent before the press."""
        return None if self._seen is None else self._seen.link_id

    async def answer(self, offer: LinkOffer) -> None:
        """Make a link; one that can't be made is lost."""
        link_id = offer.link_id
        if link_id in self._links:
            return
        media = self._links[link_id] = AgentMedia(self._studio, self.ice_servers, lambda _media: self.lose(link_id))
        try:
            answer = await media.answer(offer.sdp)
        except PeerError as error:
            log.warning("agent.link_offer_not_understood", link_id=link_id, why=str(error))
            self.lose(link_id)
            return
        if self._links.get(link_id) is media:
            self._send(LinkAnswer(link_id=link_id, sdp=answer))

    def take(self, link_id: str | None) -> AgentMedia | None:
        """The connection for a call that begins on this link, if it can be used; nobody else sees the agent any more."""
        if self._seen is not None and self._seen.link_id != link_id:
            self.unseen(self._seen.fence)
        if link_id is None:
            return None
        media = self._links.get(link_id)
        if media is None or not media.usable:
            self.lose(link_id)
            return None
        self._forget_lease()
        self._busy.add(link_id)
        return media

    def release(self, link_id: str) -> None:
        """The call on this link is over."""
        self._busy.discard(link_id)
        if link_id in self._unwanted:
            self.close(link_id)

    def lose(self, link_id: str) -> None:
        """There is no such link here, or not any more: the distributor is told."""
        self._send(LinkLost(link_id=link_id))
        self._busy.discard(link_id)
        self.close(link_id)

    def close(self, link_id: str) -> None:
        """The link is of no more use; one that carries a call stays until the call is over."""
        if link_id in self._busy:
            self._unwanted.add(link_id)
            return
        self._unwanted.discard(link_id)
        if self.seen_on == link_id:
            self._forget_lease()
        media = self._links.pop(link_id, None)
        if media is not None:
            task = asyncio.create_task(media.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def close_all(self) -> None:
        """The distributor doesn't know of them any more."""
        for link_id in list(self._links):
            self.close(link_id)

    def show(self, lease: PreRoll) -> None:
        """A customer may see the agent for ``lease_ms`` from now on, without sound; an older lease than the newest says nothing."""
        media = self._links.get(lease.link_id)
        if lease.fence < self._newest_fence or media is None or not media.usable or lease.link_id in self._busy:
            return
        self._newest_fence = lease.fence
        if self._seen is not None and self._seen.link_id != lease.link_id:
            self.unseen(self._seen.fence)
        self._forget_lease()
        loop = asyncio.get_running_loop()
        until = loop.call_later(lease.lease_ms / 1000, self.unseen, lease.fence)
        self._seen = Seen(lease.fence, lease.link_id, until)
        media.attach(voice=False)

    def unseen(self, fence: int) -> None:
        """The lease is over: the camera is taken off, if no call has begun meanwhile."""
        if self._seen is None or self._seen.fence != fence:
            return
        media = self._links.get(self._seen.link_id)
        self._forget_lease()
        if media is not None:
            media.detach()

    async def end(self) -> None:
        """Close everything, whatever it carries."""
        self._busy.clear()
        self.close_all()
        await asyncio.gather(*self._closing)

    def _forget_lease(self) -> None:
        if self._seen is not None:
            self._seen.until.cancel()
            self._seen = None
