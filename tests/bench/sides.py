"""What the two sides that are compared have in common: what they are given, what they can be asked, and the far end.

Both have their customer at the near end of the line and everything else at the far end: the agent's browser (one Chromium
for both), our distributor, the peer's relay. Both agents get the same camera file, both customers too.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import psutil
from playwright.async_api import Page

from tests.bench.browsers import chromium_at
from tests.browser import RunningBrowser
from tests.faults.wan import Wan

PORT, RELAY_PORT = 8760, 8761
"""Of our distributor and of the peer's relay, in a network of their own."""

WATCH_ALL = """
  window.peers = [];
  const Plain = RTCPeerConnection;
  window.RTCPeerConnection = class extends Plain {
    constructor(...given) { super(...given); window.peers = [...window.peers.slice(-40), this]; }
  };
"""
"""Lets a benchmark ask a page's peer connections for their statistics."""

FIRST_SHOWN = """async () => {
  const end = performance.now() + 15_000;
  while (!TIMES.length && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  return TIMES[0] ?? null;
}"""
"""Playwright's own waiting for a condition is what the console's content policy forbids."""

LISTEN = """() => {
  window.heard = [];
  const video = document.querySelector("#picture");
  const context = new AudioContext({ latencyHint: "interactive" });
  const analyser = new AnalyserNode(context, { fftSize: 256 });
  const samples = new Float32Array(analyser.fftSize);
  let heard = null, source = null;
  setInterval(() => {
    const stream = video.srcObject?.getAudioTracks().length ? video.srcObject : null;
    if (stream !== heard) {
      source?.disconnect();
      source = stream && context.createMediaStreamSource(stream);
      source?.connect(analyser);
      heard = stream;
    }
    if (!source || window.heard.length) return;
    analyser.getFloatTimeDomainData(samples);
    if (samples.some((sample) => Math.abs(sample) > 0.003)) window.heard.push(performance.now());
  }, 5);
}"""
"""Notes when what the console plays was first loud (-50 dBFS) since ``window.heard`` was emptied: tests/bench/peer/line.js does
the same for the peer, whose page may import it."""

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
    voice: float | None = None
    """The agent's voice came out of the customer's speaker."""
    heard: float | None = None
    """The customer's voice came out at the agent's."""

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
    voice: Path | None = None
    """A sound file, the microphone of both; none leaves each its own."""
    start_kbps: int = 1500
    max_kbps: int = 2500
    keep: str = "maintain-framerate"
    """What the peer's customer keeps when starved."""
    peer_codec: str = "h264"
    """What the peer offers first: ``h264`` or ``vp8``."""
    driver: str = "tests.bench.driven"
    """The module that drives our terminal."""
    display: str | None = None
    """The X display for the customer's screen; none draws into memory."""

    def chromium_flags(self) -> tuple[str, ...]:
        """The camera file as Chromium's camera, and no TLS asked of the relay's pages."""
        at = f"http://{self.net.far.address}:{RELAY_PORT}"
        return (
            f"--use-file-for-fake-video-capture={self.camera}",
            f"--unsafely-treat-insecure-origin-as-secure={at}",
            "--autoplay-policy=no-user-gesture-required",
            *([f"--use-file-for-fake-audio-capture={self.voice}"] if self.voice else []),
        )


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
