"""Chromium for benchmarks: at either end of an emulated line, with or without a screen, and with its pages' clock known."""

import os
import shlex
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright

from tests.browser import FLAGS, PATIENCE_MS, RunningBrowser, _pid, executable
from tests.faults.wan import Place

CLOCK_TRIES = 15
WITH_A_SCREEN = ("--kiosk", "--window-position=0,0", "--window-size=1280,800", "--hide-scrollbars")


@asynccontextmanager
async def chromium_at(
    place: Place, folder: Path, *extra: str, display: str | None = None
) -> AsyncIterator[RunningBrowser]:
    """A browser that runs at ``place`` with ``extra`` flags; with a ``display`` in kiosk mode on it, else headless.

    Raises OSError where Chromium isn't installed.
    """
    path = executable()
    if path is None:
        raise OSError("Chromium isn't installed: `make bench` installs it, or set KIOSK_CHROMIUM.")
    flags = [flag for flag in FLAGS if display is None or flag != "--headless"]
    flags += ["--disable-features=WebRtcHideLocalIpsWithMdns", "--ignore-certificate-errors", *extra]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=_starter(place, path, folder),
            args=[*flags, *(WITH_A_SCREEN if display else ())],
            headless=display is None,
            env={**os.environ, **({"DISPLAY": display} if display else {})},
        )
        try:
            yield RunningBrowser(browser, await _pid(browser))
        finally:
            await browser.close()


def _starter(place: Place, chromium: str, folder: Path) -> Path:
    """A program that is Chromium at that place, for Playwright to start."""
    starter = folder / f"chromium-at-{place.address}"
    starter.write_text(f'#!/bin/sh\nexec {shlex.join(place.command(chromium))} "$@"\n')
    starter.chmod(0o755)
    return starter


async def screen_page(browser: RunningBrowser) -> Page:
    """The page that a browser in kiosk mode shows over the whole screen, at the screen's own size."""
    context = await browser.browser.new_context(no_viewport=True, locale="en-GB")
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


async def clock_offset_s(page: Page) -> float:
    """What to add to the page's ``performance.now() / 1000`` for this machine's ``time.monotonic()``: the best of some tries."""
    best, offset = float("inf"), 0.0
    for _ in range(CLOCK_TRIES):
        before = time.monotonic()
        there = await page.evaluate("performance.now()")
        after = time.monotonic()
        if after - before < best:
            best, offset = after - before, (before + after) / 2 - there / 1000
    return offset
