"""Two customers press at the same instant with one agent free."""

import asyncio

import pytest

from tests.browser import RunningBrowser
from tests.e2e.world import World

pytestmark = pytest.mark.e2e


async def test_one_is_connected_and_the_other_when_the_agent_is_free(here: World, browser: RunningBrowser) -> None:
    page = await here.agent(browser)
    first, second = await asyncio.gather(here.terminal("First"), here.terminal("Second"))
    await asyncio.gather(first.press(), second.press())
    outcomes = await asyncio.gather(*(one.state("in_call", "waiting") for one in (first, second)))
    by_state = {line["state"]: (line, one) for line, one in zip(outcomes, (first, second), strict=True)}
    assert set(by_state) == {"in_call", "waiting"}
    (_, served), (waiting, waits) = by_state["in_call"], by_state["waiting"]
    assert waiting["queue_reason"] == "all_busy"
    await page.wait_for_selector("body[data-state=in_call]")
    mark = waits.mark
    await served.end_call()
    await waits.state("in_call", since=mark)
    await served.state("idle", "thanks")
