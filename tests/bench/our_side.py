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
from tests.bench.sides import LISTEN, PORT, RECEIVED, CallTimes, Far, Seen, Setting, first_shown
from tests.e2e.world import Process, become_available, toml

AGENT = "Ann"
END_S = 10
LOOKS_S = 0.5
"""A customer looks at the screen for this long before the press."""

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
        self._seen = False

    async def call(self) -> CallTimes:
        """Press, and wait until both have seen each other."""
        await self._page.evaluate("window.shown.length = window.heard.length = 0")
        since = len(self._terminal.heard)
        await self._tell("press")
        press = await self._terminal.hear(lambda line: line["event"] == "press", since)
        times = CallTimes(press["at"])
        times.face = await self._moment("face", since)
        times.voice = await self._moment("voice", since)
        times.seen = await first_shown(self._page, "window.shown", self._offset_s)
        times.heard = await first_shown(self._page, "window.heard", self._offset_s)
        return times

    async def stand_by(self) -> None:
        """Wait until a standby link is up."""
        await self._said("ready")

    async def approach(self) -> None:
        """Somebody stands in front of the terminal, and it keeps a picture of the agent at hand."""
        if not self._seen:
            self._seen = True
            await self._page.keyboard.press("p")  # the agent lets customers see her before they press
        await self._be_idle()
        await self._said("approach")
        await asyncio.sleep(LOOKS_S)

    async def _be_idle(self) -> None:
        """The customer before has left the thank-you."""
        states = [line["state"] for line in self._terminal.heard if "state" in line]
        if states[-1] != "idle":
            since = len(self._terminal.heard)
            await self._tell("end")
            await self._terminal.hear(lambda line: line.get("state") == "idle", since)

    async def go_away(self) -> None:
        """Nobody stands there any more."""
        await self._tell("leave")

    async def _said(self, what: str) -> None:
        since = len(self._terminal.heard)
        await self._tell(what)
        await self._terminal.hear(lambda line: line["event"] == what, since, 60)

    async def _moment(self, event: str, since: int) -> float | None:
        with contextlib.suppress(TimeoutError):
            line = await self._terminal.hear(lambda line: line["event"] == event, since, 15)
            return float(line["at"])
        return None

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
async def ours(far: Far, links: int = 0) -> AsyncIterator[Ours]:
    """Our side, ready for a press, with so many standby links."""
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
        await page.evaluate(LISTEN)
        files = {"ca_file": str(authority), "enrolment": enrolment}
        terminal = await _terminal(setting, folder, files, links, steps)
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


async def _terminal(
    setting: Setting, folder: Path, given: dict[str, str], links: int, steps: AsyncExitStack
) -> Process:
    config: dict[str, dict[str, Any]] = {
        "terminal": {"state_dir": str(folder / "terminal"), "enrolment_code": given["enrolment"]},
        "distributor": {"url": f"wss://{setting.net.far.address}:{PORT}/ws", "ca_file": given["ca_file"]},
        "standby": {"links": links},
        "presence": {"source": "virtual"},
        "camera": {"source": f"file:{setting.camera}", "width": 1280, "height": 720, "fps": 30},
        "microphone": {"source": f"file:{setting.voice}" if setting.voice else "speech"},
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
