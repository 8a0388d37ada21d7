"""One suite over the virtual presence and the one by camera, which watches a scripted scene."""

import asyncio
import time
from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Protocol

import av
import numpy as np
import pytest

from kiosk.errors import DeviceError
from kiosk.hardware.ports import Presence
from kiosk.hardware.presence import NoPresence, VirtualPresence
from kiosk.media.ports import OnFault, OnFrame
from kiosk.media.presence import CameraPresence
from kiosk.standby.attention import Attention, Times

QUICK = Times(stay_s=0.1, gap_s=0.5, gone_s=0.2)


class Scene:
    """A camera's port: an empty room with some noise, in which somebody may stand."""

    label = "scene"

    def __init__(self) -> None:
        self.somebody = self.bright = self.broken = False
        self.watchers: list[OnFrame] = []
        self.most = 0
        self._ended = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._noise = np.random.default_rng(5)

    def start(self, _on_fault: OnFault) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def subscribe(self, on_frame: OnFrame) -> Callable[[], None]:
        self.watchers.append(on_frame)
        return lambda: self.watchers.remove(on_frame)

    def _run(self) -> None:
        while not self._ended.wait(0.01):
            frame = self._picture()
            for watcher in tuple(self.watchers):
                watcher(frame)

    def _picture(self) -> av.VideoFrame:
        base = np.full((270, 320), 170 if self.bright else 90, np.uint8)
        base[:180] += self._noise.integers(0, 6, (180, 320), np.uint8)
        if self.somebody:
            base[60:180, 120:200] = 20
        return av.VideoFrame.from_ndarray(base, format="yuv420p")


class Stage(Protocol):
    """A presence, and a way to make somebody come and go."""

    presence: Presence

    def set(self, somebody: bool) -> None: ...  # noqa: FBT001 a switch has one argument

    def close(self) -> None: ...


class Virtual:
    """By hand."""

    def __init__(self) -> None:
        virtual = VirtualPresence()
        self.presence: Presence = virtual
        self.set = virtual.set

    def close(self) -> None:
        self.presence.stop()


class ByCamera:
    """By pictures."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.scene.start(lambda _: None)
        self.presence: Presence = CameraPresence(self._camera, lambda: Attention(QUICK), look_every_s=0.02)

    def _camera(self) -> Scene:
        if self.scene.broken:
            raise DeviceError("There is no camera.", "Plug it in.")
        return self.scene

    def set(self, somebody: bool) -> None:  # noqa: FBT001 a switch has one argument
        self.scene.somebody = somebody

    def close(self) -> None:
        self.presence.stop()
        self.scene.stop()


@pytest.fixture(params=[Virtual, ByCamera])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Each kind."""
    made: Stage = request.param()
    yield made
    made.close()


class Heard:
    """What a presence said, to be waited for."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[bool] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    def __call__(self, present: bool) -> None:  # noqa: FBT001 the port's signature
        self._loop.call_soon_threadsafe(self.said.put_nowait, present)

    async def next(self) -> bool:
        return await asyncio.wait_for(self.said.get(), 10)


async def settled(stage: Stage) -> None:
    """A camera has seen the empty room."""
    if isinstance(stage, ByCamera):
        async with asyncio.timeout(10):
            seen = 0
            while seen < 5:
                before = bool(stage.scene.watchers)
                await asyncio.sleep(0.01)
                seen += before and not stage.scene.watchers


async def test_somebody_comes_and_goes_and_comes_again(stage: Stage) -> None:
    heard = Heard()
    stage.presence.start(heard)
    await settled(stage)
    for somebody in (True, False, True):
        stage.set(somebody)
        assert await heard.next() is somebody
    assert heard.said.empty(), "each change is said once"


async def test_nothing_is_said_after_the_stop(stage: Stage) -> None:
    heard = Heard()
    stage.presence.start(heard)
    await settled(stage)
    await asyncio.to_thread(stage.presence.stop)
    stage.set(True)
    await asyncio.to_thread(stage.presence.stop)
    assert heard.said.empty()


async def test_it_can_be_started_again(stage: Stage) -> None:
    first, second = Heard(), Heard()
    stage.presence.start(first)
    await asyncio.to_thread(stage.presence.stop)
    stage.presence.start(second)
    await settled(stage)
    stage.set(True)
    assert await second.next() is True
    assert first.said.empty()


async def test_the_light_is_nobody() -> None:
    """Somebody switches it on: nearly every pixel changes."""
    stage, heard = ByCamera(), Heard()
    try:
        stage.presence.start(heard)
        await settled(stage)
        stage.scene.bright = True
        await settled(stage)
        await settled(stage)
        assert heard.said.empty()
        stage.set(True)
        assert await heard.next() is True
    finally:
        stage.close()


async def test_a_camera_that_goes_away_has_nobody_in_front_of_it() -> None:
    stage, heard = ByCamera(), Heard()
    try:
        stage.presence.start(heard)
        await settled(stage)
        stage.set(True)
        assert await heard.next() is True
        stage.scene.broken = True
        assert await heard.next() is False
    finally:
        stage.close()


async def test_the_camera_is_watched_for_moments_only() -> None:
    """Between two looks nobody is subscribed, so that the camera decodes nothing."""
    stage = ByCamera()
    try:
        stage.presence = CameraPresence(stage._camera, look_every_s=0.25)
        stage.presence.start(lambda _: None)
        busy, looks, until = 0, 0, time.monotonic() + 1.5
        while time.monotonic() < until:
            busy += bool(stage.scene.watchers)
            looks += 1
            await asyncio.sleep(0.005)
        assert 0 < busy < looks / 4
    finally:
        stage.close()


def test_none_is_nobody() -> None:
    presence = NoPresence()
    presence.start(lambda _: None)
    presence.stop()
