"""The two sides that are compared, behind one face: our terminal with the real distributor and console, and the peer's pages.

Both have their customer at the near end of the line and everything else at the far end: the agent's browser (one Chromium
for both), our distributor, the peer's relay. Both agents get the same camera file, both customers too.
"""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import psutil
import trustme
from playwright.async_api import Page

from kiosk.distributor.store import Store
from tests.bench.browsers import chromium_at, clock_offset_s, screen_page
from tests.browser import RunningBrowser
from tests.e2e.world import Process, become_available, toml
from tests.faults.wan import Wan

PORT, RELAY_PORT = 8760, 8761
PATIENCE_S = 30.0
AGENT = "Ann"

WATCH_ALL = """
  window.peers = [];
  const Plain = RTCPeerConnection;
  window.RTCPeerConnection = class extends Plain {
    constructor(...given) { super(...given); window.peers.push(this); }
  };
"""
"""Lets a benchmark ask a page's peer connections for their statistics."""

WATCH_CUSTOMER = """() => {
  const video = document.querySelector("#picture");
  window.shown = [];
  const note = () => { window.shown.push(performance.now()); video.requestVideoFrameCallback(note); };
  video.requestVideoFrameCallback(note);
}"""

FIRST_SHOWN = """async () => {
  const end = performance.now() + 15_000;
  while (!TIMES.length && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  return TIMES[0] ?? null;
}"""
"""Playwright's own waiting for a condition is what the console's content policy forbids."""

RECEIVED = """async () => {
  const peer = window.peers.at(-1);
  if (!peer) return null;
  const report = await peer.getStats();
  const found = {};
  for (const stat of report.values()) {
    if (stat.kind !== "video") continue;
    if (stat.type === "inbound-rtp") found.inbound = stat;
    if (stat.type === "outbound-rtp") found.outbound = stat;
  }
  const codec = (stat) => stat && report.get(stat.codecId)?.mimeType;
  return { ...found, inCodec: codec(found.inbound), outCodec: codec(found.outbound) };
}"""


@dataclass
class CallTimes:
    """One call's moments, in seconds of this machine's monotonic clock."""

    pressed: float
    face: float | None = None
    """The agent's first picture was drawn at the customer's."""
    seen: float | None = None
    """The customer's first picture was shown to the agent."""

    def since_press_ms(self, at: float | None) -> float | None:
        """From the press to ``at``."""
        return None if at is None else round((at - self.pressed) * 1000, 1)


@dataclass
class Seen:
    """What was watched in a stretch of a call."""

    drawn: list[float] = field(default_factory=list)
    """When each of the agent's pictures was drawn at the customer's, monotonic seconds."""
    size: str = ""
    """Of the agent's pictures there."""
    shown: list[float] = field(default_factory=list)
    """When each of the customer's pictures was shown to the agent."""
    far: dict[str, Any] = field(default_factory=dict)
    """The agent's browser's statistics of the video: ``inbound``, ``outbound``, ``inCodec``, ``outCodec``."""


class Side(Protocol):
    """One of the two that are compared."""

    name: str

    async def call(self) -> CallTimes:
        """Press, and wait until both have seen each other."""

    async def watched(self) -> Seen:
        """What was watched since the last time this was asked; the call goes on."""

    async def hang_up(self) -> None:
        """End the call, and wait until the next one can begin."""

    def processes(self) -> psutil.Process:
        """The main process of what stands at the customer's; the others are below it."""


@dataclass(frozen=True)
class Setting:
    """What both sides are given."""

    net: Wan
    folder: Path
    camera: Path
    """A motion JPEG file, the camera of the customer and of the agent."""
    start_kbps: int = 1500
    max_kbps: int = 2500
    keep: str = "maintain-framerate"
    """What the peer's customer keeps when starved."""
    peer_codec: str = "h264"
    """What the peer offers first: ``h264`` or ``vp8``."""
    display: str | None = None
    """The X display for the customer's screen; none draws into memory."""

    def chromium_flags(self) -> tuple[str, ...]:
        """The camera file as Chromium's camera, and no TLS asked of the relay's pages."""
        at = f"http://{self.net.far.address}:{RELAY_PORT}"
        return (
            f"--use-file-for-fake-video-capture={self.camera}",
            f"--unsafely-treat-insecure-origin-as-secure={at}",
        )


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
        times.seen = await first_shown(self._agent, "agent.shown", self._far_s)
        return times

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
        await self._agent.wait_for_function("agent.peer === null")

    def processes(self) -> psutil.Process:
        """Chromium's main process; Playwright's driver isn't below it."""
        return psutil.Process(self._browser.pid)


async def first_shown(page: Page, times: str, offset_s: float) -> float | None:
    """When the page showed the first picture, in monotonic seconds; none where it never did."""
    first: float | None = await page.evaluate(FIRST_SHOWN.replace("TIMES", times))
    return None if first is None else first / 1000 + offset_s


class Far:
    """The agent's end: one browser for both sides' agents."""

    def __init__(self, setting: Setting, browser: RunningBrowser) -> None:
        self.setting, self.browser = setting, browser

    async def page(self) -> Page:
        """A page there, whose peer connections can be asked."""
        page = await self.browser.page()
        await page.add_init_script(WATCH_ALL)
        return page


@contextlib.asynccontextmanager
async def far_end(setting: Setting) -> AsyncIterator[Far]:
    """The agent's browser."""
    async with chromium_at(setting.net.far, setting.folder, *setting.chromium_flags()) as browser:
        yield Far(setting, browser)


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
    words = [sys.executable, "-m", "tests.bench.driven", str(file), *(["--screen"] if setting.display else [])]
    unset = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    env = {key: value for key, value in os.environ.items() if key not in unset}
    if setting.display:
        env["DISPLAY"] = setting.display
    process = await _spawn(*setting.net.near.command(*words), errors=False, env=env)
    steps.push_async_callback(_end, process)
    await process.hear(lambda line: line.get("state") == "idle")
    return process


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
