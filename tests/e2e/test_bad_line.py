"""An agent's computer that freezes in the middle of a call: to the customer, and to the distributor, a line gone dead."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser import RunningBrowser
from tests.e2e.world import World

pytestmark = pytest.mark.e2e

TOLD_S = 4.0
"""2 s without anything are a bad line; twice a second it is looked."""
ENDS_S = (19.0, 30.0)


def family(pid: int) -> list[int]:
    """The process and all that came from it."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = [pid]
    for member in found:
        found.extend(child for child, parent in parents.items() if parent == member)
    return found


@contextmanager
def frozen(browser: RunningBrowser) -> Iterator[None]:
    """Nothing of the browser runs inside the block."""
    members = family(browser.pid)
    for member in members:
        os.kill(member, signal.SIGSTOP)
    try:
        yield
    finally:
        for member in members:
            os.kill(member, signal.SIGCONT)


async def test_the_customer_is_told_and_the_same_agent_comes_back(here: World, browser: RunningBrowser) -> None:
    page = await here.agent(browser)
    terminal = await here.terminal()
    await terminal.press()
    call = await terminal.state("in_call")
    await page.wait_for_selector("body[data-state=in_call]")
    mark, began = terminal.mark, time.monotonic()
    with frozen(browser):
        bad = await terminal.hear_state(lambda line: line["line_bad"], since=mark)
        assert bad["at"] - began < TOLD_S
        assert (bad["state"], bad["call_id"], bad["agent"]) == ("in_call", call["call_id"], call["agent"])
        await here.distributor.logged("peer.silent")
    mark = terminal.mark
    good = await terminal.hear_state(lambda line: not line["line_bad"], since=mark)
    assert (good["state"], good["call_id"]) == ("in_call", call["call_id"])
    await page.wait_for_selector("body[data-state=in_call]")
    await page.keyboard.press("e")
    assert (await terminal.state("thanks", since=mark))["end_reason"] == "agent_hung_up"


async def test_a_line_that_stays_dead_ends_the_call_and_the_next_press_is_heard(
    here: World, browser: RunningBrowser
) -> None:
    await here.agent(browser)
    terminal = await here.terminal()
    await terminal.press()
    await terminal.state("in_call")
    mark, began = terminal.mark, time.monotonic()
    with frozen(browser):
        ended = await terminal.state("thanks", since=mark)
        assert ENDS_S[0] < ended["at"] - began < ENDS_S[1]
        assert ended["end_reason"] in {"media_lost", "agent_gone"}
        mark = await terminal.press()
        await terminal.state("waiting", since=mark)
