"""What moves on the screens, and what stays still."""

from dataclasses import replace

from PySide6.QtGui import QGuiApplication

from kiosk.call.state import Snapshot, State
from tests.qml.snapshots import CALL, IDLE
from tests.qt import run_qt_until, turn_qt
from tests.screens import Screens


def test_the_ring_breathes_while_it_invites(qt_application: QGuiApplication) -> None:
    """In steps, and only on the idle screen: elsewhere nothing is drawn without a cause."""
    screens = Screens(qt_application, reduced_motion=False)
    swaps: list[int] = []
    screens.window.view.frameSwapped.connect(lambda: swaps.append(1))
    screens.show(IDLE)
    button = screens.item("callButton")
    before = button.property("breath")
    run_qt_until(lambda: button.property("breath") != before)
    screens.show(Snapshot(State.OFFLINE))
    run_qt_until(lambda: screens.item("offline").opacity() == 1 and screens.item("idle").opacity() == 0)
    still = button.property("breath")
    turn_qt(5)
    swaps.clear()
    turn_qt(100)
    assert button.property("breath") == still
    assert len(swaps) <= 1
    screens.window.close()


def test_with_reduced_motion_it_is_still(screens: Screens) -> None:
    screens.show(IDLE)
    before = screens.item("callButton").property("breath")
    turn_qt(100)
    assert screens.item("callButton").property("breath") == before


def test_the_portrait_grows_into_the_live_picture(qt_application: QGuiApplication) -> None:
    """From the card to the whole screen, through sizes between them; with reduced motion in one step."""
    for reduced_motion in (False, True):
        screens = Screens(qt_application, reduced_motion=reduced_motion)
        screens.show(replace(CALL, state=State.SETTING_UP))
        stage = screens.item("stage")
        run_qt_until(lambda stage=stage: 0 < stage.width() < 640)  # type: ignore[misc] # a default keeps the item
        widths = [stage.width()]
        stage.widthChanged.connect(lambda stage=stage, widths=widths: widths.append(stage.width()))
        screens.show(CALL)
        run_qt_until(lambda stage=stage: stage.width() == 1280)  # type: ignore[misc] # a default keeps the item
        assert widths == sorted(widths)
        assert any(widths[0] < width < 1280 for width in widths) is not reduced_motion
        screens.window.close()


def test_no_words_of_the_last_screen_lie_on_the_next(qt_application: QGuiApplication) -> None:
    """What goes is gone at once, what comes settles."""
    screens = Screens(qt_application, reduced_motion=False)
    screens.show(replace(CALL, state=State.SETTING_UP))
    screens.view_model.fold(CALL)
    assert not screens.item("connecting").isVisible()
    assert screens.item("in_call").isVisible()
    assert screens.item("in_call").opacity() < 1
    run_qt_until(lambda: screens.item("in_call").opacity() == 1)
    screens.window.close()
