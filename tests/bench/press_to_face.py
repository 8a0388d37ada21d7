"""Press to face over emulated lines of 20, 80 and 200 ms RTT: our terminal against Chromium with a page that does its job.

Only cold calls so far: there are no standby links yet. The customer is at the near end; agent, our distributor and the peer's
relay are together at the far end, so that each message of either signalling crosses the line. Ours is the real terminal's
process (drawn into memory), the real distributor over TLS, and the console in Chromium. The peer is Chromium with a page of
its own (tests/bench/peer): camera and socket are open before the press; at the press one offer goes out at once and the
candidates after it, H.264 first, everything on one transport, the start bit rate said in the description. It asks no
distributor for an agent, which saves it one round trip that ours takes. Both agents are pages in one Chromium.

``ours_ms`` ends with the agent's first picture drawn (Qt has swapped the frame), ``peer_ms`` with the first video frame
callback in the page. ``seen_ms`` is the customer's first picture at the agent's page. Both sides in turn, medians of all
calls that connected; ``p95_ms`` is ours.

Keys: ``cold.RTT.ours_ms/.peer_ms/.ratio/.p95_ms/.seen_ms`` with RTT ``20``, ``80``, ``200``; beside them ``peer_p95_ms``,
``peer_seen_ms``, ``calls``, ``failed`` of both, and all samples.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench.clips import NOISE_SIGMA, camera_file
from tests.bench.figures import Figures, main, median, no_options, p95, ratio, say
from tests.bench.our_side import ours
from tests.bench.peer_side import peer
from tests.bench.sides import CallTimes, Setting, Side, far_end
from tests.faults.line import Line
from tests.faults.wan import Wan, missing, wan

RTTS = (20, 80, 200)
CALLS, QUICK_CALLS = 20, 4


async def compare(net: Wan, sides: tuple[Side, Side], rtt_ms: int, calls: int) -> Figures:
    """``calls`` calls of each side in turn over a line of ``rtt_ms``."""
    net.set(Line(rtt_ms=rtt_ms))
    made: dict[str, list[CallTimes]] = {side.name: [] for side in sides}
    for number in range(calls):
        for side in sides:
            times = await side.call()
            await side.hang_up()
            made[side.name].append(times)
            say(f"{rtt_ms} ms, call {number + 1}/{calls}, {side.name}: face {times.since_press_ms(times.face)} ms")
    return summary(made["ours"], made["peer"])


def summary(ours_made: list[CallTimes], peer_made: list[CallTimes]) -> Figures:
    """The keys of one line."""
    faces = {name: _spans(made, "face") for name, made in (("ours", ours_made), ("peer", peer_made))}
    seen = {name: _spans(made, "seen") for name, made in (("ours", ours_made), ("peer", peer_made))}
    return {
        "ours_ms": median(faces["ours"]),
        "peer_ms": median(faces["peer"]),
        "ratio": ratio(median(faces["ours"]), median(faces["peer"])),
        "p95_ms": p95(faces["ours"]),
        "peer_p95_ms": p95(faces["peer"]),
        "seen_ms": median(seen["ours"]),
        "seen_p95_ms": p95(seen["ours"]),
        "peer_seen_ms": median(seen["peer"]),
        "calls": len(ours_made),
        "failed": sum(times.face is None for times in ours_made),
        "peer_failed": sum(times.face is None for times in peer_made),
        "samples": {"ours": faces["ours"], "peer": faces["peer"], "ours_seen": seen["ours"], "peer_seen": seen["peer"]},
    }


def _spans(made: list[CallTimes], moment: str) -> list[float]:
    spans = [times.since_press_ms(getattr(times, moment)) for times in made]
    return [span for span in spans if span is not None]


async def benchmark(arguments: argparse.Namespace) -> Figures:
    """All lines. Raises OSError where there can't be an emulated WAN."""
    if why := missing():
        raise OSError(f"There can't be an emulated WAN here: {why}.")
    camera = camera_file("carphone_pristine.mp4", 1280, 720, 10, NOISE_SIGMA)
    calls = QUICK_CALLS if arguments.quick else CALLS
    with wan(Line()) as net, tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder:
        setting = Setting(net, Path(folder), camera)
        async with far_end(setting) as far, ours(far) as our_side, peer(far) as peer_side:
            sides = (our_side, peer_side)
            for side in sides:  # the first call of a process loads what the others find
                await side.call()
                await side.hang_up()
            cold = {str(rtt): await compare(net, sides, rtt, calls) for rtt in RTTS}
    return {"cold": cold, "distributor": "at the agent's end of the line", "camera": camera.name}


if __name__ == "__main__":
    sys.exit(main("press_to_face", __doc__, benchmark, no_options))
