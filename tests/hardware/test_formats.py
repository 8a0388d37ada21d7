"""What can be written for a pin."""

import pytest

from kiosk.errors import ConfigError
from kiosk.hardware.formats import PinSource, parse_pin


def test_pins_that_can_be_written() -> None:
    assert parse_pin("gpio:0") == PinSource("gpio", 0)
    assert parse_pin("gpio:27") == PinSource("gpio", 27)
    assert parse_pin("virtual") == PinSource("virtual")
    assert parse_pin("none") == PinSource("none")


@pytest.mark.parametrize(
    "text", ["", "17", "gpio", "gpio:", "gpio:28", "gpio:-1", "gpio:1 ", "GPIO:1", "gpio:٣", "board"]
)
def test_everything_else_says_what_was_expected(text: str) -> None:
    with pytest.raises(ConfigError, match=r"expected gpio:NUMBER \(BCM, 0 to 27\), virtual or none"):
        parse_pin(text)
