"""What every button and lamp does: one suite over the virtual ones and over real pins.

For real pins join two pins with a wire and run with ``KIOSK_TEST_PINS=17,22`` (BCM numbers: the device's, the other end's).
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gpiozero import DigitalInputDevice, DigitalOutputDevice

from kiosk.config import ButtonSection
from kiosk.hardware import pins
from kiosk.hardware.button import VirtualButton
from kiosk.hardware.devices import open_button, open_lamp
from kiosk.hardware.lamp import BREATH_S, VirtualLamp
from kiosk.hardware.ports import Button, Lamp, LampPattern

KINDS = ["virtual", "pins"]


def wired() -> tuple[int, int]:
    """The two joined pins of this machine."""
    text = os.environ.get("KIOSK_TEST_PINS")
    if not text:
        pytest.skip("NOT TESTED HERE: real pins. Join two with a wire and set KIOSK_TEST_PINS, for example to 17,22.")
    device, other = (int(part) for part in text.split(","))
    return device, other


class Finger:
    """Presses a button and collects what it said."""

    def __init__(self, button: Button, close: Callable[[], None], open_: Callable[[], None]) -> None:
        self.button = button
        self.close = close
        self.open = open_
        self.presses: list[float] = []
        self._came = threading.Semaphore(0)

    def __call__(self, at_s: float) -> None:
        self.presses.append(at_s)
        self._came.release()

    def await_press(self) -> None:
        assert self._came.acquire(timeout=2), "no press arrived"

    def settle(self) -> None:
        """Leave the contact alone for longer than it may bounce."""
        threading.Event().wait(0.05)


@pytest.fixture(params=KINDS)
def finger(request: pytest.FixtureRequest) -> Iterator[Finger]:
    if request.param == "virtual":
        button = open_button(ButtonSection(pin="virtual"))
        assert isinstance(button, VirtualButton)
        finger = Finger(button, button.press, button.release)
        button.start(finger)
        yield finger
        button.stop()
    else:
        number, other = wired()
        with DigitalOutputDevice(other, initial_value=True, pin_factory=pins.real()) as wire:
            button = open_button(ButtonSection(pin=f"gpio:{number}"))
            finger = Finger(button, wire.off, wire.on)
            button.start(finger)
            yield finger
            button.stop()


class Eye:
    """Sees how bright a lamp is."""

    def __init__(self, lamp: Lamp, look: Callable[[], float]) -> None:
        self.lamp = lamp
        self.look = look

    def seen(self, for_s: float) -> set[float]:
        """Every brightness seen in ``for_s`` seconds."""
        seen = set()
        until = time.monotonic() + for_s
        while time.monotonic() < until:
            seen.add(self.look())
            time.sleep(0.005)
        return seen

    def until(self, brightness: float) -> None:
        until = time.monotonic() + 2
        while self.look() != brightness:
            assert time.monotonic() < until, f"never became {brightness}"
            time.sleep(0.005)


@pytest.fixture(params=KINDS)
def eye(request: pytest.FixtureRequest) -> Iterator[Eye]:
    lamp: Any
    if request.param == "virtual":
        lamp = open_lamp(ButtonSection(lamp="virtual"))
        assert isinstance(lamp, VirtualLamp)
        lamp.start()
        yield Eye(lamp, lambda: lamp.brightness)
        lamp.stop()
    else:
        number, other = wired()
        with DigitalInputDevice(other, pull_up=None, active_state=True, pin_factory=pins.real()) as wire:
            lamp = open_lamp(ButtonSection(lamp=f"gpio:{number}"))
            lamp.start()
            yield Eye(lamp, lambda: float(wire.value))
            lamp.stop()


def test_a_press_is_told_once_with_its_time(finger: Finger) -> None:
    before = time.monotonic()
    finger.close()
    finger.await_press()
    assert before <= finger.presses[0] <= time.monotonic()
    finger.settle()
    finger.open()
    finger.settle()
    assert len(finger.presses) == 1


def test_only_closing_counts_and_each_press_does(finger: Finger) -> None:
    for _ in range(3):
        finger.settle()
        finger.close()
        finger.await_press()
        finger.settle()
        finger.open()
    assert len(finger.presses) == 3


def test_bounces_are_one_press(finger: Finger) -> None:
    for _ in range(5):
        finger.close()
        finger.open()
    finger.close()
    finger.await_press()
    finger.settle()
    assert len(finger.presses) == 1


def test_a_defect_in_the_listener_does_not_end_the_button(finger: Finger) -> None:
    """The pin library's thread would die with it, and the kiosk's button be dead until the next start."""
    calls: list[float] = []
    came = threading.Semaphore(0)

    def broken(at_s: float) -> None:
        calls.append(at_s)
        came.release()
        raise ZeroDivisionError

    finger.button.stop()
    finger.button.start(broken)
    for _ in range(2):
        finger.settle()
        finger.close()
        assert came.acquire(timeout=2)
        finger.settle()
        finger.open()
    assert len(calls) == 2


def test_a_stopped_button_is_silent_and_can_start_again(finger: Finger) -> None:
    finger.button.stop()
    finger.button.stop()
    finger.close()
    finger.open()
    finger.settle()
    assert finger.presses == []
    finger.button.start(finger)
    finger.settle()
    finger.close()
    finger.await_press()


def test_a_lamp_starts_dark(eye: Eye) -> None:
    assert eye.seen(0.1) == {0.0}


def test_steady_is_steady_and_off_is_dark(eye: Eye) -> None:
    eye.lamp.show(LampPattern.STEADY)
    eye.until(1.0)
    assert eye.seen(0.2) == {1.0}
    eye.lamp.show(LampPattern.OFF)
    eye.until(0.0)
    assert eye.seen(0.2) == {0.0}


def test_blinking_is_seen_and_ends_with_the_next_pattern(eye: Eye) -> None:
    eye.lamp.show(LampPattern.BLINK)
    assert {0.0, 1.0} <= eye.seen(0.8)
    eye.lamp.show(LampPattern.STEADY)
    eye.until(1.0)
    assert eye.seen(0.6) == {1.0}


def test_breathing_comes_and_goes(eye: Eye) -> None:
    eye.lamp.show(LampPattern.BREATHE)
    seen = eye.seen(BREATH_S / 2)
    eye.lamp.show(LampPattern.OFF)
    if isinstance(eye.lamp, VirtualLamp):
        assert len(seen) > 10, "many brightnesses between dark and full"
        assert all(0 <= value <= 1 for value in seen)
    else:
        assert seen == {0.0, 1.0}, "a wire sees the pulses that an eye takes for brightness"


def test_a_stopped_lamp_is_dark_and_can_start_again(eye: Eye) -> None:
    eye.lamp.show(LampPattern.BREATHE)
    eye.lamp.stop()
    eye.lamp.stop()
    eye.lamp.show(LampPattern.STEADY)
    assert eye.seen(0.1) == {0.0}
    eye.lamp.start()
    eye.lamp.show(LampPattern.STEADY)
    eye.until(1.0)


def test_the_virtual_lamp_tells_its_pattern() -> None:
    lamp = VirtualLamp()
    lamp.start()
    lamp.show(LampPattern.BLINK)
    assert lamp.pattern is LampPattern.BLINK
    lamp.stop()
    assert lamp.pattern is LampPattern.OFF
