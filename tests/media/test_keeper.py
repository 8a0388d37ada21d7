"""Devices that come and go, over a scripted device that obeys the port's rules."""

import asyncio
import threading

import pytest

from kiosk.call.state import DeviceFault
from kiosk.errors import DeviceError
from kiosk.media import keeper as module
from kiosk.media.keeper import Keeper
from kiosk.media.ports import OnFault


class Plugged:
    """A device that is there or not."""

    def __init__(self, *, there: bool) -> None:
        self.there = there
        self.on_fault: OnFault | None = None
        self.started = threading.Event()
        self.stopped = 0

    def start(self, on_fault: OnFault) -> None:
        if not self.there:
            raise DeviceError("camera", "There is no camera.", "Plug one in.")
        self.on_fault = on_fault
        self.started.set()

    def stop(self) -> None:
        self.stopped += 1


class Heard:
    """What the keeper said, to be waited for."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[tuple[DeviceFault, ...]] = asyncio.Queue()

    async def next(self) -> list[str]:
        async with asyncio.timeout(5):
            return [fault.device for fault in await self.said.get()]


async def test_a_device_that_is_there_is_quiet_and_closed_at_the_end() -> None:
    heard, device = Heard(), Plugged(there=True)
    keeper = Keeper({"camera": lambda: device}, heard.said.put_nowait)
    await keeper.start()
    assert keeper["camera"] is device
    assert heard.said.empty()
    await keeper.stop()
    assert device.stopped == 1


async def test_a_missing_device_is_said_once_and_found_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRY_AGAIN_S", 0.01)
    heard, device = Heard(), Plugged(there=False)
    keeper = Keeper({"camera": lambda: device, "speaker": lambda: Plugged(there=True)}, heard.said.put_nowait)
    await keeper.start()
    assert await heard.next() == ["camera"]
    with pytest.raises(DeviceError, match="isn't there"):
        keeper["camera"]
    device.there = True
    assert await heard.next() == []
    assert keeper["camera"] is device
    await keeper.stop()


async def test_a_device_that_fails_while_open_is_heard_from_its_own_thread() -> None:
    heard, device = Heard(), Plugged(there=True)
    keeper = Keeper({"camera": lambda: device}, heard.said.put_nowait)
    await keeper.start()
    assert device.on_fault is not None
    for error, faults in ((DeviceError("camera", "Unplugged."), ["camera"]), (None, [])):
        thread = threading.Thread(target=device.on_fault, args=(error,))
        thread.start()
        assert await heard.next() == faults
        thread.join()
    await keeper.stop()


async def test_stopping_ends_the_search() -> None:
    keeper = Keeper({"camera": lambda: Plugged(there=False)}, lambda _faults: None)
    await keeper.start()
    async with asyncio.timeout(1):
        await keeper.stop()
