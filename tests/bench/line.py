"""A line that is halved in a call: 1,200 to 600 kbit/s for 10 s each way and back, 80 ms RTT, our terminal against Chromium.

Both begin at 1,500 kbit/s and may send 2,500; the line's queue holds 200 ms, as `tests.faults.line` has it. The pictures are
numbered (see strips.py): how old each one is where it is shown follows from when the camera gave it. Of our terminal that is the
moment its camera took it and the moment it is drawn; see delay.py for the pages. The agent is Chromium on both sides: ``to_agent`` measures our sender
against Chromium's, ``to_customer`` the agent's Chromium under our receiver's estimate against the same under Chromium's.

Keys, the worse of both directions: ``settle_s`` from the halving until no picture of the 10 s is later than it was before by
`LATE_S` and none is frozen (W3C); ``max_delay_ms`` the oldest picture from the halving on; ``recover_s`` from when the line is
well again until size and bit rate are what they were (85%); each with ``peer_`` for Chromium; and everything by direction.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any

from playwright.async_api import Page

from tests.bench import strips
from tests.bench.delay import codes, strips_of_ours, watch
from tests.bench.figures import Figures, main, say
from tests.bench.freezes import frozen
from tests.bench.our_side import Ours, ours
from tests.bench.peer_side import Peer, peer
from tests.bench.sides import RECEIVED, Setting, far_end
from tests.bench.strips import Seen, delays
from tests.faults.line import Line
from tests.faults.wan import missing, wan

RTT_MS, KBPS, NARROW_KBPS = 80, 1200, 600
WARM_S, QUICK_WARM_S = 15.0, 8.0
NARROW_S, QUICK_NARROW_S = 10.0, 6.0
WELL_S, QUICK_WELL_S = 20.0, 8.0
TURNS, QUICK_TURNS = 3, 1
BEFORE_S = 4.0
"""The end of the time before, which the time after is compared with."""
LATE_S = 0.2
FULL = 0.85
SAMPLE_S = 0.25
WINDOW_S = 1.0
"""Bit rates are means over this."""
WAYS = ("to_customer", "to_agent")


@dataclass(frozen=True)
class Sample:
    """What the agent's browser says of one direction's video."""

    at: float
    size: int
    """Bytes so far."""
    width: int


@dataclass
class Watched:
    """One call: when the line changed (monotonic seconds), and what was seen in each direction."""

    narrow: float = 0.0
    well: float = 0.0
    end: float = 0.0
    seen: dict[str, list[Seen]] = field(default_factory=dict)
    own: dict[str, list[Seen]] = field(default_factory=dict)
    samples: dict[str, list[Sample]] = field(default_factory=lambda: {way: [] for way in WAYS})


async def one(setting: Setting, side: Ours | Peer, stretches: tuple[float, float, float]) -> Watched:
    """One call of a side, over a line that is halved and well again."""
    line = Line(rtt_ms=RTT_MS, kbps=KBPS)
    setting.net.set(line)
    times = await side.call()
    if times.face is None:
        raise AssertionError(f"{side.name} didn't connect")
    watched = Watched()
    far, selector = (side._page, "#picture") if isinstance(side, Ours) else (side._agent, "#customer")
    await watch(far, selector)
    await (strips_of_ours(side) if isinstance(side, Ours) else watch(side._kiosk, "#agent"))
    sampling = asyncio.create_task(sample(far, watched.samples))
    try:
        await asyncio.sleep(stretches[0])
        setting.net.set(Line(rtt_ms=RTT_MS, kbps=NARROW_KBPS))
        watched.narrow = time.monotonic()
        await asyncio.sleep(stretches[1])
        setting.net.set(line)
        watched.well = time.monotonic()
        await asyncio.sleep(stretches[2])
        watched.end = time.monotonic()
    finally:
        sampling.cancel()
    here = await strips_of_ours(side) if isinstance(side, Ours) else await codes(side._kiosk)
    there = await codes(far)
    watched.seen = {"to_customer": here["seen"], "to_agent": there["seen"]}
    watched.own = {"to_customer": there["own"], "to_agent": here["own"]}
    setting.net.set(Line())
    await side.hang_up()
    return watched


async def sample(page: Page, samples: dict[str, list[Sample]]) -> None:
    """The browser's counts, again and again until cancelled."""
    while True:
        found: dict[str, Any] = await page.evaluate(RECEIVED) or {}
        at = time.monotonic()
        for way, key, count in (("to_agent", "inbound", "bytesReceived"), ("to_customer", "outbound", "bytesSent")):
            if stat := found.get(key):
                samples[way].append(Sample(at, stat[count], stat.get("frameWidth") or 0))
        await asyncio.sleep(SAMPLE_S)


def judge(watched: Watched, way: str) -> Figures:
    """One direction's figures."""
    old = delays(watched.seen[way], watched.own[way])
    before = median(delay for at, delay in old if watched.narrow - BEFORE_S <= at < watched.narrow)
    after = [(at, delay) for at, delay in old if at >= watched.narrow]
    shown = [each.at for each in watched.seen[way]]
    full_kbps, full_width = full(watched, way)
    stretch = watched.end - watched.narrow
    lost = frozen(shown, watched.narrow, watched.end)
    return {
        "settle_s": round(settled(after, shown, before, watched), 2),
        "max_delay_ms": round(max(delay for _, delay in after) * 1000),
        "recover_s": recovered(watched, way, full_kbps, full_width),
        "delay_before_ms": round(before * 1000),
        "frozen_s": round(lost.seconds, 2),
        "longest_s": round(lost.longest_s, 2),
        "fps": round(sum(watched.narrow <= at <= watched.end for at in shown) / stretch, 1),
        "kbps_before": round(full_kbps),
        "width_before": full_width,
        "widths": widths(watched, way),
        "kbps": [round(value) for _, value in rates(watched.samples[way])][:: round(WINDOW_S / SAMPLE_S)],
        "delays_ms": [
            round(max((d for at, d in old if second <= at - watched.narrow < second + 1), default=-1) * 1000)
            for second in range(-3, int(stretch))
        ],
    }


def settled(after: Sequence[tuple[float, float]], shown: Sequence[float], before: float, watched: Watched) -> float:
    """Seconds from the halving until the last picture of the narrow stretch that is late, or that follows a freeze."""
    late = [at for at, delay in after if at < watched.well and delay > before + LATE_S]
    ends = [at for at in shown if watched.narrow < at < watched.well]
    late += [
        end
        for start, end in zip([watched.narrow, *ends], [*ends, watched.well], strict=True)
        if frozen(shown, watched.narrow, end).longest_s >= end - start > LATE_S
    ]
    return max(late, default=watched.narrow) - watched.narrow


def rates(samples: Sequence[Sample]) -> list[tuple[float, float]]:
    """``(at, kbps)``, each over the `WINDOW_S` before."""
    steps = round(WINDOW_S / SAMPLE_S)
    return [
        (late.at, (late.size - early.size) * 8 / (late.at - early.at) / 1000)
        for early, late in zip(samples, samples[steps:], strict=False)
    ]


def full(watched: Watched, way: str) -> tuple[float, int]:
    """The mean bit rate and the usual width at the end of the time before."""
    begin, end = watched.narrow - BEFORE_S, watched.narrow
    kbps = mean(value for at, value in rates(watched.samples[way]) if begin <= at < end)
    return kbps, round(median(each.width for each in watched.samples[way] if begin <= each.at < end))


def recovered(watched: Watched, way: str, kbps: float, width: int) -> float | None:
    """Seconds from the line's being well until both are back; none where they weren't before the end."""
    wide = {each.at: each.width for each in watched.samples[way]}
    for at, value in rates(watched.samples[way]):
        if at >= watched.well + WINDOW_S and value >= FULL * kbps and wide[at] >= width:
            return round(at - watched.well, 2)
    return None


def widths(watched: Watched, way: str) -> list[int]:
    """The sizes that were gone through."""
    found: list[int] = []
    for each in watched.samples[way]:
        if not found or each.width != found[-1]:
            found.append(each.width)
    return found


def summary(made: dict[str, list[dict[str, Figures]]]) -> Figures:
    """The keys: medians over a side's calls, of the worse direction; the delay's is the worst of all."""
    keys: Figures = {}
    for name, prefix in (("ours", ""), ("peer", "peer_")):
        by_way = {way: [call[way] for call in made[name]] for way in WAYS}
        for key in ("settle_s", "recover_s"):
            middles = [median(float("inf") if call[key] is None else call[key] for call in by_way[way]) for way in WAYS]
            keys[prefix + key] = max(middles)
        keys[f"{prefix}max_delay_ms"] = max(call["max_delay_ms"] for way in WAYS for call in by_way[way])
    return {**keys, **{way: {name: [call[way] for call in calls] for name, calls in made.items()} for way in WAYS}}


async def benchmark(arguments: argparse.Namespace) -> Figures:
    """All calls. Raises OSError where there can't be an emulated WAN."""
    if why := missing():
        raise OSError(f"There can't be an emulated WAN here: {why}.")
    stretches = (QUICK_WARM_S, QUICK_NARROW_S, QUICK_WELL_S) if arguments.quick else (WARM_S, NARROW_S, WELL_S)
    made: dict[str, list[dict[str, Figures]]] = {}
    async with AsyncExitStack() as steps:
        setting = Setting(
            steps.enter_context(wan(Line())),
            Path(steps.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-bench-"))),
            strips.numbered_file("carphone_pristine.mp4", 1280, 720),
            driver="tests.bench.driven_strips",
        )
        far = await steps.enter_async_context(far_end(setting))
        for _ in range(QUICK_TURNS if arguments.quick else TURNS):
            for name in arguments.sides:
                setting.net.set(Line())
                async with (ours if name == "ours" else peer)(far) as side:
                    watched = await one(setting, side, stretches)
                made.setdefault(name, []).append({way: judge(watched, way) for way in WAYS})
                say(f"{name}: {json.dumps(made[name][-1])}")
    made.setdefault("peer", made.get("ours", []))
    return {**summary(made), "rtt_ms": RTT_MS, "kbps": [KBPS, NARROW_KBPS], "stretches_s": stretches}


def options(parser: argparse.ArgumentParser) -> None:
    """Which sides."""
    parser.add_argument("--sides", nargs="*", default=["ours", "peer"], help="ours and peer; both by default")


if __name__ == "__main__":
    sys.exit(main("line", __doc__, benchmark, options))
