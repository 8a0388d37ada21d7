"""Whether an eye can read the screens' words: their size, their place, nothing cut off."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickItem

from kiosk.ui.screenshots import SCREENS, SIZES
from tests.qml.snapshots import CALL
from tests.screens import Screens

SMALL = ((800, 480), (480, 800), (640, 480))


def test_the_type_has_its_sizes_in_millimetres(screens: Screens) -> None:
    """The five heights of capital letters, to the rounding of a pixel."""
    millimetre = screens.theme("pxPerMm") / screens.theme("capHeight")
    for name, cap in {"display": 18, "title": 11, "body": 7, "label": 5.5, "fine": 4.8}.items():
        assert screens.theme(name) >= cap * millimetre - 1, name


def text_items(screens: Screens) -> list[QQuickItem]:
    return [
        item
        for item in screens.items()
        if item.property("truncated") is not None and item.property("text") and item.property("opacity") == 1
    ]


@pytest.mark.parametrize(("width", "height"), SIZES + SMALL)
@pytest.mark.parametrize("name", SCREENS)
def test_all_words_are_whole_apart_and_inside(
    qt_application: QGuiApplication, name: str, width: int, height: int
) -> None:
    """Nothing is cut off, runs out of the window, or lies on other words."""
    screens = Screens(qt_application, width, height)
    screens.show(SCREENS[name])
    texts = text_items(screens)
    assert texts
    for item in texts:
        place = screens.where(item)
        assert not item.property("truncated"), item.property("text")
        assert place.left() >= 0, item.property("text")
        assert place.top() >= 0, item.property("text")
        assert place.right() <= width, item.property("text")
        assert place.bottom() <= height, item.property("text")
        others = [other for other in texts if other is not item]
        assert not any(place.intersects(screens.where(other)) for other in others), item.property("text")
    screens.window.close()


def test_long_names_stay_out_of_the_controls(screens: Screens) -> None:
    screens.show(replace(CALL, agent_name="Wilhelmina Konstantinopolitańska-Brzęczyszczykiewicz", agent_role="R" * 80))
    plate = screens.where(screens.item("namePlate"))
    assert plate.right() <= screens.where(screens.item("muteControl")).left()
