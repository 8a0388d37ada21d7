"""The button and the lamp that the configuration names."""

from functools import partial

from kiosk.config import ButtonSection
from kiosk.hardware import pins
from kiosk.hardware.button import NoButton, PinButton, VirtualButton
from kiosk.hardware.formats import parse_pin
from kiosk.hardware.lamp import NoLamp, PinLamp, VirtualLamp
from kiosk.hardware.ports import Button, Lamp


def open_button(section: ButtonSection) -> Button:
    """The button at ``section.pin``, not started yet. Raises `ConfigError` where that is no pin."""
    source = parse_pin(section.pin)
    if source.kind == "virtual":
        return VirtualButton()
    if source.kind == "none":
        return NoButton()
    return PinButton(source.number, partial(pins.real_for, "button", section.pin))


def open_lamp(section: ButtonSection) -> Lamp:
    """The lamp at ``section.lamp``, not started yet. Raises `ConfigError` where that is no pin."""
    source = parse_pin(section.lamp)
    if source.kind == "virtual":
        return VirtualLamp()
    if source.kind == "none":
        return NoLamp()
    return PinLamp(source.number, partial(pins.real_for, "lamp", section.lamp))
