"""gpiozero's pin factories: the one for the pins of this machine, and a mock one for each virtual device."""

import os
import sys
import warnings
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from gpiozero.pins import Factory
from gpiozero.pins.mock import MockFactory, MockPWMPin

from kiosk import logs
from kiosk.errors import DeviceError

log = logs.get(__name__)

FACTORIES = ("lgpio", "rpigpio", "native")
"""In the order tried: only lgpio has all of the Pi 5, PWM and time stamps by the kernel."""
DEBIAN_PACKAGES = Path("/usr/lib/python3/dist-packages")
"""Where python3-lgpio puts its module. PyPI has no build of it for the Pi's Python 3.13."""


@cache
def real() -> Factory:
    """The factory for this machine's pins, the same one for all devices: gpiozero's local factories share their pins.

    ``GPIOZERO_PIN_FACTORY`` names another one. Raises OSError with the reasons where none works.
    """
    chosen = os.environ.get("GPIOZERO_PIN_FACTORY")
    reasons = []
    for name in (chosen,) if chosen else FACTORIES:
        try:
            factory = _load(name)
        except Exception as error:  # noqa: BLE001 - each library has errors of its own for "there is no such chip here"
            reasons.append(f"{name}: {error}")
        else:
            log.info("gpio.open", factory=name, board=factory.board_info.model)
            return factory
    raise OSError("; ".join(reasons))


def real_for(device: str, where: str) -> Factory:
    """`real`, or `DeviceError` that names the ``device`` and its configuration value ``where``."""
    try:
        return real()
    except OSError as error:
        log.info("gpio.none", reasons=str(error))
        raise DeviceError(
            device,
            f"The {device} at {where} can't be used: this machine has no GPIO pins that this program may use.",
            f"On a Raspberry Pi, install python3-lgpio and add the user to the group gpio; else set {_key(device)} to none.",
        ) from error


def virtual() -> Factory:
    """A factory whose pins exist in memory only, PWM included; one for each device, closed with it."""
    return MockFactory(pin_class=MockPWMPin)


def in_use(device: str, where: str, error: Exception) -> DeviceError:
    """The `DeviceError` for a pin that gpiozero wouldn't hand out."""
    return DeviceError(
        device, f"The {device} at {where} can't be used: {error}.", f"Give it a pin of its own with {_key(device)}."
    )


def import_from(directory: Path, module: str) -> None:
    """Import ``module`` from a directory that this environment doesn't search, and nothing else from there."""
    sys.path.append(str(directory))
    try:
        import_module(module)
    finally:
        sys.path.remove(str(directory))


def _load(name: str) -> Factory:
    if name == "lgpio" and find_spec("lgpio") is None:
        import_from(DEBIAN_PACKAGES, "lgpio")
    found = entry_points(group="gpiozero_pin_factories", name=name)
    if not found:
        raise LookupError("no such pin factory")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it falls back from is in our log line, in full
        factory: Factory = next(iter(found)).load()()
    return factory


def _key(device: str) -> str:
    return "button.pin" if device == "button" else "button.lamp"
