"""What the screens offer: controls and keys, and whether a finger can use them."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from kiosk.call.state import Snapshot, State
from kiosk.ui.screenshots import SCREENS, SIZES
from tests.qml.snapshots import CALL, IDLE
from tests.qt import run_qt_until
from tests.screens import Screens


@pytest.mark.parametrize(
    ("snapshot", "control", "did"),
    [
        (IDLE, "callButton", "press"),
        (Snapshot(State.THANKS), "againButton", "press"),
        (replace(CALL, state=State.SETTING_UP), "cancelControl", "end"),
        (Snapshot(State.WAITING), "leaveControl", "end"),
        (CALL, "muteControl", "mute"),
        (CALL, "endControl", "end"),
    ],
)
def test_each_control_does_what_it_says(screens: Screens, snapshot: Snapshot, control: str, did: str) -> None:
    """By a click and by a finger."""
    screens.show(snapshot)
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(screens.window.view, left, Qt.KeyboardModifier.NoModifier, screens.centre(control))
    assert screens.did == [did]
    finger = QTest.createTouchDevice()
    QTest.touchEvent(screens.window.view, finger).press(0, screens.centre(control)).commit()
    QTest.touchEvent(screens.window.view, finger).release(0, screens.centre(control)).commit()
    assert screens.did == [did, did]


def test_the_call_button_answers_when_the_finger_goes_down(screens: Screens) -> None:
    """Like the real one: waiting for the finger to leave would cost a tenth of a second."""
    screens.show(IDLE)
    no_key = Qt.KeyboardModifier.NoModifier
    QTest.mousePress(screens.window.view, Qt.MouseButton.LeftButton, no_key, screens.centre("callButton"))
    assert screens.did == ["press"]
    QTest.mouseRelease(screens.window.view, Qt.MouseButton.LeftButton, no_key, screens.centre("callButton"))
    assert screens.did == ["press"]


def test_a_finger_that_slides_off_ends_nothing(screens: Screens) -> None:
    screens.show(CALL)
    no_key = Qt.KeyboardModifier.NoModifier
    QTest.mousePress(screens.window.view, Qt.MouseButton.LeftButton, no_key, screens.centre("endControl"))
    QTest.mouseRelease(screens.window.view, Qt.MouseButton.LeftButton, no_key, QPoint(5, 5))
    assert screens.did == []


@pytest.mark.parametrize(
    ("key", "snapshot", "did"),
    [
        (Qt.Key.Key_Space, IDLE, "press"),
        (Qt.Key.Key_Return, IDLE, "press"),
        (Qt.Key.Key_Enter, IDLE, "press"),
        (Qt.Key.Key_F1, Snapshot(State.THANKS), "press"),
        (Qt.Key.Key_Escape, CALL, "end"),
        (Qt.Key.Key_Escape, Snapshot(State.WAITING), "end"),
        (Qt.Key.Key_M, CALL, "mute"),
    ],
)
def test_keys_are_twins_of_the_controls(screens: Screens, key: Qt.Key, snapshot: Snapshot, did: str) -> None:
    screens.show(snapshot)
    screens.window.view.requestActivate()
    run_qt_until(screens.window.view.isActive)
    QTest.keyClick(screens.window.view, key)
    assert screens.did == [did]


def test_touching_the_ground_does_nothing(screens: Screens) -> None:
    for snapshot in SCREENS.values():
        screens.show(snapshot)
        QTest.mouseClick(
            screens.window.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(20, 200)
        )
    assert screens.did == []


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize(
    ("snapshot", "control"),
    [
        (IDLE, "callButton"),
        (replace(CALL, state=State.SETTING_UP), "cancelControl"),
        (Snapshot(State.WAITING), "leaveControl"),
        (CALL, "muteControl"),
        (CALL, "endControl"),
    ],
)
def test_what_can_be_touched_is_large_and_low(
    qt_application: QGuiApplication, width: int, height: int, snapshot: Snapshot, control: str
) -> None:
    """At least 20 mm each way on the real screen, and in the lower part, within reach from a wheelchair."""
    screens = Screens(qt_application, width, height)
    screens.show(snapshot)
    place = screens.where(screens.item(control))
    millimetre = screens.theme("pxPerMm")
    assert place.width() >= 20 * millimetre
    assert place.height() >= 20 * millimetre
    assert place.center().y() > height * 0.66
    assert place.bottom() <= height
    screens.window.close()


@pytest.mark.parametrize(
    ("snapshot", "control", "name"),
    [(IDLE, "callButton", "Call"), (CALL, "endControl", "End"), (CALL, "muteControl", "Mute")],
)
def test_controls_have_a_name_for_a_screen_reader(
    screens: Screens, snapshot: Snapshot, control: str, name: str
) -> None:
    screens.show(snapshot)
    assert screens.item(control).property("word") == name
