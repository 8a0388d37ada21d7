"""The demo's built-in agent against a real distributor and a real terminal."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.e2e.built_in import Agent, built_in
from tests.e2e.world import World

pytestmark = pytest.mark.e2e


@pytest.fixture
async def agent(here: World) -> AsyncIterator[Agent]:
    """A built-in agent that can take calls."""
    agent = await built_in(here)
    yield agent
    if agent.process.process.returncode is None:
        await agent.end()


async def test_calls_have_pictures_and_sound_both_ways(here: World, agent: Agent) -> None:
    """Two calls, one after the other; what the agent measured of each is told at its end."""
    terminal = await here.terminal()
    for number in (1, 2):
        mark = await terminal.press()
        await terminal.state("in_call", since=mark)
        seen = await agent.hear("seen", number)
        await asyncio.sleep(2)  # the length of the call
        stats = await terminal.stats()
        mark = await terminal.end_call()
        call = await agent.hear("call", number)
        assert call["call_id"] == seen["call_id"]
        assert call["first_frame_mono_ns"] == seen["first_frame_mono_ns"]
        assert call["frames_in"] >= 20
        assert call["moved"] >= 15
        assert call["codes_read"] >= 15
        assert call["codes_fell"] == 0
        assert 0 <= call["picture_age_ms"] < 1000
        assert call["audio_in_dbfs"] > -40
        assert call["frames_out"] >= 20
        assert stats["frames"] >= 20
        await terminal.state("idle", "thanks", since=mark)


async def test_a_call_goes_on_over_a_restart_of_the_distributor(here: World, agent: Agent) -> None:
    """The agent connects again by itself, declares its call, and the call ends only when the customer ends it."""
    terminal = await here.terminal()
    await terminal.press()
    await terminal.state("in_call")
    await agent.hear("seen")
    await here.distributor.stop(kill=True)
    mark = terminal.mark
    await here.distributor.start()
    await terminal.hear_state(lambda line: line["online"], since=mark)
    before = (await terminal.stats())["frames"]
    await asyncio.sleep(4)  # longer than the agent's longest pause between two tries, and than a claim is held
    assert (await terminal.stats())["frames"] > before + 40
    assert agent.lines("call") == []
    mark = await terminal.end_call()
    ended = await terminal.state("thanks", since=mark)
    assert ended["end_reason"] == "customer_hung_up"
    assert (await agent.hear("call"))["frames_in"] > 60
    mark = await terminal.press()
    await terminal.state("in_call", since=mark)


async def test_orders_make_it_away_available_and_hang_up(here: World, agent: Agent) -> None:
    agent.order(status="away")
    agent.order(nonsense=True)
    terminal = await here.terminal()
    await asyncio.sleep(0.5)  # the order has to arrive before the press: nothing tells
    mark = await terminal.press()
    await terminal.state("waiting", since=mark)
    agent.order(status="available")
    await terminal.state("in_call", since=mark)
    mark = terminal.mark
    agent.order(hang_up=True)
    ended = await terminal.state("thanks", since=mark)
    assert ended["end_reason"] == "agent_hung_up"


async def test_the_end_of_its_input_ends_it_and_its_call(here: World, agent: Agent) -> None:
    """It reports the call, says goodbye, and the customer is told."""
    terminal = await here.terminal()
    mark = await terminal.press()
    await terminal.state("in_call", since=mark)
    await agent.hear("seen")
    assert await agent.end() == 0
    assert len(agent.lines("call")) == 1
    await terminal.state("thanks", "waiting", since=mark)


async def test_a_wrong_code_is_one_line_that_says_what_to_do(here: World) -> None:
    refused = await Agent.start(here.distributor.ws_url, "not-a-code")
    process = refused.process.process
    assert process.stderr is not None
    text = (await process.stderr.read()).decode()
    assert await process.wait() == 1
    assert text.count("\n") == 1
    assert "doesn't accept the sign-in code" in text
    assert refused.process.heard == []
