"""Real Chromium for tests, through Playwright: with fake devices, any further flags, and the browser's process id."""

import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, BrowserContext, Error, Page, async_playwright

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
PATIENCE_MS = 15_000
"""How long Playwright waits for what a test asks it to wait for."""


@dataclass(frozen=True)
class RunningBrowser:
    """A browser that runs: ``pid`` is its main process, to be killed by tests that want that."""

    browser: Browser
    pid: int

    async def page(
        self, *, width: int = 1280, height: int = 800, dark: bool = False, permissions: tuple[str, ...] | None = None
    ) -> Page:
        """A page in a context of its own (own cookies). ``permissions`` limits what it is granted; none leaves the flags' say."""
        context: BrowserContext = await self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", locale="en-GB"
        )
        if permissions is not None:
            await context.grant_permissions(list(permissions))
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page


def executable() -> str | None:
    """Where Chromium is: ``KIOSK_CHROMIUM`` in the environment, or on the path; none where it isn't installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("KIOSK_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextlib.asynccontextmanager
async def chromium(*extra: str, without: tuple[str, ...] = ()) -> AsyncIterator[RunningBrowser]:
    """A browser with `FLAGS` minus ``without`` plus ``extra``, e.g. ``--use-file-for-fake-video-capture=FILE.mjpeg``.

    Raises `FileNotFoundError` where Chromium isn't installed.
    """
    path = executable()
    if path is None:
        raise FileNotFoundError("Chromium isn't installed (`apt install chromium`), or KIOSK_CHROMIUM isn't set.")
    async with async_playwright() as playwright:
        flags = [flag for flag in FLAGS if flag not in without] + list(extra)
        browser = await playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield RunningBrowser(browser, await _pid(browser))
        finally:
            with contextlib.suppress(Error):  # a test may have killed it
                await browser.close()


async def _pid(browser: Browser) -> int:
    session = await browser.new_browser_cdp_session()
    processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    await session.detach()
    return int(next(process["id"] for process in processes if process["type"] == "browser"))


LaunchChromium = Callable[..., AbstractAsyncContextManager[RunningBrowser]]


@pytest.fixture(scope="session")
def launch_chromium() -> LaunchChromium:
    """`chromium`, to be called with the flags that a test needs; skips the test where Chromium isn't installed."""
    if executable() is None:
        pytest.skip(
            "CHROMIUM IS NOT INSTALLED: this test has not run. Do `apt install chromium` or set KIOSK_CHROMIUM."
        )
    return chromium
