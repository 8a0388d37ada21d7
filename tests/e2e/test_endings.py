"""However a call ends, the other side is told in time, and the next press connects."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from playwright.async_api import Page

from kiosk.call.machine import Settings
from tests.browser import RunningBrowser, chromium
from tests.e2e.conftest import flags
from tests.e2e.world import TerminalProcess, World

pytestmark = pytest.mark.e2e

TOLD_S = 2.0
TOLD_OF_KILLED_BROWSER_S = 5.0
PRESS_AGAIN_S = Settings().press_again_s + 0.1


@pytest.fixture
async def agent(here: World, browser: RunningBrowser) -> Page:
    return await here.agent(browser)


@pytest.fixture
async def terminal(here: World, agent: Page) -> TerminalProcess:
    """A terminal in a call with the agent."""
    terminal = await here.terminal()
    await connect(terminal, agent)
    return terminal


async def connect(terminal: TerminalProcess, agent: Page) -> None:
    mark = await terminal.press()
    await terminal.state("in_call", since=mark)
    await agent.wait_for_selector("body[data-state=in_call]")


async def agent_told_after(agent: Page, began: float) -> float:
    """Seconds until the console shows no call any more."""
    await agent.wait_for_selector("body[data-call=false]")
    return time.monotonic() - began


async def test_the_customer_hangs_up(terminal: TerminalProcess, agent: Page) -> None:
    began = time.monotonic()
    await terminal.end_call()
    assert await agent_told_after(agent, began) < TOLD_S
    await agent.wait_for_selector("body[data-state=available]")
    await connect(terminal, agent)


async def test_the_customer_hangs_up_with_the_button(terminal: TerminalProcess, agent: Page) -> None:
    """A second press ends the call, once it can't be the first one's bounce any more."""
    pressed_at = (await terminal.state("calling"))["at"]
    await asyncio.sleep(max(0.0, pressed_at + PRESS_AGAIN_S - time.monotonic()))  # the rule is one of time alone
    mark = await terminal.press()
    ended = await terminal.state("thanks", since=mark)
    assert ended["end_reason"] == "customer_hung_up"
    assert await agent_told_after(agent, ended["at"]) < TOLD_S


async def test_the_agent_hangs_up(terminal: TerminalProcess, agent: Page, here: World) -> None:
    """The distributor's log gets the call's figures too."""
    call_id = (await terminal.state("in_call"))["call_id"]
    mark, began = terminal.mark, time.monotonic()
    await agent.keyboard.press("e")
    ended = await terminal.state("thanks", since=mark)
    assert ended["at"] - began < TOLD_S
    assert ended["end_reason"] == "agent_hung_up"
    figures = await here.distributor.logged("call.figures", call_id)
    assert 0 < figures["assigned_ms"] <= figures["answer_ms"] <= figures["face_ms"] <= figures["media_ms"] + 1000
    assert min(figures["frames_in"], figures["frames_out"], figures["packets_in"], figures["packets_out"]) > 0
    await agent.wait_for_selector("body[data-state=available]")
    await connect(terminal, agent)


async def test_the_agents_tab_is_closed(
    terminal: TerminalProcess, agent: Page, here: World, browser: RunningBrowser
) -> None:
    mark, began = terminal.mark, time.monotonic()
    await agent.close(run_before_unload=True)
    ended = await terminal.state("thanks", since=mark)
    assert ended["at"] - began < TOLD_S
    assert ended["end_reason"] == "agent_gone"
    await connect(terminal, await here.agent(browser, "Bob"))


async def test_the_agents_browser_is_killed(
    terminal: TerminalProcess, here: World, browser: RunningBrowser, agent_media: tuple[Path, Path]
) -> None:
    mark, began = terminal.mark, time.monotonic()
    os.kill(browser.pid, signal.SIGKILL)
    ended = await terminal.state("thanks", since=mark)
    assert ended["at"] - began < TOLD_OF_KILLED_BROWSER_S
    async with chromium(*flags(agent_media)) as another:
        await connect(terminal, await here.agent(another, "Bob"))


async def test_the_terminal_is_killed(terminal: TerminalProcess, agent: Page, here: World) -> None:
    began = time.monotonic()
    await terminal.end(kill=True)
    assert await agent_told_after(agent, began) < TOLD_S
    await agent.wait_for_selector("body[data-state=available]")
    await connect(await here.terminal("Back desk"), agent)
