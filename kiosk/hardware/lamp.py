"""The lamp in the call button, on a pin: bright while the pin is high."""

from collections.abc import Callable
from typing import Any

from gpiozero import LED, PWMLED, GPIOZeroError
from gpiozero.exc import PinPWMError
from gpiozero.pins import Factory

from kiosk import logs
from kiosk.hardware import pins
from kiosk.hardware.ports import LampPattern

log = logs.get(__name__)

VIRTUAL_PIN = 18
BREATH_S = 1.6
"""Seconds from dark to bright: the pace of a person at rest."""
BLINK_S = 0.25
"""Seconds on and seconds off: 2 Hz, below the 3 Hz of WCAG 2.3.1."""


class PinLamp:
    """A `kiosk.hardware.ports.Lamp` on BCM ``number``; ``factory`` gives the pins when it starts."""

    def __init__(self, number: int, factory: Callable[[], Factory]) -> None:
        self._number = number
        self._factory = factory
        self._device: Any = None

    def start(self) -> None:
        """Take the pin; dark. Raises `DeviceError` where there is no such pin, or somebody else has it."""
        factory = self._factory()
        try:
            self._device = self._open_device(factory)
        except GPIOZeroError as error:
            raise pins.in_use("lamp", f"gpio:{self._number}", error) from error

    def show(self, pattern: LampPattern) -> None:
        """Go on with this pattern until the next one; nothing while the lamp isn't started."""
        device = self._device
        if device is None:
            return
        match pattern:
            case LampPattern.OFF:
                device.off()
            case LampPattern.STEADY:
                device.on()
            case LampPattern.BLINK:
                device.blink(on_time=BLINK_S, off_time=BLINK_S)
            case LampPattern.BREATHE:
                _breathe(device)

    def stop(self) -> None:
        """Go dark and let go of the pin; safe to call twice."""
        device, self._device = self._device, None
        if device is not None:
            device.off()
            device.close()

    def _open_device(self, factory: Factory) -> Any:
        try:
            return PWMLED(self._number, pin_factory=factory)
        except PinPWMError:
            log.warning(
                "lamp.no_pwm", advice="Install python3-lgpio so that the lamp can breathe; it blinks slowly now."
            )
            return LED(self._number, pin_factory=factory)


class VirtualLamp(PinLamp):
    """The lamp of a machine without pins, on gpiozero's mock pins; it tells what it shows."""

    def __init__(self) -> None:
        self._mock: Any = None
        self._pattern = LampPattern.OFF
        super().__init__(VIRTUAL_PIN, self._open)

    @property
    def pattern(self) -> LampPattern:
        """What it was told to show."""
        return self._pattern

    @property
    def brightness(self) -> float:
        """How bright it is at this moment: 0 dark, 1 full."""
        device = self._device
        return 0.0 if device is None else float(device.value)

    def show(self, pattern: LampPattern) -> None:
        """As a lamp on a real pin, and remember it; nothing while the lamp isn't started."""
        if self._device is not None:
            self._pattern = pattern
        super().show(pattern)

    def stop(self) -> None:
        """Go dark and let go of the mock pin and its factory; safe to call twice."""
        super().stop()
        self._pattern = LampPattern.OFF
        mock, self._mock = self._mock, None
        if mock is not None:
            mock.close()

    def _open(self) -> Factory:
        self._mock = pins.virtual()
        return self._mock


class NoLamp:
    """A terminal without a lamp."""

    def start(self) -> None:
        """Nothing to take."""

    def show(self, pattern: LampPattern) -> None:
        """Nothing to see."""

    def stop(self) -> None:
        """Nothing to let go of."""


def _breathe(device: Any) -> None:
    if isinstance(device, PWMLED):
        device.pulse(fade_in_time=BREATH_S, fade_out_time=BREATH_S)
    else:
        device.blink(on_time=BREATH_S, off_time=BREATH_S)
