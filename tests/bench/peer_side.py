"""The peer's side: Chromium with a page that does the terminal's job, and a page for its agent."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import urlencode

import psutil
from playwright.async_api import Page

from tests.bench.browsers import chromium_at, clock_offset_s, screen_page
from tests.bench.sides import RECEIVED, RELAY_PORT, CallTimes, Far, Seen, first_shown
from tests.browser import RunningBrowser

PATIENCE_S = 30.0


class Peer:
    """Chromium with a page that does the terminal's job, and a page for its agent."""

    name = "peer"

    def __init__(self, browser: RunningBrowser, kiosk: Page, agent: Page, offsets_s: tuple[float, float]) -> None:
        self._browser, self._kiosk, self._agent = browser, kiosk, agent
        self._near_s, self._far_s = offsets_s

    async def call(self) -> CallTimes:
        """Press, and wait until both have seen each other."""
        pressed = await self._kiosk.evaluate("kiosk.press()")
        times = CallTimes(pressed / 1000 + self._near_s)
        times.face = await first_shown(self._kiosk, "kiosk.shown", self._near_s)
        times.voice = await first_shown(self._kiosk, "kiosk.heard", self._near_s)
        times.seen = await first_shown(self._agent, "agent.shown", self._far_s)
        times.heard = await first_shown(self._agent, "agent.heard", self._far_s)
        return times

    async def stand_by(self) -> None:
        """From now on calls go over a standby link, made now."""
        await self._kiosk.evaluate("kiosk.standBy()")

    async def call_cold(self) -> None:
        """From now on each call makes its own connection."""
        await self._kiosk.evaluate("kiosk.leave()")
        await self._agent.wait_for_function("agent.peer === null")

    async def watched(self) -> Seen:
        """What was watched since the last time this was asked; the call goes on."""
        drawn = await self._kiosk.evaluate("kiosk.shown.splice(0)")
        width, height = await self._kiosk.evaluate(
            "(() => { const v = document.querySelector('#agent'); return [v.videoWidth, v.videoHeight]; })()"
        )
        shown = await self._agent.evaluate("agent.shown.splice(0)")
        far = await self._agent.evaluate(RECEIVED)
        return Seen(
            [at / 1000 + self._near_s for at in drawn],
            f"{width}x{height}",
            [at / 1000 + self._far_s for at in shown],
            far or {},
        )

    async def hang_up(self) -> None:
        """End the call, and wait until the next one can begin."""
        await self._kiosk.evaluate("kiosk.end()")
        await self._agent.wait_for_function("!agent.busy")

    def processes(self) -> psutil.Process:
        """Chromium's main process; Playwright's driver isn't below it."""
        return psutil.Process(self._browser.pid)


@contextlib.asynccontextmanager
async def peer(far: Far) -> AsyncIterator[Peer]:
    """The peer, ready for a press."""
    setting = far.setting
    at = f"http://{setting.net.far.address}:{RELAY_PORT}/page"
    asked = urlencode(
        {
            "start_kbps": setting.start_kbps,
            "max_kbps": setting.max_kbps,
            "keep": setting.keep,
            "codec": setting.peer_codec,
        }
    )
    async with AsyncExitStack() as steps:
        words = [sys.executable, "-m", "tests.bench.peer.relay", setting.net.far.address, str(RELAY_PORT)]
        relay = await _relay(setting.net.far.command(*words))
        steps.push_async_callback(_stop_relay, relay)
        agent = await far.page()
        await agent.goto(f"{at}/agent.html")
        await agent.evaluate("agent.start()")
        browser = await steps.enter_async_context(
            chromium_at(setting.net.near, setting.folder, *setting.chromium_flags(), display=setting.display)
        )
        kiosk = await (screen_page(browser) if setting.display else browser.page())
        await kiosk.goto(f"{at}/kiosk.html?{asked}")
        await kiosk.evaluate("kiosk.start()")
        yield Peer(browser, kiosk, agent, (await clock_offset_s(kiosk), await clock_offset_s(agent)))
        await agent.close()


async def _relay(command: list[str]) -> asyncio.subprocess.Process:
    relay = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert relay.stdout is not None
    if await asyncio.wait_for(relay.stdout.readline(), PATIENCE_S) != b"up\n":
        raise OSError("The peer's relay didn't start.")
    return relay


async def _stop_relay(relay: asyncio.subprocess.Process) -> None:
    assert relay.stdin is not None
    relay.stdin.close()
    await asyncio.wait_for(relay.wait(), PATIENCE_S)
