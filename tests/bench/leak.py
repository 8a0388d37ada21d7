"""What many calls leave behind in one terminal's process: memory, file descriptors, threads.

The real terminal (drawn into memory), the real distributor and the console in Chromium on a line without delay; calls come one
after the other, each goes on until both have seen each other, and a moment longer. The first calls fill caches and aren't
counted: growth is from the least that was held in the tenth of the calls after them to the least in the last tenth, since Python's
collector frees what refers to itself in rounds of many calls; ``most_threads`` and ``most_rss_mb`` say how high it gets between.

Keys: ``calls``, ``rss_growth_mb`` (USS beside it as ``uss_growth_mb``: memory shared with nobody), ``fd_growth``,
``thread_growth``; ``rss_kb_per_call`` is the slope over all counted calls, ``samples`` each tenth call's figures.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from tests.bench.clips import NOISE_SIGMA, camera_file
from tests.bench.figures import Figures, main, say
from tests.bench.our_side import ours
from tests.bench.sides import Setting, Side, far_end
from tests.faults.line import Line
from tests.faults.wan import missing, wan

CALLS, QUICK_CALLS = 500, 24
WARM_SHARE = 0.1
"""Of the calls, which aren't counted."""
WARM_CALLS = 10
"""Nor are these, where there are few."""
END_SHARE = 0.1
HOLD_S = 0.2


@dataclass(frozen=True)
class Held:
    """What a process holds."""

    rss_mb: float
    uss_mb: float
    fds: int
    threads: int


def look(process: psutil.Process) -> Held:
    """What ``process`` holds now."""
    memory = process.memory_full_info()
    return Held(memory.rss / 1e6, memory.uss / 1e6, process.num_fds(), process.num_threads())


async def calls(side: Side, count: int) -> tuple[list[Held], int]:
    """So many calls; what was held after each, and how many didn't connect."""
    held, failed = [], 0
    for number in range(1, count + 1):
        times = await side.call()
        failed += times.face is None
        await asyncio.sleep(HOLD_S)
        await side.hang_up()
        held.append(look(side.processes()))
        if number % 10 == 0 or number == count:
            say(f"call {number}/{count}: {held[-1]}")
    return held, failed


def growth(held: list[Held]) -> Figures:
    """From the first counted calls to the last."""
    counted = held[max(WARM_CALLS, round(len(held) * WARM_SHARE)) :]
    part = max(5, round(len(held) * END_SHARE))

    def grown(name: str) -> float:
        values = [float(getattr(each, name)) for each in counted]
        return min(values[-part:]) - min(values[:part])

    rss = [each.rss_mb for each in counted]
    slope = statistics.linear_regression(range(len(rss)), rss).slope
    return {
        "rss_growth_mb": round(grown("rss_mb"), 2),
        "uss_growth_mb": round(grown("uss_mb"), 2),
        "fd_growth": round(grown("fds")),
        "thread_growth": round(grown("threads")),
        "most_rss_mb": round(max(each.rss_mb for each in held), 1),
        "most_threads": max(each.threads for each in held),
        "rss_kb_per_call": round(slope * 1000, 1),
        "samples": [{key: round(value, 2) for key, value in asdict(each).items()} for each in held[::10]],
    }


async def benchmark(arguments: argparse.Namespace) -> Figures:
    """All calls. Raises OSError where there can't be two networks."""
    if why := missing():
        raise OSError(f"There can't be an emulated WAN here: {why}.")
    count = arguments.calls or (QUICK_CALLS if arguments.quick else CALLS)
    async with AsyncExitStack() as steps:
        setting = Setting(
            steps.enter_context(wan(Line())),
            Path(steps.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-bench-"))),
            camera_file("carphone_pristine.mp4", 1280, 720, 10, NOISE_SIGMA),
        )
        far = await steps.enter_async_context(far_end(setting))
        side = await steps.enter_async_context(ours(far))
        held, failed = await calls(side, count)
    return {"calls": count, "failed": failed, **growth(held)}


def options(parser: argparse.ArgumentParser) -> None:
    """How many calls."""
    parser.add_argument("--calls", type=int, default=0, help="so many instead of 500, or 24 with --quick; at least 20")


if __name__ == "__main__":
    sys.exit(main("leak", __doc__, benchmark, options))
