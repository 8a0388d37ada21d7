"""Frozen pictures on a bad line: 5% of all packets lost each way, 240 ms RTT, our terminal against Chromium.

A call connects over the line without loss; then the loss begins, and from three seconds later on 50 s are watched in both
directions at once: when each of the agent's pictures was drawn at the customer's, and when each of the customer's was shown in
the agent's page. A freeze is what WebRTC's statistics call one (see freezes.py), by the same function for all. What is
missing at the end counts. The agent is Chromium on both sides, so that ``to_customer`` measures our receive path against
Chromium's, and ``to_agent`` our sender against Chromium's. Up to 2,500 kbit/s, all start at 1,500.

The peer offers VP8 first here, as Chromium does by itself: with VP8 it protects the picture by forward error correction
(RED and ULPFEC), which it switches off for H.264, and freezes far less. A full run measures it with H.264 too (``peer_h264``).

Keys: ``frozen_s`` and ``peer_frozen_s`` per 50 s, of our worse direction and the peer's worse one; ``fps``, ``peer_fps`` (there);
``lost_pct`` as counted on the line; ``peer_h264_frozen_s``; ``to_customer`` and ``to_agent`` with everything of each.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from tests.bench.clips import NOISE_SIGMA, camera_file
from tests.bench.figures import Figures, main, no_options, say
from tests.bench.freezes import frozen
from tests.bench.our_side import ours
from tests.bench.peer_side import peer
from tests.bench.sides import Far, Setting, Side, far_end
from tests.faults.line import Counts, Line
from tests.faults.wan import Wan, missing, wan

RTT_MS, LOSS = 240, 0.05
SETTLE_S = 3.0
STRETCH_S, QUICK_STRETCH_S = 50.0, 14.0
PER_S = 50.0
TURNS, QUICK_TURNS = 2, 1
SIDES = (("ours", "h264"), ("peer", "vp8"), ("peer_h264", "h264"))
"""What is measured in turn, and what the customer's side offers first."""


async def one(net: Wan, side: Side, stretch_s: float) -> Figures:
    """One call of a side on the bad line."""
    net.set(Line(rtt_ms=RTT_MS))
    times = await side.call()
    if times.face is None:
        raise AssertionError(f"{side.name} didn't connect")
    net.set(Line(rtt_ms=RTT_MS, loss=LOSS))
    await asyncio.sleep(SETTLE_S)
    await side.watched()
    net.counts()
    begin = time.monotonic()
    await asyncio.sleep(stretch_s)
    end = time.monotonic()
    lost_pct = lost(net.counts())
    net.set(Line(rtt_ms=RTT_MS))
    seen = await side.watched()
    await side.hang_up()
    figures = {
        "to_customer": {**direction(seen.drawn, begin, end), "size": seen.size},
        "to_agent": {**direction(seen.shown, begin, end), "size": size_of(seen.far.get("inbound", {}))},
        "lost_pct": lost_pct,
    }
    say(f"{side.name}: {figures}")
    return figures


def direction(times: list[float], begin: float, end: float) -> Figures:
    """What was frozen of a picture that was drawn at ``times``."""
    found = frozen(times, begin, end)
    inside = sum(begin <= at <= end for at in times)
    return {
        "frozen_s": round(found.seconds * PER_S / (end - begin), 2),
        "freezes": found.count,
        "longest_s": round(found.longest_s, 2),
        "fps": round(inside / (end - begin), 1),
    }


def size_of(inbound: Figures) -> str:
    """The last picture's size, by the browser's statistics."""
    return f"{inbound.get('frameWidth')}x{inbound.get('frameHeight')}"


def lost(counts: tuple[Counts, Counts]) -> float:
    """The share of packets that the line lost, both ways, in percent."""
    arrived, gone = sum(each.arrived for each in counts), sum(each.lost for each in counts)
    return round(100.0 * gone / max(1, arrived), 2)


def summary(made: dict[str, list[Figures]]) -> Figures:
    """The keys: the worst of all of a side's calls and directions."""
    ways = ("to_customer", "to_agent")
    worst = {
        name: max((call[way] for call in calls for way in ways), key=lambda each: float(each["frozen_s"]))
        for name, calls in made.items()
    }
    return {
        "frozen_s": worst["ours"]["frozen_s"],
        "peer_frozen_s": worst["peer"]["frozen_s"],
        "fps": worst["ours"]["fps"],
        "peer_fps": worst["peer"]["fps"],
        "peer_h264_frozen_s": worst["peer_h264"]["frozen_s"] if "peer_h264" in worst else None,
        "lost_pct": round(sum(call["lost_pct"] for call in made["ours"]) / len(made["ours"]), 2),
        **{way: {name: [call[way] for call in calls] for name, calls in made.items()} for way in ways},
    }


async def benchmark(arguments: argparse.Namespace) -> Figures:
    """All calls. Raises OSError where there can't be an emulated WAN."""
    if why := missing():
        raise OSError(f"There can't be an emulated WAN here: {why}.")
    async with AsyncExitStack() as steps:
        setting = Setting(
            steps.enter_context(wan(Line())),
            Path(steps.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-bench-"))),
            camera_file("carphone_pristine.mp4", 1280, 720, 10, NOISE_SIGMA),
        )
        far = await steps.enter_async_context(far_end(setting))
        made: dict[str, list[Figures]] = {}
        stretch_s = QUICK_STRETCH_S if arguments.quick else STRETCH_S
        for _ in range(QUICK_TURNS if arguments.quick else TURNS):
            for name, codec in SIDES[:2] if arguments.quick else SIDES:  # one at a time: an idle one would take CPU
                setting.net.set(Line())
                here = Far(replace(setting, peer_codec=codec), far.browser)
                async with (ours if name == "ours" else peer)(here) as side:
                    made.setdefault(name, []).append(await one(setting.net, side, stretch_s))
    return {**summary(made), "rtt_ms": RTT_MS, "stretch_s": stretch_s, "receive_path": "kiosk.rtc.receive"}


if __name__ == "__main__":
    sys.exit(main("loss", __doc__, benchmark, no_options))
