"""Pictures of the console in each of its states, from a real call: ``uv run python tests/console/take_screenshots.py DIR``."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import Page

from kiosk import logs
from tests.browser import RunningBrowser, chromium
from tests.console.desk import Desk
from tests.console.drawn import AGENT, clip
from tests.console.site import Cockpit, Site
from tests.console.terminal import Terminal

SIZES = ((1280, 800), (1920, 1080))
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SETTLED = "Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)))"


def take(out_dir: Path) -> list[Path]:
    """Write ``console-STATE-WIDTHxHEIGHT-THEME.png`` for each state, size and theme; returns the files."""
    out_dir.mkdir(parents=True, exist_ok=True)
    return asyncio.run(_take(out_dir))


@dataclass(frozen=True)
class Camera:
    """Takes one picture of each size and theme of a page that stays as it is."""

    page: Page
    out_dir: Path
    files: list[Path]

    async def shoot(self, state: str) -> None:
        """Write the pictures of this state."""
        for width, height in SIZES:
            await self.page.set_viewport_size({"width": width, "height": height})
            for theme in THEMES:
                await self.page.emulate_media(color_scheme=theme)
                await self.page.mouse.move(0, 0)
                await self.page.evaluate(SETTLED)
                file = self.out_dir / f"console-{state}-{width}x{height}-{theme}.png"
                await self.page.screenshot(path=file)
                self.files.append(file)


async def _take(out_dir: Path) -> list[Path]:
    files: list[Path] = []
    with tempfile.TemporaryDirectory() as scratch:
        film = Path(scratch) / "agent.mjpeg"
        film.write_bytes(clip(AGENT))
        site = Site(Path(scratch) / "distributor", wrap_up_s=60)
        async with chromium(f"--use-file-for-fake-video-capture={film}") as browser:
            await site.start()
            try:
                await _before_the_press(site, browser, out_dir, files)
                await _shifts(site, browser, out_dir, files)
            finally:
                await site.stop()
    async with chromium(without=("--use-fake-device-for-media-stream",)) as browser:
        await _no_camera(browser, out_dir, files)
    return files


async def _before_the_press(site: Site, browser: RunningBrowser, out_dir: Path, files: list[Path]) -> None:
    """Somebody stands in front of a terminal, and presses; the distributor's part is spoken by this script."""
    site.add_agent()
    camera = Camera(await browser.page(), out_dir, files)
    desk = Desk(camera.page, Cockpit(camera.page, site))
    await desk.open()
    try:
        far = await desk.link()
        await desk.willing()
        desk.pre_roll(far.link_id, fence=1)
        await far.until(lambda: far.pictures > 0)
        await desk.seen(is_seen=True)
        await camera.shoot("seen")
        await desk.call(far)
        await camera.shoot("in-call-hot")
    finally:
        await desk.close()
        await camera.page.context.close()


async def _shifts(site: Site, browser: RunningBrowser, out_dir: Path, files: list[Path]) -> None:
    camera = Camera(await browser.page(), out_dir, files)
    cockpit, terminal = Cockpit(camera.page, site), Terminal(site.here.url)
    await _signing_in(cockpit, camera)
    await cockpit.open()
    await camera.shoot("away")
    await cockpit.be_available()
    await camera.page.wait_for_function("() => document.getElementById('own-picture').currentTime > 0.5")
    await camera.shoot("available")
    await terminal.connect(site.terminal_code("Desk 2", "Springfield, Main Street"))
    try:
        await _call(cockpit, terminal, camera)
    finally:
        await terminal.close()


async def _signing_in(cockpit: Cockpit, camera: Camera) -> None:
    await camera.page.goto(cockpit.site.here.url)
    await camera.page.wait_for_selector("#sign-in-form")
    await camera.shoot("sign-in")
    await camera.page.fill("#name", "Ada Lovelace")
    await camera.page.fill("#password", "not my password")
    await camera.page.press("#password", "Enter")
    await camera.page.wait_for_selector("#sign-in-problem", state="visible")
    await camera.shoot("sign-in-wrong")


async def _call(cockpit: Cockpit, terminal: Terminal, camera: Camera) -> None:
    await terminal.press("de")
    await cockpit.shows("in_call")
    await cockpit.sees_the_customer()
    await camera.shoot("in-call")
    steps: tuple[tuple[str, Callable[[], Awaitable[None]]], ...] = (
        ("muted", lambda: _muted(cockpit)),
        ("in-call-reconnecting", lambda: _cut(cockpit)),
        ("wrap-up", lambda: _wrapped_up(cockpit, terminal)),
        ("reconnecting", lambda: _lost(cockpit)),
    )
    for state, step in steps:
        await step()
        await camera.shoot(state)


async def _muted(cockpit: Cockpit) -> None:
    await cockpit.press("m")
    await cockpit.shows("muted")


async def _cut(cockpit: Cockpit) -> None:
    await cockpit.press("m")
    await cockpit.site.stop()
    await cockpit.reads("#link", "is being restored")


async def _wrapped_up(cockpit: Cockpit, terminal: Terminal) -> None:
    await cockpit.site.start()
    await terminal.connect()
    await cockpit.page.wait_for_function("() => document.getElementById('link').textContent === ''")
    await cockpit.press("e")
    await cockpit.shows("wrap_up")
    await cockpit.page.wait_for_selector("#wrap-up", state="visible")


async def _lost(cockpit: Cockpit) -> None:
    await cockpit.press("r")
    await cockpit.shows("available")
    await cockpit.site.stop()
    await cockpit.shows("restoring")


async def _no_camera(browser: RunningBrowser, out_dir: Path, files: list[Path]) -> None:
    """On a machine without devices, in a browser that has no fake ones."""
    with tempfile.TemporaryDirectory() as scratch:
        site = Site(Path(scratch))
        await site.start()
        try:
            site.add_agent()
            camera = Camera(await browser.page(), out_dir, files)
            cockpit = Cockpit(camera.page, site)
            await cockpit.open()
            await cockpit.press("a")
            await cockpit.reads("#stage-words", "You can't become available yet")
            await camera.shoot("no-camera")
        finally:
            await site.stop()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say where to: take_screenshots.py DIRECTORY")
    logs.set_up("error")
    print(*take(Path(sys.argv[1])), sep="\n")
