"""The real parts for end-to-end stories: a distributor's process, terminals' processes, and agents in Chromium."""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from kiosk.distributor.store import Store
from tests.browser import RunningBrowser

ROOT = Path(__file__).parents[2]
PATIENCE_S = 40.0
"""How long a test waits for what must happen; what has a limit of its own is measured, not waited for."""

Line = dict[str, Any]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """A child process with JSON lines on its standard output (or error); `heard` keeps them all."""

    def __init__(self, process: asyncio.subprocess.Process, *, errors: bool) -> None:
        self.process = process
        self.heard: list[Line] = []
        self._news = asyncio.Condition()
        stream = process.stderr if errors else process.stdout
        assert stream is not None
        self._reading = asyncio.create_task(self._read(stream))

    async def _read(self, stream: asyncio.StreamReader) -> None:
        async for text in stream:
            with contextlib.suppress(ValueError):
                line = json.loads(text)
                async with self._news:
                    self.heard.append(line)
                    self._news.notify_all()

    async def hear(self, wanted: Callable[[Line], bool], since: int = 0, seconds: float = PATIENCE_S) -> Line:
        """The first line, from the ``since``-th on, that is wanted."""
        async with asyncio.timeout(seconds), self._news:
            while True:
                for line in self.heard[since:]:
                    if wanted(line):
                        return line
                since = len(self.heard)
                await self._news.wait()

    async def end(self, *, kill: bool = False) -> int:
        if self.process.returncode is None:
            self.process.kill() if kill else self.process.terminate()
        status = await asyncio.wait_for(self.process.wait(), PATIENCE_S)
        await self._reading
        return status


class DistributorProcess:
    """``kiosk distributor`` on a port of its own, which can be stopped and started again."""

    def __init__(self, folder: Path, wrap_up_s: float) -> None:
        self.port = free_port()
        self.folder = folder
        self.config = folder / "distributor.toml"
        self.config.write_text(
            f'port = {self.port}\nstate_dir = "{folder / "distributor"}"\nwrap_up_s = {wrap_up_s}\nlog_level = "info"\n'
        )
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    async def start(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "kiosk", "distributor", "--config", str(self.config), stderr=asyncio.subprocess.PIPE
        )
        self._process = Process(process, errors=True)
        await self._process.hear(lambda line: line.get("event") == "distributor.listening")

    def lines(self, event: str) -> list[Line]:
        """What its log has of this event so far."""
        return [line for line in (self._process.heard if self._process else []) if line.get("event") == event]

    async def logged_times(self, event: str, number: int) -> list[Line]:
        """Wait until its log has had this event so many times; all of them."""
        assert self._process is not None
        await self._process.hear(lambda _line: len(self.lines(event)) >= number)
        return self.lines(event)

    async def logged(self, event: str, call_id: str | None = None) -> Line:
        """The first line of its log that says so, of this call if it is named."""
        assert self._process is not None
        return await self._process.hear(
            lambda line: line.get("event") == event and call_id in {None, line.get("call_id")}
        )

    async def stop(self, *, kill: bool = False) -> None:
        if self._process is not None:
            await self._process.end(kill=kill)
            self._process = None


class TerminalProcess:
    """A real terminal; see driven_terminal.py."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @property
    def heard(self) -> list[Line]:
        """Everything it said so far."""
        return self._process.heard

    @property
    def mark(self) -> int:
        """Where the story is now: give it to `state` as ``since``."""
        return len(self._process.heard)

    async def tell(self, what: str) -> None:
        stdin = self._process.process.stdin
        assert stdin is not None
        stdin.write(json.dumps({"do": what}).encode() + b"\n")
        await stdin.drain()

    async def hear_state(self, wanted: Callable[[Line], bool], since: int = 0) -> Line:
        return await self._process.hear(lambda line: line["event"] == "state" and wanted(line), since=since)

    async def state(self, *states: str, since: int = 0) -> Line:
        return await self.hear_state(lambda line: line["state"] in states, since=since)

    async def press(self) -> int:
        """Press the button; gives the mark from before the press."""
        mark = self.mark
        await self.tell("press")
        return mark

    async def end_call(self) -> int:
        mark = self.mark
        await self.tell("end")
        return mark

    async def stats(self) -> Line:
        mark = self.mark
        await self.tell("stats")
        return await self._process.hear(lambda line: line["event"] == "stats", since=mark)

    async def stands_by(self, links: int, *, picture: bool = False) -> None:
        """Wait until so many links are ready, and an agent's picture where that is wanted."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                mark = self.mark
                await self.tell("standby")
                now = await self._process.hear(lambda line: line["event"] == "standby", since=mark)
                if now["links"] >= links and now["picture"] >= picture:
                    return
                await asyncio.sleep(0.05)

    async def face(self, since: int) -> Line:
        """The first face that was drawn since then."""
        return await self._process.hear(lambda line: line["event"] == "face", since=since)

    async def end(self, *, kill: bool = False) -> None:
        stdin = self._process.process.stdin
        assert stdin is not None
        if kill:
            await self._process.end(kill=True)
            return
        stdin.close()
        await asyncio.wait_for(self._process.process.wait(), PATIENCE_S)


class World:
    """One distributor and any number of terminals and agents; everything ends with it."""

    def __init__(self, folder: Path, distributor: DistributorProcess) -> None:
        self.folder = folder
        self.distributor = distributor
        self._terminals: list[TerminalProcess] = []

    async def terminal(self, name: str = "Front desk", /, **sections: dict[str, Any]) -> TerminalProcess:
        """A terminal that has enrolled and is idle; ``sections`` change its configuration."""
        terminal = await self.begin_terminal(name, **sections)
        await terminal.state("idle")
        return terminal

    async def begin_terminal(self, name: str = "Front desk", /, **sections: dict[str, Any]) -> TerminalProcess:
        with Store(self.distributor.folder / "distributor") as store:
            code = store.new_enrolment_code(name, "Main street")
        config: dict[str, dict[str, Any]] = {
            "terminal": {"state_dir": str(self.folder / name.replace(" ", "-")), "enrolment_code": code},
            "distributor": {"url": self.distributor.ws_url},
            "camera": {"source": "pattern", "width": 640, "height": 360, "fps": 20},
            "microphone": {"source": "tone:1000"},
            "speaker": {"sink": "measure"},
            "button": {"pin": "virtual", "lamp": "virtual"},
            "screen": {"fullscreen": False, "width": 640, "height": 400},
        }
        for section, values in sections.items():
            config[section] = config.get(section, {}) | values
        file = self.folder / f"{name.replace(' ', '-')}.toml"
        file.write_text(toml(config))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "tests" / "e2e" / "driven_terminal.py"),
            str(file),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            limit=2**20,
        )
        terminal = TerminalProcess(Process(process, errors=False))
        self._terminals.append(terminal)
        return terminal

    async def agent(self, browser: RunningBrowser, name: str = "Ann") -> Page:
        """An agent who has signed in by a link, in a page of their own, and is available."""
        with Store(self.distributor.folder / "distributor") as store:
            if not store.has_agent(name):
                store.add_agent(name, "Adviser")
            code = store.agent_link(name)
        page = await browser.page()
        await page.goto(f"{self.distributor.url}#code={code}")
        await become_available(page)
        return page

    async def close(self) -> None:
        for terminal in self._terminals:
            await terminal.end()
        await self.distributor.stop()


def toml(config: dict[str, dict[str, Any]]) -> str:
    """Flat tables as TOML; JSON's strings, numbers and booleans are TOML's."""
    return "\n".join(
        f"[{section}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
        for section, values in config.items()
    )


async def become_available(page: Page) -> None:
    await page.wait_for_selector("body[data-state=away]")
    await page.keyboard.press("a")
    await page.wait_for_selector("body[data-state=available]")


@contextlib.asynccontextmanager
async def world(folder: Path, wrap_up_s: float = 0.0) -> AsyncIterator[World]:
    """A distributor that runs, and what is added to it, until the end of the block."""
    distributor = DistributorProcess(folder, wrap_up_s)
    await distributor.start()
    here = World(folder, distributor)
    try:
        yield here
    finally:
        await here.close()
