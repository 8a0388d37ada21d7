"""A whole terminal in a call, 1280x720 at 30 pictures a second both ways, drawn on a screen: CPU and memory against Chromium.

Ours is the terminal's process with its children, the peer Chromium in kiosk mode with a page that does the same
(tests/bench/peer): its main process with all below it, without Playwright's driver. Both draw 1280x800 on one X server
without a graphics processor (Xvfb, not counted); both have the same motion JPEG file for a camera, and send at most 1,500 kbit/s;
Chromium is told to start there and to keep the resolution. H.264 both ways. Agents are pages in one Chromium at the far end of a line
of 20 ms. Neither side cancels echo: the terminal doesn't with virtual devices, so the page's audio processing is off as well.

Both sides in turn; each call settles before it is measured. CPU is the kernel's count of the tree (user and system), memory
the PSS at the end of each stretch.

Keys: ``cpu_ratio``, ``pss_ratio`` (medians of ours by the peer's); ``cores``, ``pss_mb``, ``sent`` (what the agent's browser
received: size, pictures a second, kbit/s, codec), ``drawn`` (size, pictures a second), each with ``ours`` and ``peer``;
``equal`` says whether sizes are the same, rates within 2 pictures a second and bit rates within 10%; where it is false the
machine was too busy for one of them, and ``cpu_ratio_per_picture`` is the figure to look at.
``boards``, of full runs: the same keys under a CPU quota that stands for a Raspberry Pi, an estimate (`tests.bench.board`).
"""

import argparse
import asyncio
import os
import sys
import tempfile
from contextlib import AsyncExitStack, nullcontext
from pathlib import Path
from typing import Any

from tests.bench.board import BOARDS, limited, own_events_s, quota_cores
from tests.bench.clips import NOISE_SIGMA, camera_file
from tests.bench.figures import Figures, main, median, no_options, ratio, say
from tests.bench.our_side import ours
from tests.bench.peer_side import peer
from tests.bench.processes import measure, screen
from tests.bench.sides import Far, Seen, Setting, Side, far_end
from tests.faults.line import Line
from tests.faults.wan import missing, wan

KBPS = 1500
SETTLE_S, QUICK_SETTLE_S = 10.0, 5.0
STRETCH_S, QUICK_STRETCH_S = 20.0, 8.0
TURNS, QUICK_TURNS = 5, 1
SCREEN = (1280, 800)


async def one(side: Side, settle_s: float, stretch_s: float, quota: float | None = None) -> Figures:
    """One call of a side, measured; with a ``quota``, it may take so many cores once the call stands."""
    times = await side.call()
    if times.face is None:
        raise AssertionError(f"{side.name} didn't connect")
    with nullcontext() if quota is None else limited(side.processes(), quota):
        figures = await measured(side, settle_s, stretch_s)
    await side.hang_up()
    return figures


async def measured(side: Side, settle_s: float, stretch_s: float) -> Figures:
    """A call that stands."""
    await asyncio.sleep(settle_s)
    before = await side.watched()
    load = await measure(side.processes(), stretch_s)
    after = await side.watched()
    figures = {
        "cores": round(load.cores, 3),
        "pss_mb": round(load.pss_mb, 1),
        "processes": load.processes,
        "sent": sent(before, after, load.seconds),
        "drawn": {"size": after.size, "fps": round(len(after.drawn) / load.seconds, 1)},
        "agent_sends_codec": after.far.get("outCodec"),
    }
    say(
        f"{side.name}: {figures['cores']} cores, {figures['pss_mb']} MB, sent {figures['sent']}, drew {figures['drawn']}"
    )
    return figures


def sent(before: Seen, after: Seen, seconds: float) -> Figures:
    """The customer's video as it arrived in the agent's browser."""
    inbound: dict[str, Any] = after.far.get("inbound", {})
    size = inbound.get("bytesReceived", 0) - before.far.get("inbound", {}).get("bytesReceived", 0)
    return {
        "size": f"{inbound.get('frameWidth')}x{inbound.get('frameHeight')}",
        "fps": round(len(after.shown) / seconds, 1),
        "kbps": round(size * 8 / seconds / 1000),
        "codec": after.far.get("inCodec"),
    }


def summary(made: dict[str, list[Figures]]) -> Figures:
    """The keys, of the calls of both sides."""
    cores = {name: median([each["cores"] for each in calls], 3) for name, calls in made.items()}
    memory = {name: median([each["pss_mb"] for each in calls]) for name, calls in made.items()}
    last = {name: calls[-1] for name, calls in made.items()}
    return {
        "cpu_ratio": ratio(cores["ours"], cores["peer"]),
        "pss_ratio": ratio(memory["ours"], memory["peer"]),
        "cores": cores,
        "pss_mb": memory,
        "sent": {name: each["sent"] for name, each in last.items()},
        "drawn": {name: each["drawn"] for name, each in last.items()},
        "equal": equal(last["ours"], last["peer"]),
        "cpu_ratio_per_picture": ratio(*(median([per_picture(each) for each in made[name]], 3) for name in made)),
        "calls": made,
    }


def per_picture(figures: Figures) -> float:
    """CPU milliseconds for each picture that was sent or drawn: what can be compared where the rates differ."""
    pictures_s = float(figures["sent"]["fps"]) + float(figures["drawn"]["fps"])
    return float(figures["cores"]) * 1000 / max(1.0, pictures_s)


def equal(a: Figures, b: Figures) -> bool:
    """Whether both sides did the same work."""
    return bool(
        a["sent"]["size"] == b["sent"]["size"]
        and a["drawn"]["size"] == b["drawn"]["size"]
        and abs(a["sent"]["fps"] - b["sent"]["fps"]) <= 2
        and abs(a["drawn"]["fps"] - b["drawn"]["fps"]) <= 2
        and abs(a["sent"]["kbps"] - b["sent"]["kbps"]) <= 0.1 * b["sent"]["kbps"]
    )


async def turns(
    far: Far, count: int, settle_s: float, stretch_s: float, quota: float | None = None
) -> dict[str, list[Figures]]:
    """So many calls of both sides, in turn."""
    made: dict[str, list[Figures]] = {"ours": [], "peer": []}
    for _ in range(count):
        for open_side in (ours, peer):  # one at a time: an idle one would take the other's CPU
            async with open_side(far) as side:
                made[side.name].append(await one(side, settle_s, stretch_s, quota))
    return made


async def on_boards(far: Far, settle_s: float, stretch_s: float) -> Figures:
    """A call of each side under each board's quota; a reason instead where there can't be one."""
    try:
        own = own_events_s()
    except OSError as error:
        say(f"NO BOARDS: {error}")
        return {"skipped": str(error)}
    found: Figures = {"estimate": True, "own_events_s": own}
    for board in BOARDS:
        quota = quota_cores(board, own)
        if quota >= (os.cpu_count() or 1):
            found[board.name] = {"quota_cores": round(quota, 2), "skipped": "this machine has no more cores than that"}
            continue
        say(f"{board.name}: {quota:.2f} cores (an estimate)")
        try:
            found[board.name] = {
                "quota_cores": round(quota, 2),
                **summary(await turns(far, 1, settle_s, stretch_s, quota)),
            }
        except (OSError, AssertionError) as error:
            found[board.name] = {"quota_cores": round(quota, 2), "skipped": str(error)}
    return found


async def benchmark(arguments: argparse.Namespace) -> Figures:
    """All calls. Raises OSError where there can't be an emulated WAN or a screen."""
    if why := missing():
        raise OSError(f"There can't be an emulated WAN here: {why}.")
    quick = arguments.quick
    settle_s, stretch_s = (QUICK_SETTLE_S, QUICK_STRETCH_S) if quick else (SETTLE_S, STRETCH_S)
    async with AsyncExitStack() as steps:
        setting = Setting(
            steps.enter_context(wan(Line(rtt_ms=20))),
            Path(steps.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-bench-"))),
            camera_file("carphone_pristine.mp4", 1280, 720, 10, NOISE_SIGMA),
            start_kbps=KBPS,
            max_kbps=KBPS,
            keep="maintain-resolution",
            display=steps.enter_context(screen(*SCREEN)),
        )
        far = await steps.enter_async_context(far_end(setting))
        made = await turns(far, QUICK_TURNS if quick else TURNS, settle_s, stretch_s)
        boards = {} if quick else await on_boards(far, settle_s, stretch_s)
    return {
        **summary(made),
        "boards": boards,
        "screen": f"{SCREEN[0]}x{SCREEN[1]} on Xvfb",
        "camera": setting.camera.name,
    }


if __name__ == "__main__":
    sys.exit(main("call_cpu", __doc__, benchmark, no_options))
