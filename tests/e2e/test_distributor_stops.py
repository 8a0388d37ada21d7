"""The distributor goes and comes back: the terminal says so, heals by itself, and a call doesn't notice."""

import time

import pytest

from tests.browser import RunningBrowser
from tests.e2e.world import World

pytestmark = pytest.mark.e2e

OFFLINE_S = 3.0
READY_S = 5.0


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
async def test_offline_and_ready_again(here: World, kill: bool) -> None:  # noqa: FBT001 pytest names its parameters
    terminal = await here.terminal()
    mark, began = terminal.mark, time.monotonic()
    await here.distributor.stop(kill=kill)
    offline = await terminal.state("offline", since=mark)
    assert offline["at"] - began < OFFLINE_S
    mark = terminal.mark
    await here.distributor.start()
    listening = time.monotonic()
    idle = await terminal.state("idle", since=mark)
    assert idle["at"] - listening < READY_S


async def test_a_call_goes_on_through_both(here: World, browser: RunningBrowser) -> None:
    """Pictures keep coming while the distributor is away, the call is known to the new one, and ends as ever."""
    page = await here.agent(browser)
    terminal = await here.terminal()
    await terminal.press()
    await terminal.state("in_call")
    mark = terminal.mark
    await here.distributor.stop()
    offline = await terminal.hear_state(lambda line: not line["online"], since=mark)
    assert offline["state"] == "in_call"
    before = (await terminal.stats())["frames"]
    await page.wait_for_selector("body[data-call=true]")
    mark = terminal.mark
    await here.distributor.start()
    online = await terminal.hear_state(lambda line: line["online"], since=mark)
    assert online["state"] == "in_call"
    assert (await terminal.stats())["frames"] > before
    await page.wait_for_selector("body[data-state=in_call]")
    await page.keyboard.press("e")
    ended = await terminal.state("thanks", since=mark)
    assert ended["end_reason"] == "agent_hung_up"
    await page.wait_for_selector("body[data-state=available]")
    mark = await terminal.press()
    await terminal.state("in_call", since=mark)
