"""The terminal's peer for starts.py: ``python -m tests.bench.starts_near``, orders and answers as JSON lines.

``offer``, ``answer`` (with ``sdp``), ``attach``, and ``detach``, which answers with what came since: when each picture was handed
on, when a flash began, when the speaker took the first block of a beep, in monotonic seconds. The input's end ends it.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import av
import numpy as np

from kiosk import logs
from kiosk.config import CameraSection, MicrophoneSection
from kiosk.media.devices import open_camera, open_microphone
from kiosk.media.levels import dbfs
from kiosk.media.ports import AudioBlock, MediaDevices
from kiosk.media.virtual_sound import MeasuringSpeaker
from kiosk.rtc import repairs
from kiosk.rtc.peer import AiortcPeer
from kiosk.rtc.port import PeerEvents
from kiosk.rtc.receive import receiver
from kiosk.rtc.send import sender

BRIGHT, LOUD_DBFS = 150, -30.0


class Edges:
    """When something began to be so."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._was = True

    def note(self, at: float, *, now: bool) -> None:
        """It is so, or it isn't."""
        if now and not self._was:
            self.times.append(at)
        self._was = now


class Watched:
    """What came since `begin`."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget everything."""
        self.frames: list[float] = []
        self.flashes, self.beeps = Edges(), Edges()

    def on_frame(self, frame: av.VideoFrame) -> None:
        """A picture for the screen."""
        at = time.monotonic()
        plane = frame.planes[0]
        pixels = np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)[::8, : frame.width : 8]
        self.frames.append(at)
        self.flashes.note(at, now=float(pixels.mean()) > BRIGHT)

    def on_played(self, block: AudioBlock) -> None:
        """A block that the speaker has taken."""
        self.beeps.note(time.monotonic(), now=dbfs(block) > LOUD_DBFS)


async def serve(orders: Callable[[], str]) -> None:
    """Until the input ends."""
    watched, speaker = Watched(), MeasuringSpeaker()
    camera = open_camera(CameraSection(source="pattern", width=640, height=360, fps=15))
    devices = MediaDevices(camera, open_microphone(MicrophoneSection(source="tone:440")), speaker)
    for device in (devices.camera, devices.microphone, devices.speaker):
        device.start(lambda _: None)
    speaker.listen(watched.on_played)
    ready = asyncio.Event()
    peer = AiortcPeer(lambda: devices, watched.on_frame, (), PeerEvents(ready.set, lambda: None))
    while line := await asyncio.to_thread(orders):
        print(json.dumps(await obey(json.loads(line), peer, watched, ready)), flush=True)
    await peer.close()
    for device in (devices.camera, devices.microphone, devices.speaker):
        device.stop()


async def obey(order: dict[str, str], peer: AiortcPeer, watched: Watched, ready: asyncio.Event) -> dict[str, Any]:
    """Do as told; the answer."""
    match order["do"]:
        case "offer":
            return {"sdp": await peer.offer()}
        case "answer":
            await peer.accept(order["sdp"])
            await asyncio.wait_for(ready.wait(), 20)
        case "attach":
            watched.begin()
            peer.attach()
        case "detach":
            peer.detach()
            await peer.settle()
            return {"frames": watched.frames, "flashes": watched.flashes.times, "beeps": watched.beeps.times}
    return {}


if __name__ == "__main__":
    logs.set_up("warning", json=True)
    sender.install(100, 1500, 2500)
    receiver.install()
    repairs.install()
    asyncio.run(serve(sys.stdin.readline))
