"""``kiosk demo``, as a newcomer and as CI run it."""

import asyncio
import contextlib
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browser import RunningBrowser
from tests.e2e.world import PATIENCE_S, become_available

pytestmark = pytest.mark.e2e


@contextlib.asynccontextmanager
async def demo(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The demo in a process of its own, without a display; told to end at the end."""
    without = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "kiosk",
        "demo",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        env={key: value for key, value in os.environ.items() if key not in without},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE_S)


async def line_with(process: asyncio.subprocess.Process, words: str) -> str:
    """The next line that it prints with these words in it."""
    assert process.stdout is not None
    async with asyncio.timeout(60):
        async for line in process.stdout:
            if words in line.decode():
                return line.decode()
    raise AssertionError(f"the demo ended without saying {words!r}")


async def test_measured_calls_make_a_report(tmp_path: Path) -> None:
    """Every key that a reader of the report counts on, and an exit status that says that all calls were good."""
    file = tmp_path / "report.json"
    async with demo("--headless", "--calls", "2", "--report", str(file)) as process:
        assert await asyncio.wait_for(process.wait(), 90) == 0
    report = json.loads(file.read_text())
    assert [call["outcome"] for call in report["calls"]] == ["completed", "completed"]
    for span in ("press_to_face_ms", "press_to_seen_ms"):
        assert 0 < report[span]["p50"] <= report[span]["p95"]
    assert sum(made["calls"] for made in report["by_path"].values()) == 2
    assert report["calls"][1]["path"] == "hot", "every second customer looks before the press"
    for call in report["calls"]:
        assert min(call["press_to_face_ms"], call["press_to_seen_ms"]) > 0
        assert min(call["frames_in"], call["frames_out"], call["moved_in"], call["moved_out"]) >= 10
        assert call["path"] in {"hot", "warm", "cold"}
        assert min(call["audio_in_dbfs"], call["audio_out_dbfs"]) > -50


async def test_a_newcomer_without_a_display_sees_a_call_and_then_takes_one(browser: RunningBrowser) -> None:
    """It says that it runs headless, shows a call with the built-in agent, and steps back for a person."""
    async with demo() as process:
        await line_with(process, "no display")
        address = re.search(r"http\S+", await line_with(process, "The agents' console"))
        assert address is not None
        await line_with(process, "A live call is up")
        page = await browser.page()
        await page.goto(address[0])
        await become_available(page)
        await line_with(process, "The next call is yours")
        await page.close(run_before_unload=True)
        await line_with(process, "The built-in agent answers again")
        process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0
