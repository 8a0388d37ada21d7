"""The call button on a pin: a contact to ground, the pin pulled up."""

import time
from collections.abc import Callable
from typing import Any

from gpiozero import DigitalInputDevice, GPIOZeroError
from gpiozero.pins import Factory

from kiosk import logs
from kiosk.hardware import pins
from kiosk.hardware.debounce import Debounce
from kiosk.hardware.ports import OnPress

log = logs.get(__name__)

VIRTUAL_PIN = 17


class PinButton:
    """A `kiosk.hardware.ports.Button` on BCM ``number``; ``factory`` gives the pins when it starts."""

    def __init__(self, number: int, factory: Callable[[], Factory]) -> None:
        self._number = number
        self._factory = factory
        self._device: Any = None
        self._debounce = Debounce()
        self._on_press: OnPress | None = None

    def start(self, on_press: OnPress) -> None:
        """Watch the contact. Raises `DeviceError` where there is no such pin, or somebody else has it."""
        self._on_press = on_press
        factory = self._factory()
        try:
            self._device = DigitalInputDevice(self._number, pull_up=True, bounce_time=None, pin_factory=factory)
        except GPIOZeroError as error:
            raise pins.in_use("button", f"gpio:{self._number}", error) from error
        self._device.when_activated = self._closed
        self._device.when_deactivated = self._opened

    def stop(self) -> None:
        """Let go of the pin; safe to call twice."""
        device, self._device, self._on_press = self._device, None, None
        if device is not None:
            device.close()

    def _closed(self) -> None:
        self._edge(closed=True)

    def _opened(self) -> None:
        self._edge(closed=False)

    def _edge(self, *, closed: bool) -> None:
        at_s = time.monotonic()
        on_press = self._on_press
        if not self._debounce.is_press(closed=closed, at_s=at_s) or on_press is None:
            return
        log.info("button.press")
        try:
            on_press(at_s)
        except Exception:
            log.exception("button.defect")  # an exception would end the pin library's thread, and with it the button


class VirtualButton(PinButton):
    """The button of a machine without pins: `press` and `release` move the mock pin's level as a finger would."""

    def __init__(self) -> None:
        self._mock: Any = None
        super().__init__(VIRTUAL_PIN, self._open)

    def _open(self) -> Factory:
        self._mock = pins.virtual()
        return self._mock

    def press(self) -> None:
        """Close the contact; nothing happens while it is closed already, or the button isn't started."""
        if self._mock is not None:
            self._mock.pin(VIRTUAL_PIN).drive_low()

    def release(self) -> None:
        """Open the contact."""
        if self._mock is not None:
            self._mock.pin(VIRTUAL_PIN).drive_high()

    def stop(self) -> None:
        """Let go of the mock pin and its factory; safe to call twice."""
        super().stop()
        mock, self._mock = self._mock, None
        if mock is not None:
            mock.close()


class NoButton:
    """A terminal without a button of its own: the screen's button does."""

    def start(self, on_press: OnPress) -> None:
        """Never presses."""

    def stop(self) -> None:
        """Nothing to let go of."""
