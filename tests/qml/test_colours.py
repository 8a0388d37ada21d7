"""Whether an eye can tell the screens' colours apart, and what red is kept for."""

import pytest
from PySide6.QtGui import QColor

from kiosk.ui.screenshots import SCREENS
from tests.screens import Screens


def luminance(colour: QColor) -> float:
    """WCAG 2.2, relative luminance."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.2, contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "ground"),
        ("ink", "groundDeep"),
        ("inkSoft", "ground"),
        ("inkSoft", "groundDeep"),
        ("accentInk", "accent"),
        ("signalInk", "signal"),
        ("endInk", "end"),
        ("accent", "groundDeep"),
        ("nightInk", "night"),
    ],
)
def test_words_and_drawings_stand_out_seven_to_one(screens: Screens, ink: str, ground: str) -> None:
    assert contrast(QColor(screens.theme(ink)), QColor(screens.theme(ground))) >= 7


@pytest.mark.parametrize("ink", ["nightInk", "nightInkSoft"])
def test_words_over_a_white_picture_stand_out_seven_to_one(screens: Screens, ink: str) -> None:
    """The scrim where it is thinnest under words, over the worst picture there is."""
    night, share = QColor(screens.theme("night")), screens.theme("scrim")
    blended = QColor.fromRgbF(*(share * part + (1 - share) for part in (night.redF(), night.greenF(), night.blueF())))
    assert contrast(QColor(screens.theme(ink)), blended) >= 7


def test_only_ending_a_call_is_red(screens: Screens) -> None:
    """The end control's colour appears in a call and nowhere else."""
    for name, snapshot in SCREENS.items():
        screens.show(snapshot)
        image = screens.window.grab()
        red = any(
            image.pixelColor(x, y) == QColor(screens.theme("end")) for x in range(0, 1280, 8) for y in range(0, 800, 8)
        )
        assert red == name.startswith("in-call"), name
