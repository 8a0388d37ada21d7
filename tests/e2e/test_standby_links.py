"""Calls on standby links, by a real terminal, a real distributor, and the built-in agent."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from kiosk.demo.agent_media import AgentMedia, Studio
from kiosk.demo.film import Film
from kiosk.demo.voice import Voice
from kiosk.distributor.store import Store
from kiosk.protocol.messages import (
    Answer,
    Incoming,
    LinkAnswer,
    LinkClosed,
    LinkLost,
    LinkOffer,
    Offer,
    Ping,
    Pong,
    Status,
)
from tests.distributor.client import AgentClient
from tests.e2e.built_in import Agent, built_in
from tests.e2e.world import Line, TerminalProcess, World

pytestmark = pytest.mark.e2e


@pytest.fixture
async def agent(here: World) -> AsyncIterator[Agent]:
    """A built-in agent that can take calls."""
    agent = await built_in(here)
    yield agent
    if agent.process.process.returncode is None:
        await agent.end()


async def called(here: World, terminal: TerminalProcess) -> str:
    """A call, up to the face; its id. It is a warm one, as both ends and the distributor see it."""
    mark = await terminal.press()
    state = await terminal.state("in_call", since=mark)
    assert (await here.distributor.logged("call.connected", state["call_id"]))["path"] == "warm"
    return str(state["call_id"])


async def ended(here: World, terminal: TerminalProcess, call_id: str) -> Line:
    """The customer ends it; what the terminal measured, as the distributor has it."""
    mark = await terminal.end_call()
    await terminal.state("thanks", since=mark)
    return await here.distributor.logged("call.figures", call_id)


async def test_call_after_call_on_one_link(here: World, agent: Agent) -> None:
    """Each has pictures and sound both ways, none is offered or answered any more, and the link is made once."""
    terminal = await here.terminal()
    (link,) = await here.distributor.logged_times("link.ready", 1)
    for number in (1, 2, 3):
        before = (await terminal.stats())["frames"]
        call_id = await called(here, terminal)
        assert (await agent.hear("seen", number))["call_id"] == call_id
        await asyncio.sleep(1)  # the length of the call
        stats = await terminal.stats()
        figures = await ended(here, terminal, call_id)
        call = await agent.hear("call", number)
        assert (call["path"], figures["path"]) == ("warm", "warm")
        assert "answer_ms" not in figures or figures["answer_ms"] is None
        assert min(call["frames_in"], call["frames_out"], stats["frames"] - before) >= 8
        assert call["audio_in_dbfs"] > -40
        assert stats["dbfs"] > -60
        await terminal.state("idle", "thanks", since=0)
    assert here.distributor.lines("link.opened")[0]["link_id"] == link["link_id"]
    assert here.distributor.lines("link.closed") == here.distributor.lines("link.lost") == []


async def test_the_agent_is_killed_in_a_call_and_comes_back(here: World, agent: Agent) -> None:
    """The customer is told; whoever comes next gets a link, and the next call is warm again."""
    terminal = await here.terminal()
    await here.distributor.logged_times("link.ready", 1)
    await called(here, terminal)
    mark = terminal.mark
    await agent.process.end(kill=True)
    assert (await terminal.state("thanks", since=mark))["end_reason"] == "agent_gone"
    back = await built_in(here)
    await here.distributor.logged_times("link.ready", 2)
    await ended(here, terminal, await called(here, terminal))
    assert (await back.hear("call"))["path"] == "warm"
    await back.end()


async def test_the_distributor_stops_in_a_warm_call(here: World, agent: Agent) -> None:
    """Killed, too: the call goes on over its link, ends when the customer ends it, and the next one is on a new link."""
    terminal = await here.terminal()
    await here.distributor.logged_times("link.ready", 1)
    await called(here, terminal)
    await agent.hear("seen")
    mark = terminal.mark
    await here.distributor.stop(kill=True)
    await here.distributor.start()
    await terminal.hear_state(lambda line: line["online"], since=mark)
    before = (await terminal.stats())["frames"]
    await asyncio.sleep(2)  # pictures of a call that goes on
    assert (await terminal.stats())["frames"] > before + 15
    assert agent.lines("call") == []
    mark = await terminal.end_call()
    assert (await terminal.state("thanks", since=mark))["end_reason"] == "customer_hung_up"
    assert (await agent.hear("call"))["path"] == "warm"
    (link,) = await here.distributor.logged_times("link.ready", 1)
    assert link["link_id"].startswith("2-")
    await ended(here, terminal, await called(here, terminal))


async def test_two_terminals_have_links_to_one_agent(here: World, agent: Agent) -> None:
    """One is served at once, the other one when the agent is free, both on their links."""
    first, second = await here.terminal("First"), await here.terminal("Second")
    await here.distributor.logged_times("link.ready", 2)
    call_id = await called(here, first)
    mark = await second.press()
    await second.state("waiting", since=mark)
    await ended(here, first, call_id)
    state = await second.state("in_call", since=mark)
    assert (await here.distributor.logged("call.connected", state["call_id"]))["path"] == "warm"
    assert (await ended(here, second, state["call_id"]))["path"] == "warm"
    assert [line["path"] for line in [await agent.hear("call", 1), await agent.hear("call", 2)]] == ["warm", "warm"]


async def test_the_agent_is_seen_before_the_press(here: World, agent: Agent) -> None:
    """Somebody comes, and presses once the picture is there: a hot call, as both ends and the distributor see it."""
    terminal = await here.terminal(presence={"source": "virtual"})
    await terminal.stands_by(1)
    await terminal.tell("come")
    await terminal.stands_by(1, picture=True)
    mark = await terminal.press()
    call_id = (await terminal.state("in_call", since=mark))["call_id"]
    assert (await here.distributor.logged("call.assigned", call_id))["path"] == "hot"
    await agent.hear("seen")
    assert (await ended(here, terminal, call_id))["path"] == "hot"
    assert (await agent.hear("call"))["path"] == "hot"
    assert len(here.distributor.lines("pre_roll.granted")) == 1


async def test_the_link_is_gone_when_the_call_comes(here: World) -> None:
    """The console says so in place of attaching: the terminal offers, and the call is a cold one, with the same agent."""
    with Store(here.distributor.folder / "distributor") as store:
        store.add_agent("Una", "Adviser")
        code = store.agent_link("Una")
    voice = Voice()
    media = [AgentMedia(Studio(voice, Film(voice)), (), lambda _media: None) for _ in range(2)]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.post(f"{here.distributor.url}api/sign-in", json={"code": code}) as reply:
            assert reply.status == 204
        async with AgentClient(browser, here.distributor.ws_url) as console:
            console.links = 1
            await console.joined()
            alive = asyncio.create_task(signs_of_life(console))
            terminal = await here.terminal()
            offered = await console.expect(LinkOffer)
            await console.send(LinkAnswer(link_id=offered.link_id, sdp=await media[0].answer(offered.sdp)))
            await here.distributor.logged("link.ready")
            mark = await terminal.press()
            incoming = await console.expect(Incoming)
            assert incoming.link_id == offered.link_id
            await media[0].close()
            await console.send(LinkLost(link_id=offered.link_id))
            offer = await console.expect(Offer, passing_over=(Status, Pong, LinkClosed))
            await console.send(Answer(call_id=incoming.call_id, sdp=await media[1].answer(offer.sdp)))
            media[1].attach(voice=True)
            state = await terminal.state("in_call", since=mark)
            assert (state["call_id"], state["agent"]) == (incoming.call_id, "Una")
            assert (await here.distributor.logged("call.link_unusable", incoming.call_id))["was"] == "warm"
            assert (await ended(here, terminal, incoming.call_id))["path"] == "cold"
            alive.cancel()
            await media[1].close()


async def signs_of_life(console: AgentClient) -> None:
    """The test's console reads only now and then."""
    while True:
        await console.send(Ping())
        await asyncio.sleep(1)
