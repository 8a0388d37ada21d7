"""Which button and lamp the configuration gives, and what happens where there are no pins."""

import importlib.util
import sys
from pathlib import Path

import pytest

from kiosk.config import ButtonSection
from kiosk.errors import DeviceError
from kiosk.hardware import pins
from kiosk.hardware.button import NoButton, PinButton, VirtualButton
from kiosk.hardware.devices import open_button, open_lamp
from kiosk.hardware.lamp import NoLamp, PinLamp, VirtualLamp
from kiosk.hardware.ports import LampPattern

HAS_PINS = any(Path("/dev").glob("gpiochip*"))


@pytest.fixture(autouse=True)
def no_factory_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    pins.real.cache_clear()


def test_each_kind_has_its_adapter() -> None:
    assert isinstance(open_button(ButtonSection(pin="virtual")), VirtualButton)
    assert isinstance(open_button(ButtonSection(pin="none")), NoButton)
    assert type(open_button(ButtonSection(pin="gpio:17"))) is PinButton
    assert isinstance(open_lamp(ButtonSection(lamp="virtual")), VirtualLamp)
    assert isinstance(open_lamp(ButtonSection(lamp="none")), NoLamp)
    assert type(open_lamp(ButtonSection(lamp="gpio:18"))) is PinLamp


@pytest.mark.skipif(HAS_PINS, reason="this machine has GPIO pins")
def test_a_button_on_a_machine_without_pins_says_what_to_do() -> None:
    button = open_button(ButtonSection(pin="gpio:17"))
    with pytest.raises(DeviceError) as caught:
        button.start(lambda _: None)
    assert caught.value.device == "button"
    assert "gpio:17" in caught.value.what
    assert "button.pin" in caught.value.advice
    button.stop()


@pytest.mark.skipif(HAS_PINS, reason="this machine has GPIO pins")
def test_a_lamp_on_a_machine_without_pins_says_what_to_do() -> None:
    lamp = open_lamp(ButtonSection(lamp="gpio:18"))
    with pytest.raises(DeviceError) as caught:
        lamp.start()
    assert caught.value.device == "lamp"
    assert "button.lamp" in caught.value.advice
    lamp.show(LampPattern.STEADY)
    lamp.stop()


def test_an_unknown_pin_factory_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "nonsense")
    with pytest.raises(OSError, match="nonsense: no such pin factory"):
        pins.real()


def test_button_and_lamp_share_the_machine_s_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letting go of one must not take the other's pin away, as closing gpiozero's shared local factory would."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    presses: list[float] = []
    button = open_button(ButtonSection(pin="gpio:17"))
    lamp = open_lamp(ButtonSection(lamp="gpio:17"))
    button.start(presses.append)
    with pytest.raises(DeviceError, match="pin of its own"):
        lamp.start()
    lamp.stop()
    pins.real().pin(17).drive_low()
    assert len(presses) == 1
    button.stop()


def test_without_pwm_the_lamp_blinks_instead_of_breathing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pure Python pins of gpiozero, its last resort, have no PWM: so have its plain mock pins."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    lamp = open_lamp(ButtonSection(lamp="gpio:18"))
    lamp.start()
    lamp.show(LampPattern.BREATHE)
    pin = pins.real().pin(18)
    lamp.show(LampPattern.OFF)
    assert [state.state for state in pin.states] == [False, True, False]
    lamp.stop()


def test_the_null_objects_do_nothing() -> None:
    button, lamp = NoButton(), NoLamp()
    button.start(lambda _: None)
    lamp.start()
    lamp.show(LampPattern.BREATHE)
    button.stop()
    lamp.stop()


def test_debian_s_module_is_found_from_inside_a_virtual_environment(tmp_path: Path) -> None:
    """Only that one: whatever else lies beside it stays out of this program's sight."""
    (tmp_path / "kiosk_test_pins.py").write_text("chips = 1\n")
    (tmp_path / "kiosk_test_other.py").write_text("")
    path = list(sys.path)
    pins.import_from(tmp_path, "kiosk_test_pins")
    try:
        assert sys.modules["kiosk_test_pins"].chips == 1
        assert sys.path == path
        assert importlib.util.find_spec("kiosk_test_other") is None
    finally:
        del sys.modules["kiosk_test_pins"]


def test_a_module_that_is_not_there_leaves_no_trace(tmp_path: Path) -> None:
    path = list(sys.path)
    with pytest.raises(ModuleNotFoundError):
        pins.import_from(tmp_path, "kiosk_test_pins")
    assert sys.path == path
