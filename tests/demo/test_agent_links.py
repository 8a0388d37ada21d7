"""The built-in agent's standby links: empty until a call or a lease, one clock for all calls on them, gone when nobody wants them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import av
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from kiosk.demo.agent_links import AgentLinks
from kiosk.demo.agent_media import AgentMedia, Studio
from kiosk.demo.film import Film
from kiosk.demo.voice import Voice
from kiosk.protocol.messages import FromAgent, LinkAnswer, LinkLost, LinkOffer, PreRoll
from kiosk.rtc.receive import receiver
from kiosk.rtc.send import sender

PATIENCE_S = 20.0


@pytest.fixture(scope="module")
def studio() -> Studio:
    voice = Voice()
    return Studio(voice, Film(voice))


class Far:
    """A terminal's end of a link: what aiortc makes of the contract, and what it sees and hears."""

    def __init__(self, link_id: str) -> None:
        receiver.install()
        sender.install(100, 1500, 2500)
        self.link_id = link_id
        self.pc = RTCPeerConnection()
        self.stamps: list[int] = []
        """The RTP times of the pictures that came, as the track gives them."""
        self.blocks = 0
        self.news = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self.pc.add_listener("track", lambda track: self._tasks.append(asyncio.ensure_future(self._take(track))))

    async def offer(self) -> LinkOffer:
        for kind in ("audio", "video"):
            self.pc.addTransceiver(kind, direction="sendrecv")
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return LinkOffer(link_id=self.link_id, sdp=self.pc.localDescription.sdp)

    async def _take(self, track: MediaStreamTrack) -> None:
        while True:
            frame = await track.recv()
            async with self.news:
                if isinstance(frame, av.VideoFrame):
                    self.stamps.append(frame.pts or 0)
                else:
                    self.blocks += 1
                self.news.notify_all()

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S), self.news:
            await self.news.wait_for(reached)

    async def counted(self, kind: str) -> int:
        """The packets that the agent says it sent, once it has said so (RTCP)."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for stat in (await self.pc.getStats()).values():
                    if stat.type == "remote-outbound-rtp" and stat.kind == kind:
                        return int(stat.packetsSent)
                await asyncio.sleep(0.1)  # RTCP comes once a second, and aiortc tells nobody

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.pc.close()


class Near:
    """The agent's links, and what they told the distributor."""

    def __init__(self, studio: Studio) -> None:
        self.said: list[FromAgent] = []
        self.links = AgentLinks(studio, self.said.append)
        self.fars: list[Far] = []

    async def link(self, link_id: str) -> Far:
        """A link that is ready."""
        far = Far(link_id)
        self.fars.append(far)
        await self.links.answer(await far.offer())
        answer = self.said[-1]
        assert isinstance(answer, LinkAnswer)
        assert answer.link_id == link_id
        assert answer.sdp.count("a=sendrecv") == 2
        ready = asyncio.Event()
        far.pc.add_listener("connectionstatechange", ready.set)
        await far.pc.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        while far.pc.connectionState != "connected":
            ready.clear()
            await asyncio.wait_for(ready.wait(), PATIENCE_S)
        return far


@pytest.fixture
async def near(studio: Studio) -> AsyncIterator[Near]:
    near = Near(studio)
    yield near
    for far in near.fars:
        await far.close()
    await near.links.end()


def lease(link_id: str, fence: int, lease_ms: int = 60_000) -> PreRoll:
    return PreRoll(link_id=link_id, fence=fence, lease_ms=lease_ms)


async def test_nothing_is_sent_before_a_call_and_calls_follow_one_another(near: Near) -> None:
    """Picture and sound come at once in each call; the link's time goes on between them and never runs backwards."""
    far = await near.link("l1")
    assert await far.counted("video") == await far.counted("audio") == 0
    await call(near, far)
    media = await call(near, far)
    assert far.stamps == sorted(set(far.stamps))
    sent, came = media.frames_out, len(far.stamps)
    assert came <= sent


async def call(near: Near, far: Far) -> AgentMedia:
    """A call on the link, until both picture and sound came."""
    pictures, blocks = len(far.stamps), far.blocks
    media = near.links.take(far.link_id)
    assert media is not None
    media.attach(voice=True)
    await far.until(lambda: len(far.stamps) > pictures + 3 and far.blocks > blocks + 3)
    media.detach()
    near.links.release(far.link_id)
    return media


async def test_before_the_press_the_agent_is_seen_and_not_heard(near: Near) -> None:
    """Until the lease is over, or nothing more is heard of it."""
    far = await near.link("l1")
    near.links.show(lease("l1", 7))
    await far.until(lambda: len(far.stamps) > 3)
    assert (far.blocks, near.links.seen_on) == (0, "l1")
    near.links.unseen(6)
    assert near.links.seen_on == "l1", "another lease's end"
    near.links.unseen(7)
    assert near.links.seen_on is None
    near.links.show(lease("l1", 5))
    assert near.links.seen_on is None, "an older lease than one that was heard of"
    near.links.show(lease("l1", 8, lease_ms=1))
    async with asyncio.timeout(PATIENCE_S):
        while near.links.seen_on is not None:  # noqa: ASYNC110 - the timer is the agent's own, and tells nobody
            await asyncio.sleep(0.001)


async def test_a_call_on_the_link_on_which_the_agent_is_seen(near: Near) -> None:
    """The picture goes on, the voice begins; the lease's end, which was under way, changes nothing."""
    far = await near.link("l1")
    near.links.show(lease("l1", 1))
    await far.until(lambda: len(far.stamps) > 3)
    media = near.links.take("l1")
    assert media is not None
    media.attach(voice=True)
    near.links.unseen(1)
    pictures = len(far.stamps)
    await far.until(lambda: len(far.stamps) > pictures + 3 and far.blocks > 3)


async def test_a_call_elsewhere_ends_that_nobody_sees_the_agent_there_any_more(near: Near) -> None:
    """Whether it is on another link or on none."""
    await near.link("l1")
    await near.link("l2")
    for fence, where in ((1, "l2"), (2, None)):
        near.links.show(lease("l1", fence))
        near.links.take(where)
        assert near.links.seen_on is None
        near.links.release("l2")
    near.links.show(lease("l2", 3))
    near.links.show(lease("l1", 4))
    assert near.links.seen_on == "l1"


async def test_a_link_that_is_closed_goes_after_its_call(near: Near) -> None:
    """An idle one at once; what isn't there can't be used, and the distributor is told."""
    far = await near.link("l1")
    media = near.links.take("l1")
    assert media is not None
    near.links.close_all()
    media.attach(voice=True)
    await far.until(lambda: len(far.stamps) > 3)
    near.links.show(lease("l1", 1))
    assert near.links.seen_on is None, "a call is on it"
    near.links.release("l1")
    assert near.links.take("l1") is None
    assert near.said[-1] == LinkLost(id=near.said[-1].id, link_id="l1")


@pytest.mark.parametrize("sdp", ["rubbish", "v=0\r\nm=audio x"])
async def test_an_offer_that_cannot_be_used_is_a_lost_link(near: Near, sdp: str) -> None:
    await near.links.answer(LinkOffer(link_id="l1", sdp=sdp))
    said: Any = near.said[-1]
    assert (said.type, said.link_id) == ("link_lost", "l1")
    assert near.links.take("l1") is None
