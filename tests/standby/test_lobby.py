"""The lobby with real links over scripted peers: what is watched, what is said, what a press finds."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kiosk.protocol.fields import Message
from kiosk.protocol.messages import AgentCard, IceServer, LinkAnswer, LinkWanted, PreRoll, PreRollOver
from kiosk.rtc.port import PeerEvents
from kiosk.standby.links import StandbyLinks
from kiosk.standby.lobby import Lobby
from kiosk.standby.pre_roll import PreRollCore, Rules
from tests.standby.scripted import ScriptedPeer

ANN = AgentCard(agent_id="a", name="Ann", role="Adviser")


class World:
    """A lobby that is open, with one link that is ready."""

    def __init__(self) -> None:
        self.said: list[Message] = []
        self.news = asyncio.Event()
        self.peers: list[ScriptedPeer] = []
        self.links = StandbyLinks(self.make_peer, self.send, on_gone=self.link_gone)
        self.lobby = Lobby(self.links, self.send, PreRollCore(Rules(again_s=0.02)))

    def send(self, message: Message) -> None:
        self.said.append(message)
        self.news.set()

    def make_peer(self, _servers: tuple[IceServer, ...], events: PeerEvents) -> ScriptedPeer:
        self.peers.append(ScriptedPeer(events))
        return self.peers[-1]

    def link_gone(self, link_id: str) -> None:
        self.lobby.link_gone(link_id)

    async def open(self) -> None:
        self.links.hear(LinkWanted(link_id="l1"))
        self.links.hear(LinkAnswer(link_id="l1", sdp="answer"))
        await self.peers[0].has_done("accept answer")
        self.peers[0].events.on_ready()
        self.lobby.set_open(True)

    async def says(self, kind: str, times: int = 1) -> None:
        async with asyncio.timeout(5):
            while [message.type for message in self.said].count(kind) < times:  # type: ignore[attr-defined]  # each has one
                self.news.clear()
                await self.news.wait()

    def grant(self, lease_ms: int = 5000) -> None:
        self.lobby.hear(PreRoll(link_id="l1", fence=7, lease_ms=lease_ms, ask=1, agent=ANN))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Open, with a link."""
    made = World()
    await made.open()
    yield made
    made.lobby.close()
    await made.links.close()


async def test_whoever_comes_is_asked_for_again_and_again_and_what_is_granted_is_watched(world: World) -> None:
    world.lobby.set_present(True)
    await world.says("pre_roll_ask", 3)
    world.grant()
    assert world.peers[0].did[-1] == "preview True"
    seen = world.lobby.press()
    assert seen is not None
    assert (seen.fence, seen.link_id, seen.agent) == (7, "l1", ANN)
    held = world.links.take("l1")
    assert held is not None
    assert not world.links.preview("l1", True), "a call has it"
    held.peer.attach()
    held.peer.detach()
    await world.links.give_back(held, spoilt=False)


async def test_a_lease_that_runs_out_is_watched_no_more(world: World) -> None:
    world.lobby.set_present(True)
    world.grant(lease_ms=30)
    await world.peers[0].has_done("preview False")
    await world.says("pre_roll_over")
    assert world.lobby.press() is None


async def test_the_distributor_gets_it_back(world: World) -> None:
    world.lobby.set_present(True)
    world.grant()
    world.lobby.hear(PreRollOver(fence=7))
    await world.peers[0].has_done("preview False")
    await world.says("pre_roll_over")


async def test_a_link_that_is_lost_takes_the_lease_with_it(world: World) -> None:
    world.lobby.set_present(True)
    world.grant()
    world.peers[0].events.on_lost()
    await world.says("pre_roll_over")
    await world.says("link_lost")
    assert world.lobby.press() is None


async def test_without_the_link_nothing_is_watched(world: World) -> None:
    world.links.went_down()
    world.lobby.set_present(True)
    world.grant()
    await world.says("pre_roll_over")
    assert "preview True" not in world.peers[0].did
