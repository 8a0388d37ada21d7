"""How old a picture is when it is on the other's screen: from the camera to the far screen, both ways, against Chromium.

The camera is the same motion JPEG file at every end, with a number in each picture (`tests.bench.strips`). A picture's age where
it is shown is the time of showing less the time of taking; both are told by the numbers, on one machine's monotonic clock. Taken is
a picture of our camera when it is due in the file, and one of Chromium's when its capture says so (``captureTime`` of
requestVideoFrameCallback), so that decoding the JPEG counts on both sides. Shown is one of ours after the swap that drew it, and one
of Chromium's at its ``expectedDisplayTime``. Both sides draw 1280x800 on one X server (Xvfb, no graphics processor). 1280x720 at
30 pictures a second, at most 1,500 kbit/s, a line of 20 ms round trip. Chromium starts at that rate and keeps the resolution; the
agent is a page in one Chromium for both sides: ``to_agent`` is the customer's camera to the agent's screen, ``to_customer`` the
agent's camera to the customer's.

Keys: ``ours_ms``, ``peer_ms`` (medians) and ``ratio`` of the worse direction, ``way`` says which; each direction with medians and
p95 of both sides, and of each call.
"""

import argparse
import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.bench import strips
from tests.bench.browsers import clock_offset_s
from tests.bench.figures import Figures, main, median, no_options, p95, ratio, say
from tests.bench.our_side import Ours, ours
from tests.bench.peer_side import Peer, peer
from tests.bench.processes import screen
from tests.bench.sides import Setting, far_end
from tests.bench.strips import Seen
from tests.faults.line import Line
from tests.faults.wan import missing, wan

KBPS, RTT_MS = 1500, 20
SETTLE_S, QUICK_SETTLE_S = 8.0, 5.0
STRETCH_S, QUICK_STRETCH_S = 15.0, 7.0
TURNS, QUICK_TURNS = 5, 1
SCREEN = (1280, 800)
WAYS = ("to_agent", "to_customer")

WATCH = """async (selector) => {
  const { readCode } = await import("/framecode.js");
  window.codes = { seen: [], own: [] };
  const note = (video, into, every, when) => {
    let count = 0;
    const step = (_now, metadata) => {
      if (count++ % every === 0) into.push([when(metadata) / 1000, readCode(video)?.frame ?? null, video.videoWidth]);
      video.requestVideoFrameCallback(step);
    };
    video.requestVideoFrameCallback(step);
  };
  note(document.querySelector(selector), window.codes.seen, 3, ({ expectedDisplayTime }) => expectedDisplayTime);
  const peer = window.peers?.at(-1) ?? window.kiosk.peer;
  const track = peer.getSenders().map((sender) => sender.track).find((track) => track?.kind === "video");
  const own = Object.assign(document.createElement("video"), { muted: true, width: 2, height: 2, srcObject: new MediaStream([track]) });
  document.body.append(own);
  await own.play();
  note(own, window.codes.own, 7, ({ captureTime }) => captureTime);
}"""
"""Some of the pictures that are shown, and some of the page's own camera's: time in s, number, width."""


@dataclass
class Watched:
    """What was read in one call, by direction."""

    seen: dict[str, list[Seen]] = field(default_factory=dict)
    own: dict[str, list[Seen]] = field(default_factory=dict)


async def watch(page: Page, selector: str) -> None:
    """Begin to read a page's picture, and its own camera's."""
    await page.route("**/framecode.js", lambda route: route.fulfill(body=strips.READER, content_type="text/javascript"))
    await page.evaluate(WATCH, selector)


async def codes(page: Page) -> dict[str, list[Seen]]:
    """What a page has read since it was asked last."""
    found = await page.evaluate(
        "(() => { const c = window.codes; const found = { seen: c.seen.splice(0), own: c.own.splice(0) }; return found; })()"
    )
    offset_s = await clock_offset_s(page)
    return {kind: strips.read(lines, offset_s) for kind, lines in found.items()}


async def strips_of_ours(side: Ours) -> dict[str, list[Seen]]:
    """What our terminal has read since it was asked last."""
    since = len(side._terminal.heard)
    await side.watched()
    said: dict[str, Any] = await side._terminal.hear(lambda line: line["event"] == "strips", since)
    return {"seen": strips.read(said["drawn"]), "own": strips.read(said["own"])}


async def one(side: Ours | Peer, settle_s: float, stretch_s: float) -> Watched:
    """One call of a side."""
    times = await side.call()
    if times.face is None:
        raise AssertionError(f"{side.name} didn't connect")
    await asyncio.sleep(settle_s)
    far, selector = (side._page, "#picture") if isinstance(side, Ours) else (side._agent, "#customer")
    await watch(far, selector)
    if isinstance(side, Peer):
        await watch(side._kiosk, "#agent")
    else:
        await strips_of_ours(side)
    await asyncio.sleep(stretch_s)
    there = await codes(far)
    here = await strips_of_ours(side) if isinstance(side, Ours) else await codes(side._kiosk)
    await side.hang_up()
    return Watched(
        {"to_agent": there["seen"], "to_customer": here["seen"]}, {"to_agent": here["own"], "to_customer": there["own"]}
    )


def judge(watched: Watched, way: str) -> Figures:
    """One direction of one call."""
    ages = [delay_s * 1000 for _, delay_s in strips.delays(watched.seen[way], watched.own[way])]
    if not ages:
        raise AssertionError(f"{way}: no picture could be read")
    widths = sorted({each.width for each in watched.seen[way]})
    return {"median_ms": median(ages), "p95_ms": p95(ages), "pictures": len(ages), "widths": widths}


def summary(made: dict[str, list[dict[str, Figures]]]) -> Figures:
    """The keys: medians over the calls."""
    ways: dict[str, Figures] = {}
    for way in WAYS:
        middle = {name: median([call[way]["median_ms"] for call in calls]) for name, calls in made.items()}
        tail = {name: median([call[way]["p95_ms"] for call in calls]) for name, calls in made.items()}
        ways[way] = {
            "ours_ms": middle["ours"],
            "peer_ms": middle["peer"],
            "ratio": ratio(middle["ours"], middle["peer"]),
            "ours_p95_ms": tail["ours"],
            "peer_p95_ms": tail["peer"],
            "calls": {name: [call[way] for call in calls] for name, calls in made.items()},
        }
    worse = max(WAYS, key=lambda way: ways[way]["ratio"] or 0.0)
    return {**{key: ways[worse][key] for key in ("ours_ms", "peer_ms", "ratio")}, "way": worse, **ways}


async def benchmark(arguments: argparse.Namespace) -> Figures:
    """All calls. Raises OSError where there can't be an emulated WAN or a screen."""
    if why := missing():
        raise OSError(f"There can't be an emulated WAN here: {why}.")
    quick = arguments.quick
    settle_s, stretch_s = (QUICK_SETTLE_S, QUICK_STRETCH_S) if quick else (SETTLE_S, STRETCH_S)
    made: dict[str, list[dict[str, Figures]]] = {"ours": [], "peer": []}
    async with AsyncExitStack() as steps:
        setting = Setting(
            steps.enter_context(wan(Line(rtt_ms=RTT_MS))),
            Path(steps.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-bench-"))),
            strips.numbered_file("carphone_pristine.mp4", 1280, 720),
            start_kbps=KBPS,
            max_kbps=KBPS,
            keep="maintain-resolution",
            display=steps.enter_context(screen(*SCREEN)),
            driver="tests.bench.driven_strips",
        )
        far = await steps.enter_async_context(far_end(setting))
        for _ in range(QUICK_TURNS if quick else TURNS):
            for open_side in (ours, peer):  # one at a time: an idle one would take the other's CPU
                async with open_side(far) as side:
                    watched = await one(side, settle_s, stretch_s)
                made[side.name].append({way: judge(watched, way) for way in WAYS})
                say(f"{side.name}: {made[side.name][-1]}")
    return {**summary(made), "rtt_ms": RTT_MS, "screen": f"{SCREEN[0]}x{SCREEN[1]} on Xvfb"}


if __name__ == "__main__":
    sys.exit(main("delay", __doc__, benchmark, no_options))
