"""Standby links over scripted peers: who is told what, and when a link is closed."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kiosk.protocol.fields import Message
from kiosk.protocol.messages import IceServer, LinkAnswer, LinkCandidate, LinkClosed, LinkWanted
from kiosk.rtc.port import PeerEvents
from kiosk.standby import spare
from kiosk.standby.links import StandbyLinks
from tests.standby.scripted import ScriptedPeer

SERVERS = (IceServer(urls=("stun:192.0.2.1",)),)


class World:
    """Links, what they say, and the peers they made."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.news = asyncio.Event()
        self.peers: list[ScriptedPeer] = []
        self.servers: list[tuple[IceServer, ...]] = []
        self.made = asyncio.Event()
        self.slow = False
        self.gone: list[str] = []
        self.links = StandbyLinks(self.make_peer, self.send, on_gone=self.gone.append)

    def send(self, message: Message) -> None:
        self.said.append(f"{message.type} {getattr(message, 'link_id', '')}")  # type: ignore[attr-defined]  # each has one
        self.news.set()

    def make_peer(self, servers: tuple[IceServer, ...], events: PeerEvents) -> ScriptedPeer:
        peer = ScriptedPeer(events)
        if self.slow:
            peer.gathered.clear()
        self.peers.append(peer)
        self.servers.append(servers)
        self.made.set()
        return peer

    async def peer(self, number: int) -> ScriptedPeer:
        """The one that was made as the ``number``-th."""
        async with asyncio.timeout(5):
            while len(self.peers) <= number:
                self.made.clear()
                await self.made.wait()
        return self.peers[number]

    async def says(self, what: str) -> None:
        async with asyncio.timeout(5):
            while what not in self.said:
                self.news.clear()
                await self.news.wait()

    async def link(self, link_id: str = "l1") -> ScriptedPeer:
        """One that is ready."""
        self.links.hear(LinkWanted(link_id=link_id))
        peer = self.peers[-1]
        await self.says(f"link_offer {link_id}")
        self.links.hear(LinkAnswer(link_id=link_id, sdp="answer"))
        self.links.hear(LinkCandidate(link_id=link_id, candidate="x"))
        await peer.has_done("candidate x")
        peer.events.on_ready()
        return peer


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Nothing is there yet."""
    made = World()
    yield made
    await made.links.close()
    assert all(peer.did[-1] == "close" for peer in made.peers)


async def test_a_link_is_offered_answered_and_said_to_be_ready(world: World) -> None:
    peer = await world.link()
    assert peer.did == ["offer", "accept answer", "candidate x"]
    assert world.said == ["link_offer l1", "link_ready l1"]
    assert world.links.count == 1


async def test_an_answer_of_no_use_is_a_link_lost(world: World) -> None:
    world.links.hear(LinkWanted(link_id="l1"))
    world.peers[0].refuses = True
    await world.says("link_offer l1")
    world.links.hear(LinkAnswer(link_id="l1", sdp="nonsense"))
    await world.says("link_lost l1")
    await world.peers[0].has_done("close")
    assert world.gone == ["l1"]


async def test_what_is_said_of_a_link_that_is_not_there_is_passed_over(world: World) -> None:
    world.links.hear(LinkAnswer(link_id="l9", sdp="answer"))
    world.links.hear(LinkClosed(link_id="l9"))
    assert world.links.take("l9") is None
    assert not world.links.preview("l9", on=True)
    assert world.said == []


async def test_a_link_that_is_asked_for_twice_is_made_once(world: World) -> None:
    world.links.hear(LinkWanted(link_id="l1"))
    world.links.hear(LinkWanted(link_id="l1"))
    assert len(world.peers) == 1


async def test_a_link_that_is_not_ready_is_not_for_calls(world: World) -> None:
    world.links.hear(LinkWanted(link_id="l1"))
    assert world.links.take("l1") is None


async def test_a_lost_connection_closes_idle_links_at_once_and_one_in_a_call_at_its_end(world: World) -> None:
    idle, busy = await world.link("l1"), await world.link("l2")
    held = world.links.take("l2")
    assert held is not None
    world.links.went_down()
    await idle.has_done("close")
    assert "close" not in busy.did
    await world.links.give_back(held, spoilt=False)
    await busy.has_done("close")
    assert "link_lost l2" not in world.said


async def test_a_closed_link_in_a_call_goes_on_to_the_calls_end(world: World) -> None:
    peer = await world.link()
    held = world.links.take("l1")
    assert held is not None
    world.links.hear(LinkClosed(link_id="l1"))
    assert "close" not in peer.did
    await world.links.give_back(held, spoilt=False)
    await peer.has_done("close")


async def test_a_link_that_breaks_in_a_call_tells_the_call_and_is_lost_after_it(world: World) -> None:
    peer = await world.link()
    held = world.links.take("l1")
    assert held is not None
    told: list[str] = []
    held.on_lost = lambda: told.append("lost")
    peer.events.on_lost()
    assert told == ["lost"]
    assert "link_lost l1" not in world.said
    await world.links.give_back(held, spoilt=False)
    assert "link_lost l1" in world.said


# --- the spare ---------------------------------------------------------------------------------------------------


async def test_the_spare_is_there_before_it_is_asked_for(world: World) -> None:
    world.links.came_up(SERVERS)
    peer = await world.peer(0)
    await peer.has_done("offer")
    held = await world.links.prepare()
    assert held.peer is peer
    assert world.servers == [SERVERS]
    await world.links.give_back(held, spoilt=False)
    assert peer.did == ["offer", "close"]


async def test_a_press_while_it_is_being_made_waits_for_it(world: World) -> None:
    world.slow = True
    world.links.came_up(SERVERS)
    peer = await world.peer(0)
    pressed = asyncio.create_task(world.links.prepare())
    await peer.has_done("offer")
    peer.gathered.set()
    held = await pressed
    assert held.peer is peer
    await world.links.give_back(held, spoilt=False)


async def test_a_press_that_is_given_up_leaves_nothing_behind(world: World) -> None:
    world.slow = True
    world.links.came_up(SERVERS)
    peer = await world.peer(0)
    pressed = asyncio.create_task(world.links.prepare())
    await peer.has_done("offer")
    await asyncio.sleep(0)  # the press has begun to wait
    pressed.cancel()
    await peer.has_done("close")


async def test_it_is_made_anew_after_use_with_new_servers_and_in_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spare, "AFTER_USE_S", 0.01)
    monkeypatch.setattr(spare, "FRESH_S", 0.2)
    world.links.came_up(())
    held = await world.links.prepare()
    second = await world.peer(1)
    await world.links.give_back(held, spoilt=False)
    world.links.use_servers(SERVERS)
    third = await world.peer(2)
    await second.has_done("close")
    assert world.servers[2] == SERVERS
    await world.peer(3)
    await third.has_done("close")
