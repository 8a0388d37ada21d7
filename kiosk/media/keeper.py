"""Keeps a terminal's devices open: what isn't there is tried again until it is, and everybody hears what is missing."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from kiosk import logs
from kiosk.call.state import DeviceFault
from kiosk.errors import DeviceError
from kiosk.media.ports import OnFault

log = logs.get(__name__)

TRY_AGAIN_S = 2.0
"""A device that isn't there is looked for this often."""


class Device(Protocol):
    """What all devices have in common."""

    def start(self, on_fault: OnFault) -> None:
        """Open it. Raises `DeviceError` where it isn't there; later faults go to ``on_fault``."""

    def stop(self) -> None:
        """Close it; safe to call twice."""


class Keeper:
    """Opens devices by name with ``openers`` (which may raise `DeviceError` too) and keeps them.

    ``on_faults(faults)`` is called on the event loop with all devices that don't work, whenever that changes.
    """

    def __init__(
        self, openers: Mapping[str, Callable[[], Device]], on_faults: Callable[[tuple[DeviceFault, ...]], None]
    ) -> None:
        self._openers = openers
        self._on_faults = on_faults
        self._open: dict[str, Device] = {}
        self._faults: dict[str, DeviceFault] = {}
        self._loop = asyncio.get_running_loop()
        self._retries: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Try each device once, all at the same time; those that aren't there are tried again in the background."""
        names = list(self._openers)
        there = await asyncio.gather(*(self._try(name) for name in names))
        for name, ok in zip(names, there, strict=True):
            if not ok:
                self._retries.append(asyncio.create_task(self._retry(name), name=f"retry {name}"))

    def __getitem__(self, name: str) -> Device:
        """The open device ``name``. Raises `DeviceError` while it isn't there."""
        if name not in self._open:
            raise DeviceError(name, f"The {name} isn't there.", "Wait until it is found.")
        return self._open[name]

    async def stop(self) -> None:
        """Close all."""
        for task in self._retries:
            task.cancel()
        await asyncio.gather(*self._retries, return_exceptions=True)
        for device in reversed(list(self._open.values())):
            await asyncio.to_thread(device.stop)
        self._open.clear()

    async def _retry(self, name: str) -> None:
        while not await self._try(name):  # noqa: ASYNC110 a device that may appear has no event to wait for
            await asyncio.sleep(TRY_AGAIN_S)

    async def _try(self, name: str) -> bool:
        try:
            device = self._openers[name]()
            await asyncio.to_thread(device.start, lambda error: self._hear(name, error))
        except DeviceError as error:
            self._note(name, error)
            return False
        self._open[name] = device
        self._note(name, None)
        return True

    def _hear(self, name: str, error: Exception | None) -> None:
        """From any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._note, name, error)

    def _note(self, name: str, error: Exception | None) -> None:
        before = dict(self._faults)
        if error is None:
            self._faults.pop(name, None)
        else:
            what, advice = getattr(error, "what", str(error)), getattr(error, "advice", "")
            self._faults[name] = DeviceFault(name, what, advice)
        if self._faults == before:
            return
        if error is None:
            log.info("device.works", device=name)
        else:
            log.warning("device.fault", device=name, why=str(error))
        self._on_faults(tuple(self._faults[key] for key in sorted(self._faults)))
