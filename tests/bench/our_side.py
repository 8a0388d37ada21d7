"""Our side: the real terminal, the real distributor over TLS, and the console in Chromium."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import psutil
import trustme
from playwright.async_api import Page

from kiosk.distributor.store import Store
from tests.bench.browsers import clock_offset_s
from tests.bench.sides import PORT, RECEIVED, CallTimes, Far, Seen, Setting, first_shown
from tests.e2e.world import Process, become_available, toml

AGENT = "Ann"
END_S = 10

WATCH_CUSTOMER = """() => {
  const video = document.querySelector("#picture");
  window.shown = [];
  const note = () => { window.shown.push(performance.now()); video.requestVideoFrameCallback(note); };
  video.requestVideoFrameCallback(note);
}"""


class Ours:
    """The real terminal, the real distributor, and the console in Chromium."""

    name = "ours"

    def __init__(self, terminal: Process, page: Page, offset_s: float) -> None:
        self._terminal, self._page, self._offset_s = terminal, page, offset_s

    async def call(self) -> CallTimes:
        """Press, and wait until both have seen each other."""
        await self._page.evaluate("window.shown.length = 0")
        since = len(self._terminal.heard)
        await self._tell("press")
        press = await self._terminal.hear(lambda line: line["event"] == "press", since)
        times = CallTimes(press["at"])
        with contextlib.suppress(TimeoutError):
            face = await self._terminal.hear(lambda line: line["event"] == "face", since, 15)
            times.face = face["at"]
        times.seen = await first_shown(self._page, "window.shown", self._offset_s)
        return times

    async def watched(self) -> Seen:
        """What was watched since the last time this was asked; the call goes on."""
        since = len(self._terminal.heard)
        await self._tell("stats")
        line = await self._terminal.hear(lambda line: line["event"] == "stats", since)
        shown = await self._page.evaluate("window.shown.splice(0)")
        far = await self._page.evaluate(RECEIVED)
        return Seen(line["drawn"], line["size"], [at / 1000 + self._offset_s for at in shown], far or {})

    async def hang_up(self) -> None:
        """End the call, and wait until the next one can begin."""
        since = len(self._terminal.heard)
        await self._tell("end")
        await self._terminal.hear(lambda line: line.get("state") in {"thanks", "idle"}, since)
        await self._page.wait_for_selector("body[data-state=available]")

    def processes(self) -> psutil.Process:
        """The terminal's process."""
        return psutil.Process(self._terminal.process.pid)

    async def _tell(self, what: str) -> None:
        stdin = self._terminal.process.stdin
        assert stdin is not None
        stdin.write(json.dumps({"do": what}).encode() + b"\n")
        await stdin.drain()


async def _spawn(*command: str, errors: bool, **more: Any) -> Process:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=None if errors else asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE if errors else None,
        limit=2**22,
        **more,
    )
    return Process(process, errors=errors)


async def _end(process: Process) -> None:
    stdin = process.process.stdin
    assert stdin is not None
    stdin.close()
    try:
        await asyncio.wait_for(process.process.wait(), 10)
    except TimeoutError:
        await process.end(kill=True)


@contextlib.asynccontextmanager
async def ours(far: Far) -> AsyncIterator[Ours]:
    """Our side, ready for a press."""
    setting = far.setting
    async with AsyncExitStack() as steps:
        folder = Path(steps.enter_context(tempfile.TemporaryDirectory(dir=setting.folder)))
        authority = _certify(folder, setting.net.far.address)
        await _distributor(setting, folder, steps)
        with Store(folder / "distributor") as store:
            store.add_agent(AGENT, "Adviser")
            link = store.agent_link(AGENT)
            enrolment = store.new_enrolment_code("Front desk", "Main street")
        page = await far.page()
        await page.goto(f"https://{setting.net.far.address}:{PORT}/#code={link}")
        await become_available(page)
        await page.evaluate(WATCH_CUSTOMER)
        terminal = await _terminal(setting, folder, authority, enrolment, steps)
        yield Ours(terminal, page, await clock_offset_s(page))
        await page.close(run_before_unload=False)


def _certify(folder: Path, address: str) -> Path:
    authority = trustme.CA()
    certificate = authority.issue_cert(address)
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    authority.cert_pem.write_to_path(folder / "authority.pem")
    return folder / "authority.pem"


async def _distributor(setting: Setting, folder: Path, steps: AsyncExitStack) -> None:
    file = folder / "distributor.toml"
    file.write_text(
        f'host = "{setting.net.far.address}"\nport = {PORT}\nstate_dir = "{folder / "distributor"}"\nwrap_up_s = 0.0\n'
        f'tls_certificate = "{folder / "cert.pem"}"\ntls_key = "{folder / "key.pem"}"\n'
    )
    words = setting.net.far.command(sys.executable, "-m", "kiosk", "distributor", "--config", str(file))
    process = await _spawn(*words, errors=True)
    steps.push_async_callback(process.end)
    await process.hear(lambda line: line.get("event") == "distributor.listening")


async def _terminal(setting: Setting, folder: Path, authority: Path, enrolment: str, steps: AsyncExitStack) -> Process:
    config: dict[str, dict[str, Any]] = {
        "terminal": {"state_dir": str(folder / "terminal"), "enrolment_code": enrolment},
        "distributor": {"url": f"wss://{setting.net.far.address}:{PORT}/ws", "ca_file": str(authority)},
        "camera": {"source": f"file:{setting.camera}", "width": 1280, "height": 720, "fps": 30},
        "microphone": {"source": "speech"},
        "speaker": {"sink": "measure"},
        "button": {"pin": "virtual", "lamp": "virtual"},
        "screen": {"fullscreen": False, "width": 1280, "height": 800},
        "video": {"start_kbps": setting.start_kbps, "max_kbps": setting.max_kbps},
    }
    file = folder / "terminal.toml"
    file.write_text(toml(config))
    words = [sys.executable, "-m", setting.driver, str(file), *(["--screen"] if setting.display else [])]
    unset = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    env = {key: value for key, value in os.environ.items() if key not in unset}
    if setting.display:
        env["DISPLAY"] = setting.display
    process = await _spawn(*setting.net.near.command(*words), errors=False, env=env)
    steps.push_async_callback(_end, process)
    await process.hear(lambda line: line.get("state") == "idle")
    return process
