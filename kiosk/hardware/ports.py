"""What the rest of the terminal knows of the button and the lamp; `kiosk.hardware.devices` makes them."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

OnPress = Callable[[float], None]
"""Called on any thread with ``time.monotonic()`` of the edge, in seconds."""

OnPresence = Callable[[bool], None]
"""Called on any thread when somebody has come to stand in front of the terminal, and when nobody is there any more."""


class LampPattern(StrEnum):
    """What the lamp in the button says."""

    OFF = "off"
    """Nothing can be done here now."""
    BREATHE = "breathe"
    """Press me."""
    BLINK = "blink"
    """Pressed, on its way."""
    STEADY = "steady"
    """In a call."""


class Button(Protocol):
    """The call button; its contact is debounced, only its closing edge counts."""

    def start(self, on_press: OnPress) -> None:
        """Watch the contact. Raises `DeviceError` where there is no such pin."""

    def stop(self) -> None:
        """Let go of the pin; safe to call twice."""


class Lamp(Protocol):
    """The lamp in the button."""

    def start(self) -> None:
        """Take the pin; dark. Raises `DeviceError` where there is no such pin."""

    def show(self, pattern: LampPattern) -> None:
        """Go on with this pattern until the next one."""

    def stop(self) -> None:
        """Go dark and let go of the pin; safe to call twice."""


class Presence(Protocol):
    """Notices somebody who stands in front of the terminal; nothing of it leaves the device."""

    def start(self, on_change: OnPresence) -> None:
        """Begin, with nobody there."""

    def stop(self) -> None:
        """Notice nothing any more: no call of ``on_change`` begins after this. Safe to call twice."""
