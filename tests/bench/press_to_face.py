"""Press to face over emulated lines of 20, 80 and 200 ms RTT: our terminal against Chromium with a page that does its job.

The customer is at the near end; agent, our distributor and the peer's relay are together at the far end, so that each message of
either signalling crosses the line. Ours is the real terminal's process (drawn into memory), the real distributor over TLS, and
the console in Chromium. The peer is Chromium with a page of its own (tests/bench/peer): camera and socket are open before the
press; at the press one offer goes out at once and the candidates after it, H.264 first, everything on one transport, the start
bit rate said in the description. It asks no distributor for an agent. Both agents are pages in one Chromium.

Three kinds of call. ``cold``: no standby links on either side. ``warm``: ours over a standby link that was up before the press,
in turn with the peer's cold call (what a page does today) and with the peer given the same standby link: transceivers without
tracks, ICE and DTLS done, one message at the press. ``hot``: ours, with somebody in front of the terminal before the press, so that the
agent's camera is on the link already.

``ours_ms`` ends with the agent's first picture drawn (Qt has swapped the frame), ``peer_ms`` with the first video frame
callback in the page. ``voice_ms``: the agent's voice comes out of the speaker; ``seen_ms``, ``heard_ms``: the customer's first picture at the
agent's page, the customer's voice there. Both microphones hear a babble that never pauses; loud is -50 dBFS. The sides take turns;
medians of all calls that connected, ``p95_ms`` and ``*_p95_ms`` beside them are ours.

Keys: ``hot.p95_ms`` (all lines together; ``hot.RTT`` has each); ``warm.RTT.ours_ms/.peer_ms/.ratio/.p95_ms/.peer_warm_ms/.voice_ms/
.seen_ms/.heard_ms``; ``cold.RTT.ours_ms/.peer_ms/.ratio`` with RTT ``20``, ``80``, ``200``; beside them p95s, the peer's, ``calls``,
``failed``, and all samples.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.bench.clips import NOISE_SIGMA, babble_file, camera_file
from tests.bench.figures import Figures, main, median, no_options, p95, ratio, say
from tests.bench.our_side import Ours, ours
from tests.bench.peer_side import Peer, peer
from tests.bench.sides import CallTimes, Far, Setting, Side, far_end
from tests.faults.line import Line
from tests.faults.wan import Wan, missing, wan

RTTS = (20, 80, 200)
CALLS, QUICK_CALLS = 20, 2
PAUSE_S = 0.7
"""After a call: on a link that stays, what was on its way still arrives, and would be taken for the next call's."""
MOMENTS = {"face": "ours", "voice": "voice", "seen": "seen", "heard": "heard"}
"""What is measured of a call, and the beginning of its keys for our side."""


async def one(side: Side, note: str) -> CallTimes:
    """A call, made and ended."""
    times = await side.call()
    await side.hang_up()
    await asyncio.sleep(PAUSE_S)
    say(f"{note}, {side.name}: face {times.since_press_ms(times.face)} ms")
    return times


async def cold(net: Wan, our_side: Ours, peer_side: Peer, calls: int) -> Figures:
    """Without standby links, in turn."""
    found = {}
    for rtt_ms in RTTS:
        net.set(Line(rtt_ms=rtt_ms))
        made: list[list[CallTimes]] = [[], []]
        for number in range(calls):
            note = f"cold, {rtt_ms} ms, call {number + 1}/{calls}"
            made[0].append(await one(our_side, note))
            made[1].append(await one(peer_side, note))
        found[str(rtt_ms)] = {**mine(made[0]), **others(made[0], made[1], "peer")}
    return found


async def warm(net: Wan, our_side: Ours, peer_side: Peer, calls: int) -> Figures:
    """Ours over a standby link, the peer cold, and the peer over a standby link, in turn."""
    found = {}
    for rtt_ms in RTTS:
        net.set(Line(rtt_ms=rtt_ms))
        made: list[list[CallTimes]] = [[], [], []]
        for number in range(calls):
            note = f"warm, {rtt_ms} ms, call {number + 1}/{calls}"
            await our_side.stand_by()
            made[0].append(await one(our_side, note))
            made[1].append(await one(peer_side, f"{note}, its cold one"))
            await peer_side.stand_by()
            made[2].append(await one(peer_side, note))
            await peer_side.call_cold()
        found[str(rtt_ms)] = {
            **mine(made[0]),
            **others(made[0], made[1], "peer"),
            **{f"peer_warm_{key}": value for key, value in mine(made[2]).items() if key != "samples"},
            "peer_warm_ms": median(spans(made[2], "face")),
        }
    return found


async def hot(net: Wan, our_side: Ours, calls: int) -> Figures:
    """Ours, with somebody in front of the terminal for a while."""
    found, faces = {}, []
    for rtt_ms in RTTS:
        net.set(Line(rtt_ms=rtt_ms))
        made = []
        for number in range(calls):
            await our_side.stand_by()
            await our_side.approach()
            made.append(await one(our_side, f"hot, {rtt_ms} ms, call {number + 1}/{calls}"))
            await our_side.go_away()
        found[str(rtt_ms)] = mine(made)
        faces += spans(made, "face")
    return {"p95_ms": p95(faces), "median_ms": median(faces), **found}


def mine(made: list[CallTimes]) -> Figures:
    """Our keys of one line."""
    figures: Figures = {"calls": len(made), "failed": sum(times.face is None for times in made), "samples": {}}
    for moment, name in MOMENTS.items():
        found = spans(made, moment)
        figures[f"{name}_ms"] = median(found) if found else None
        figures["p95_ms" if name == "ours" else f"{name}_p95_ms"] = p95(found) if found else None
        figures["samples"][moment] = found
    return figures


def others(our_made: list[CallTimes], their_made: list[CallTimes], name: str) -> Figures:
    """The peer's keys of one line, and the ratio."""
    face = median(spans(their_made, "face"))
    theirs = {moment: spans(their_made, moment) for moment in MOMENTS}
    return {
        f"{name}_ms": face,
        f"{name}_p95_ms": p95(theirs["face"]),
        f"{name}_failed": sum(times.face is None for times in their_made),
        **{f"{name}_{moment}_ms": median(theirs[moment]) for moment in ("voice", "seen", "heard") if theirs[moment]},
        f"{name}_samples": theirs,
        "ratio": ratio(median(spans(our_made, "face")), face),
    }


def spans(made: list[CallTimes], moment: str) -> list[float]:
    """From the press to ``moment``, ms, of the calls that came so far."""
    found = [times.since_press_ms(getattr(times, moment)) for times in made]
    return [span for span in found if span is not None]


async def measure(net: Wan, far: Far, calls: int) -> Figures:
    """All kinds of call on all lines."""
    async with peer(far) as peer_side:
        async with ours(far) as our_side:
            await one(our_side, "first")  # the first call of a process loads what the others find
            await one(peer_side, "first")
            cold_figures = await cold(net, our_side, peer_side, calls)
        net.set(Line())
        async with ours(far, links=2) as our_side:
            await our_side.stand_by()
            await one(our_side, "first")
            warm_figures = await warm(net, our_side, peer_side, calls)
            hot_figures = await hot(net, our_side, calls)
    return {"hot": hot_figures, "warm": warm_figures, "cold": cold_figures}


async def benchmark(arguments: argparse.Namespace) -> Figures:
    """All of it. Raises OSError where there can't be an emulated WAN."""
    if why := missing():
        raise OSError(f"There can't be an emulated WAN here: {why}.")
    camera = camera_file("carphone_pristine.mp4", 1280, 720, 10, NOISE_SIGMA)
    calls = QUICK_CALLS if arguments.quick else CALLS
    with wan(Line()) as net, tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder:
        async with far_end(Setting(net, Path(folder), camera, babble_file())) as far:
            figures = await measure(net, far, calls)
    return {**figures, "distributor": "at the agent's end of the line", "camera": camera.name}


if __name__ == "__main__":
    sys.exit(main("press_to_face", __doc__, benchmark, no_options))
