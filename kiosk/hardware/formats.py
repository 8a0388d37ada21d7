"""What can be written for the button's and the lamp's pin in the configuration. Pure."""

import re
from dataclasses import dataclass
from typing import Literal

from kiosk.errors import ConfigError

HIGHEST_PIN = 27
"""The 40-pin header of every Raspberry Pi since the B+ has BCM 0 to 27."""
EXPECTED = f"gpio:NUMBER (BCM, 0 to {HIGHEST_PIN}), virtual or none"


@dataclass(frozen=True)
class PinSource:
    """Where a button or a lamp is; ``number`` is the BCM number of a ``gpio`` pin."""

    kind: Literal["gpio", "virtual", "none"]
    number: int = 0


def parse_pin(text: str) -> PinSource:
    """``gpio:17``, ``virtual`` or ``none``. Raises `ConfigError` that says what was expected."""
    if text == "virtual":
        return PinSource("virtual")
    if text == "none":
        return PinSource("none")
    found = re.fullmatch(r"gpio:([0-9]{1,2})", text)
    if found is None or int(found[1]) > HIGHEST_PIN:
        raise ConfigError(f"{text!r} is no pin; expected {EXPECTED}.")
    return PinSource("gpio", int(found[1]))
