"""A driver that hangs in a read: the camera is stopped and started again, and the old thread never comes back to life."""

import os
import threading
from dataclasses import dataclass, field

import av
import pytest

from kiosk.errors import DeviceError
from kiosk.media import camera as camera_module
from kiosk.media.camera import AvCamera
from kiosk.media.faults import camera_error
from kiosk.media.source import Feed

WIDTH, HEIGHT = 64, 48
FORM = {"video_size": f"{WIDTH}x{HEIGHT}", "pixel_format": "yuv420p", "framerate": "30"}


@dataclass
class PipeSource:
    """A live source whose driver is the test: each opening is a pipe that the test writes pictures to, or doesn't."""

    name: str = "pipe"
    writing: list[int] = field(default_factory=list)

    def open(self) -> Feed:
        reading, writing = os.pipe()
        self.writing.append(writing)
        self.picture(-1)
        container = av.open(f"pipe:{reading}", format="rawvideo", options=FORM)
        return Feed(container, container.streams.video[0], live=True, on_close=lambda: os.close(reading))

    def fault(self, error: Exception) -> DeviceError:
        return camera_error(f"The pipe broke ({error}).", "Mend it.")

    def picture(self, opening: int, brightness: int = 100) -> None:
        os.write(self.writing[opening], bytes([brightness]) * (WIDTH * HEIGHT * 3 // 2))


def test_a_hanging_read_is_left_behind_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "JOIN_LIMIT_S", 0.2)
    source = PipeSource()
    camera = AvCamera(source, WIDTH, HEIGHT, 30)
    seen: list[int] = []
    arrived = threading.Event()

    def watch(frame: av.VideoFrame) -> None:
        seen.append(memoryview(frame.planes[0])[0])
        arrived.set()

    leave = camera.subscribe(watch)
    camera.start(lambda _: None)
    assert arrived.wait(10)
    (hanging,) = (thread for thread in threading.enumerate() if thread.name == "camera-read")
    camera.stop()
    assert hanging.is_alive()

    arrived.clear()
    seen.clear()
    camera.start(lambda _: None)
    assert arrived.wait(10)
    source.picture(0, 200)
    hanging.join(10)
    assert not hanging.is_alive()
    arrived.clear()
    source.picture(1, 50)
    assert arrived.wait(10)
    leave()
    for writing in source.writing:
        os.close(writing)
    camera.stop()
    assert seen == [100, 50]
