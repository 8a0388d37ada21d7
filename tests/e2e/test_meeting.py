"""A customer and an agent meet: pictures and sound in both directions, read out of what each side really got."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser import RunningBrowser
from tests.e2e.conftest import AGENT_HZ
from tests.e2e.world import World

pytestmark = pytest.mark.e2e

CUSTOMER_HZ = 1000
READER = Path(__file__).with_name("framecode.js").read_text()

COLLECT = """async (seconds) => {
  const { readCode } = await import("/framecode.js");
  const video = document.querySelector("#picture");
  const numbers = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    const code = readCode(video);
    if (code) numbers.push(code.frame);
  }
  return numbers;
}"""

LOUDEST_HZ = """async (seconds) => {
  const context = new AudioContext();
  const stream = new MediaStream(document.querySelector("#picture").srcObject.getAudioTracks());
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  analyser.smoothingTimeConstant = 0;
  context.createMediaStreamSource(stream).connect(analyser);
  await context.resume();
  const found = [];
  const bins = new Float32Array(analyser.frequencyBinCount);
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    analyser.getFloatFrequencyData(bins);
    const top = bins.indexOf(Math.max(...bins));
    if (bins[top] > -60) found.push(top * context.sampleRate / analyser.fftSize);
  }
  await context.close();
  return found;
}"""


def increasing(numbers: list[int], period: int) -> int:
    """How many of the numbers are ahead of the one before, counting round after ``period``."""
    return sum(0 < (b - a) % period < period // 2 for a, b in pairwise(numbers))


async def serve_reader(page: Page) -> None:
    """Let the page import the strip's reader from its own origin, as its content policy demands."""
    await page.route("**/framecode.js", lambda route: route.fulfill(body=READER, content_type="text/javascript"))


async def test_both_see_and_hear_each_other(here: World, browser: RunningBrowser) -> None:
    """At least 100 increasing frame numbers in 10 s each way, and each side's tone is the loudest at the other."""
    page = await here.agent(browser)
    await serve_reader(page)
    terminal = await here.terminal(microphone={"source": f"beep:{CUSTOMER_HZ}"})
    await terminal.press()
    await terminal.state("in_call")
    await page.wait_for_selector("body[data-state=in_call]")

    await terminal.stats()
    numbers = await page.evaluate(COLLECT, 10)
    stats = await terminal.stats()
    assert len(set(numbers)) >= 100, f"the agent's page read {len(set(numbers))} frame numbers in 10 s"
    assert increasing(numbers, 1 << 20) >= 100
    codes = stats["codes"]
    assert len(set(codes)) >= 100, f"the terminal read {len(set(codes))} frame numbers in 10 s"
    assert increasing(codes, 600) >= 100

    heard = await page.evaluate(LOUDEST_HZ, 4)
    assert sum(abs(hz - CUSTOMER_HZ) < 25 for hz in heard) >= 5, heard
    assert abs((await terminal.stats())["hz"] - AGENT_HZ) < 25


async def test_nothing_of_the_customer_is_shown_before_the_press(here: World, browser: RunningBrowser) -> None:
    """The console has no customer's picture while the terminal is idle, and the terminal has decoded none of the agent."""
    page = await here.agent(browser)
    terminal = await here.terminal()
    assert (await terminal.stats())["frames"] == 0
    assert await page.evaluate("document.querySelector('#picture').srcObject") is None
    await asyncio.wait_for(terminal.press(), 5)
    await terminal.state("in_call")
