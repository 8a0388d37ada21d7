"""Calls one after another on one link: whether a picture stands still at a start, and how far the lips are from the voice.

One connection between the terminal's own peer (near) and a page in Chromium (far), over the emulated line. For each call
the page attaches its picture and its sound with ``replaceTrack``, as a console does on a standby link, and takes them away again
after it. The page flashes white and beeps at the same moment once a second. At the near end is written down when each picture
was handed to the screen, when a flash was among them, and when the speaker took the first block with the beep. What a
sound card's own buffer and a screen's refresh add isn't in it.

``sync_ms`` is the sound's time after the picture's (below 0: the sound was first); EN 301 549 (6.5.4) allows 100 ms either way.
A start's freeze is one by WebRTC's definition (freezes.py) within the first `WATCHED_S` after the first picture, or a gap of over
200 ms between any two pictures there.

Keys: ``calls``, ``frozen_starts``, ``longest_gap_ms``, ``sync_ms`` (the worst of all calls' medians), ``sync_p95_ms`` of all
beeps, ``good`` and ``bad``: everything of the good line and of the one with 5% loss at 240 ms RTT. Gaps are judged on the good
line: on the other one a repair takes a quarter of a second.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.bench.browsers import chromium_at
from tests.bench.figures import Figures, main, no_options, p95, say
from tests.bench.freezes import frozen
from tests.faults.line import Line
from tests.faults.wan import Wan, missing, wan

LINES = {"good": Line(rtt_ms=80), "bad": Line(rtt_ms=240, loss=0.05)}
CALLS, QUICK_CALLS = 20, 4
CALL_S, BETWEEN_S = 5.2, 0.7
WATCHED_S = 2.0
LONGEST_S = 0.2
APART_S = 0.5
"""A flash and a beep that are further apart than this aren't the same one."""
PAGE = """() => {
  const canvas = document.body.appendChild(document.createElement("canvas"));
  [canvas.width, canvas.height] = [640, 360];
  const context = canvas.getContext("2d");
  const audio = new AudioContext({ sampleRate: 48000 });
  const [tone, gain, out] = [audio.createOscillator(), audio.createGain(), audio.createMediaStreamDestination()];
  tone.frequency.value = 880;
  gain.gain.value = 0;
  tone.connect(gain).connect(out);
  tone.start();
  let planned = 0;
  const draw = () => {
    const now = audio.currentTime;
    for (; planned <= now + 0.5; planned += 1) {
      gain.gain.setValueAtTime(0.5, planned);
      gain.gain.setValueAtTime(0, planned + 0.1);
    }
    const white = now % 1 < 0.1;
    context.fillStyle = white ? "#fff" : "#202020";
    context.fillRect(0, 0, 640, 360);
    context.fillStyle = white ? "#ddd" : "#345";
    context.fillRect((now * 200) % 600, 100, 40, 40);
  };
  setInterval(draw, 16);
  window.tracks = [canvas.captureStream(30).getVideoTracks()[0], out.stream.getAudioTracks()[0]];
  window.peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  window.give = (tracks) => Promise.all(peer.getTransceivers().map(({ sender, receiver }) =>
    sender.replaceTrack(tracks.find(({ kind }) => kind === receiver.track.kind) ?? null)));
}"""
ANSWER = """async (sdp) => {
  await peer.setRemoteDescription({ type: "offer", sdp });
  for (const transceiver of peer.getTransceivers()) transceiver.direction = "sendrecv";
  await peer.setLocalDescription(await peer.createAnswer());
  while (peer.iceGatheringState !== "complete") await new Promise((resolve) => setTimeout(resolve, 20));
  return peer.localDescription.sdp;
}"""


class Near:
    """The terminal's peer in a process at the near end (starts_near.py)."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def do(self, what: str, **more: str) -> dict[str, Any]:
        """An order, and its answer. Raises OSError where the process has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **more}).encode() + b"\n")
        line = await self._process.stdout.readline()
        if not line:
            raise OSError("The terminal's peer has ended; its reason stands in the lines above.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def end(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), 10)


async def one(near: Near, page: Page) -> Figures:
    """One call on the link."""
    await near.do("attach")
    await page.evaluate("give(tracks)")
    await asyncio.sleep(CALL_S)
    await page.evaluate("give([])")
    return judged(await near.do("detach"))


def judged(seen: dict[str, Any]) -> Figures:
    """What one call was like. Raises AssertionError where there was no picture."""
    frames: list[float] = seen["frames"]
    assert frames, "no picture came"
    start = [at for at in frames if at <= frames[0] + WATCHED_S]
    gaps = [after - before for before, after in pairwise(start)]
    return {
        "frozen_s": round(frozen(start, start[0], start[-1]).seconds, 3),
        "longest_gap_ms": round(max(gaps, default=WATCHED_S) * 1000),
        "sync_ms": [round(each * 1000) for each in offsets(seen["flashes"], seen["beeps"])],
    }


def offsets(flashes: list[float], beeps: list[float]) -> list[float]:
    """The sound's time after the picture's, for each flash that has a beep, in seconds."""
    found = []
    for flash in flashes:
        nearest = min(beeps, key=lambda beep: abs(beep - flash), default=None)
        if nearest is not None and abs(nearest - flash) < APART_S:
            found.append(nearest - flash)
    return found


def summary(calls: list[Figures]) -> Figures:
    """Of one line's calls. Raises AssertionError where in one of them nothing could be compared."""
    assert all(call["sync_ms"] for call in calls), "a call without a flash and its beep"
    every = [each for call in calls for each in call["sync_ms"]]
    return {
        "frozen_starts": sum(call["frozen_s"] > 0 or call["longest_gap_ms"] > LONGEST_S * 1000 for call in calls),
        "longest_gap_ms": max(call["longest_gap_ms"] for call in calls),
        "sync_ms": max((round(statistics.median(call["sync_ms"])) for call in calls), key=abs),
        "sync_p95_ms": p95([abs(each) for each in every], 0),
        "calls": calls,
    }


async def link(net: Wan, name: str, count: int) -> list[Figures]:
    """So many calls on one link over that line."""
    async with AsyncExitStack() as steps:
        folder = Path(steps.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-bench-")))
        browser = await steps.enter_async_context(
            chromium_at(net.far, folder, "--autoplay-policy=no-user-gesture-required")
        )
        page = await browser.page()
        await page.evaluate(PAGE)
        words = net.near.command(sys.executable, "-m", "tests.bench.starts_near")
        pipe = asyncio.subprocess.PIPE
        near = Near(await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, limit=2**22))
        steps.push_async_callback(near.end)
        net.set(Line(rtt_ms=LINES[name].rtt_ms))
        offer = (await near.do("offer"))["sdp"]
        await near.do("answer", sdp=await page.evaluate(ANSWER, offer))
        net.set(LINES[name])
        calls = []
        for number in range(count):
            await asyncio.sleep(BETWEEN_S)
            calls.append(await one(near, page))
            say(f"{name} {number + 1}/{count}: {calls[-1]}")
        return calls


async def benchmark(arguments: argparse.Namespace) -> Figures:
    """Both lines. Raises OSError where there can't be an emulated WAN."""
    if why := missing():
        raise OSError(f"There can't be an emulated WAN here: {why}.")
    count = QUICK_CALLS if arguments.quick else CALLS
    with wan(Line()) as net:
        made = {name: summary(await link(net, name, count)) for name in LINES}
    return {
        "calls": count,
        "frozen_starts": made["good"]["frozen_starts"],
        "longest_gap_ms": made["good"]["longest_gap_ms"],
        "sync_ms": max((each["sync_ms"] for each in made.values()), key=abs),
        "sync_p95_ms": max(each["sync_p95_ms"] for each in made.values()),
        **made,
    }


if __name__ == "__main__":
    sys.exit(main("starts", __doc__, benchmark, no_options))
