"""Warm and hot calls with a real console: what is ready before the press, who is seen, and what the figures say."""

import pytest
from playwright.async_api import Page

from tests.browser import RunningBrowser
from tests.e2e.world import TerminalProcess, World

pytestmark = pytest.mark.e2e


async def hang_up(page: Page, terminal: TerminalProcess) -> None:
    """The customer ends the call, and the agent is free again."""
    mark = await terminal.end_call()
    await terminal.state("thanks", since=mark)
    await page.wait_for_selector("body[data-state=available]")


async def call(terminal: TerminalProcess) -> tuple[str, float]:
    """Press, and be connected: the call's id, and the milliseconds from press to face."""
    mark = await terminal.press()
    face = await terminal.face(mark)
    state = await terminal.state("in_call", since=mark)
    pressed = next(line["at"] for line in terminal.heard[mark:] if line["event"] == "pressing")
    return str(state["call_id"]), (face["at"] - pressed) * 1000


async def test_calls_on_one_link_after_the_other_are_warm(here: World, browser: RunningBrowser) -> None:
    page = await here.agent(browser)
    terminal = await here.terminal()
    for _ in range(2):
        await terminal.stands_by(1)
        call_id, took_ms = await call(terminal)
        await page.wait_for_selector("body[data-state=in_call]")
        print(f"warm: {took_ms:.0f} ms")
        assert (await terminal.stats())["frames"] > 0
        await hang_up(page, terminal)
        assert (await here.distributor.logged("call.figures", call_id))["path"] == "warm"


async def test_whoever_was_seen_before_the_press_is_there_at_once(here: World, browser: RunningBrowser) -> None:
    """The terminal shows and counts nothing of the agent before the press."""
    page = await here.agent(browser)
    await page.keyboard.press("p")
    terminal = await here.terminal(presence={"source": "virtual"})
    await terminal.stands_by(1)
    await terminal.tell("come")
    await terminal.stands_by(1, picture=True)
    assert (await terminal.stats())["frames"] == 0
    call_id, took_ms = await call(terminal)
    print(f"hot: {took_ms:.0f} ms")
    await page.wait_for_selector("body[data-state=in_call]")
    await hang_up(page, terminal)
    assert (await here.distributor.logged("call.figures", call_id))["path"] == "hot"


async def test_an_agent_who_is_gone_makes_no_call_fail(here: World, browser: RunningBrowser) -> None:
    """The console that had the link is closed; another agent's call begins on theirs, or cold."""
    first = await here.agent(browser, "Ann")
    terminal = await here.terminal()
    await terminal.stands_by(1)
    second = await here.agent(browser, "Bob")
    await first.close()
    _, took_ms = await call(terminal)
    print(f"another agent: {took_ms:.0f} ms")
    await second.wait_for_selector("body[data-state=in_call]")
