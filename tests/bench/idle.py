"""An idle terminal with its attract screen: CPU and memory against Chromium in kiosk mode with a page that shows the same.

Ours is the terminal's process, connected to the distributor; the peer is Chromium with tests/bench/peer's page: words, a button
and a ring that breathes ten times a second, like ours, and a WebSocket with a ping a second. Both draw 1280x800 on one X server
without a graphics processor (Xvfb, not counted), have their camera and microphone open, and are alone while they are measured.

Keys: ``cpu_ratio``, ``pss_ratio``; ``cores``, ``pss_mb`` with ``ours`` and ``peer``. ``packets_per_s`` and ``mb_per_day`` are those
of a standby link: null while there are none; ``line`` has what an idle terminal's whole line carries, both ways.
"""

import argparse
import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from tests.bench.clips import NOISE_SIGMA, camera_file
from tests.bench.figures import Figures, main, median, no_options, ratio, say
from tests.bench.our_side import ours
from tests.bench.peer_side import peer
from tests.bench.processes import measure, screen
from tests.bench.sides import Setting, Side, far_end
from tests.faults.line import Counts, Line
from tests.faults.wan import Wan, missing, wan

SETTLE_S, QUICK_SETTLE_S = 10.0, 4.0
STRETCH_S, QUICK_STRETCH_S = 40.0, 10.0
TURNS, QUICK_TURNS = 4, 1
SCREEN = (1280, 800)
DAY_S = 86_400


async def one(net: Wan, side: Side, settle_s: float, stretch_s: float) -> Figures:
    """One stretch of doing nothing."""
    await asyncio.sleep(settle_s)
    net.counts()
    load = await measure(side.processes(), stretch_s)
    figures = {
        "cores": round(load.cores, 4),
        "pss_mb": round(load.pss_mb, 1),
        "processes": load.processes,
        "line": traffic(net.counts(), load.seconds),
    }
    say(f"{side.name}: {figures}")
    return figures


def traffic(counts: tuple[Counts, Counts], seconds: float) -> Figures:
    """What went over the line both ways."""
    packets, size = (sum(getattr(each, name) for each in counts) for name in ("passed", "passed_bytes"))
    return {"packets_per_s": round(packets / seconds, 2), "mb_per_day": round(size / seconds * DAY_S / 1e6, 2)}


def summary(made: dict[str, list[Figures]]) -> Figures:
    """The keys."""
    cores = {name: median([each["cores"] for each in all_of], 4) for name, all_of in made.items()}
    memory = {name: median([each["pss_mb"] for each in all_of]) for name, all_of in made.items()}
    return {
        "cpu_ratio": ratio(cores["ours"], cores["peer"]),
        "pss_ratio": ratio(memory["ours"], memory["peer"]),
        "packets_per_s": None,
        "mb_per_day": None,
        "cores": cores,
        "pss_mb": memory,
        "line": {name: all_of[-1]["line"] for name, all_of in made.items()},
        "stretches": made,
    }


async def benchmark(arguments: argparse.Namespace) -> Figures:
    """All stretches. Raises OSError where there can't be an emulated WAN or a screen."""
    if why := missing():
        raise OSError(f"There can't be an emulated WAN here: {why}.")
    quick = arguments.quick
    settle_s, stretch_s = (QUICK_SETTLE_S, QUICK_STRETCH_S) if quick else (SETTLE_S, STRETCH_S)
    async with AsyncExitStack() as steps:
        setting = Setting(
            steps.enter_context(wan(Line(rtt_ms=20))),
            Path(steps.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-bench-"))),
            camera_file("carphone_pristine.mp4", 1280, 720, 10, NOISE_SIGMA),
            display=steps.enter_context(screen(*SCREEN)),
        )
        far = await steps.enter_async_context(far_end(setting))
        made: dict[str, list[Figures]] = {"ours": [], "peer": []}
        for _ in range(QUICK_TURNS if quick else TURNS):
            for open_side in (ours, peer):
                async with open_side(far) as side:
                    made[side.name].append(await one(setting.net, side, settle_s, stretch_s))
    return {**summary(made), "screen": f"{SCREEN[0]}x{SCREEN[1]} on Xvfb"}


if __name__ == "__main__":
    sys.exit(main("idle", __doc__, benchmark, no_options))
