"""The window: live pictures that are really drawn, and never a moment too long."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlComponent

from kiosk.call.state import Snapshot, State
from kiosk.config import ScreenSection
from kiosk.errors import MisuseError
from kiosk.ui.view_model import ViewModel
from kiosk.ui.window import Window
from tests.qt import run_qt_until, turn_qt
from tests.screens import Screens, halves, near, picture

COMING = Snapshot(State.SETTING_UP, online=True, call_id="c1", agent_name="Anna Lind", agent_role="Adviser")
CALL = replace(COMING, state=State.IN_CALL)
BLUE, RED, GREEN = (30, 60, 200), (190, 40, 40), (40, 160, 60)
MIDDLE = (640, 300)


@pytest.fixture
def screens(qt_application: QGuiApplication) -> Iterator[Screens]:
    made = Screens(qt_application)
    yield made
    made.window.close()
    assert made.window.warnings == []


def test_a_picture_is_drawn_before_the_call_counts_as_one(screens: Screens) -> None:
    """The agent is on the way: their first picture is on the card, and its time is told."""
    screens.show(COMING)
    before = time.monotonic()
    screens.window.agent.offer(picture(BLUE))
    run_qt_until(lambda: bool(screens.drawn))
    assert before <= screens.drawn[0] <= time.monotonic()
    assert near(screens.pixel(640, 200), BLUE)


def test_each_new_picture_is_told_once(screens: Screens) -> None:
    screens.show(CALL)
    for count, colour in enumerate((BLUE, RED, GREEN), start=1):
        screens.window.agent.offer(picture(colour))
        run_qt_until(lambda count=count: len(screens.drawn) >= count)  # type: ignore[misc] # a default keeps the number
        assert near(screens.pixel(*MIDDLE), colour)
    screens.window.view.update()
    turn_qt(10)
    assert len(screens.drawn) == 3


def test_pictures_may_come_from_any_thread_and_in_any_size(screens: Screens) -> None:
    screens.show(CALL)
    for count, (width, height) in enumerate(((1280, 720), (321, 241), (640, 480), (1920, 1080)), start=1):
        frame = picture(BLUE, width, height)
        thread = threading.Thread(target=screens.window.agent.offer, args=(frame,))
        thread.start()
        run_qt_until(lambda count=count: len(screens.drawn) == count)  # type: ignore[misc] # a default keeps the number
        thread.join()
        assert all(near(screens.pixel(x, y), BLUE) for x, y in ((2, 2), (640, 300), (2, 400)))


SEEN_IN = {State.SETTING_UP, State.GREETING, State.IN_CALL}


@pytest.mark.parametrize("state", [state for state in State if state not in SEEN_IN])
def test_nobody_is_seen_outside_a_call(screens: Screens, state: State) -> None:
    """A picture that comes late, or too early, is neither drawn nor kept for later."""
    screens.show(replace(CALL, state=state))
    screens.window.agent.offer(picture(BLUE))
    screens.window.self_view.offer(picture(BLUE))
    turn_qt(10)
    assert screens.drawn == []
    screens.show(replace(COMING, call_id="c2"))
    assert not screens.item("agentPicture").property("live")


def test_the_next_customer_never_sees_the_last_agent(screens: Screens) -> None:
    """Between two calls the picture is gone: the next one begins with the portrait, and in the call with it too."""
    screens.show(CALL)
    screens.window.agent.offer(picture(BLUE))
    run_qt_until(lambda: len(screens.drawn) == 1)
    screens.show(Snapshot(State.THANKS, online=True))
    for snapshot in (replace(COMING, call_id="c2"), replace(CALL, call_id="c2")):
        screens.show(snapshot)
        image = screens.window.grab()
        assert not any(near(image.pixelColor(x, y), BLUE) for x in range(0, 1280, 20) for y in range(0, 800, 20))


def test_another_agent_takes_over_with_a_clean_picture(screens: Screens) -> None:
    screens.show(COMING)
    screens.window.agent.offer(picture(BLUE))
    run_qt_until(lambda: len(screens.drawn) == 1)
    screens.show(replace(COMING, agent_name="Ben Ek"))
    assert not near(screens.pixel(640, 200), BLUE)


def test_the_picture_stays_from_connecting_into_the_call(screens: Screens) -> None:
    """The card grows: nothing flickers back to the portrait."""
    screens.show(COMING)
    screens.window.agent.offer(picture(BLUE))
    run_qt_until(lambda: len(screens.drawn) == 1)
    screens.show(CALL)
    assert near(screens.pixel(*MIDDLE), BLUE)


def test_the_customer_sees_themselves_as_in_a_looking_glass(screens: Screens) -> None:
    """What is on the camera's left is on the screen's right."""
    screens.show(CALL)
    screens.window.self_view.offer(halves(RED, GREEN))
    run_qt_until(lambda: bool(screens.item("selfPicture").property("live")))
    turn_qt()
    place = screens.where(screens.item("selfView"))
    image = screens.window.grab()
    y = int(place.center().y())
    assert near(image.pixelColor(int(place.left() + place.width() * 0.25), y), GREEN)
    assert near(image.pixelColor(int(place.left() + place.width() * 0.75), y), RED)


def test_the_self_view_has_round_corners(screens: Screens) -> None:
    """Its frame covers the picture's corners, whatever renderer draws it."""
    screens.show(CALL)
    screens.window.agent.offer(picture(BLUE))
    screens.window.self_view.offer(picture(RED))
    run_qt_until(lambda: bool(screens.drawn) and bool(screens.item("selfPicture").property("live")))
    turn_qt()
    place = screens.where(screens.item("selfView"))
    image = screens.window.grab()
    corner = image.pixelColor(int(place.left()) + 1, int(place.top()) + 1)
    assert near(corner, BLUE)
    assert not any(near(image.pixelColor(int(place.left()) + d, int(place.top()) + d), RED) for d in range(10))


def test_after_closing_nothing_is_drawn_and_nothing_breaks(qt_application: QGuiApplication) -> None:
    """Other threads may still hold the slots."""
    screens = Screens(qt_application)
    screens.show(CALL)
    screens.window.close()
    screens.window.close()
    screens.window.agent.offer(picture(BLUE))
    screens.view_model.fold(Snapshot(State.IDLE))
    turn_qt()
    assert screens.drawn == []


def test_screens_that_cant_be_loaded_are_our_own_mistake(qt_application: QGuiApplication, tmp_path: Path) -> None:
    broken = tmp_path / "Main.qml"
    broken.write_text("import QtQuick\nItem { nonsense: 1 }\n")
    view_model = ViewModel(lambda _at: None, lambda: None, lambda: None)
    with pytest.raises(MisuseError, match="nonsense"):
        Window(qt_application, view_model, ScreenSection(), main=broken)


def test_screens_without_a_place_for_the_agent_are_refused(qt_application: QGuiApplication, tmp_path: Path) -> None:
    (tmp_path / "Main.qml").write_text(
        "import QtQuick\nItem { property var vm; property var diagonalMm; property var softwareScene;"
        " property var reducedMotion }\n"
    )
    view_model = ViewModel(lambda _at: None, lambda: None, lambda: None)
    with pytest.raises(MisuseError, match="agentPicture"):
        Window(qt_application, view_model, ScreenSection(), main=tmp_path / "Main.qml")


def test_what_qml_complains_of_is_kept(qt_application: QGuiApplication) -> None:
    """So that a test, and a log, can see it."""
    screens = Screens(qt_application)
    component = QQmlComponent(screens.window.view.engine())
    component.setData(b"import QtQuick\nItem { x: nowhere.found }", QUrl("file:///broken.qml"))
    made = component.create()
    assert made is not None
    run_qt_until(lambda: bool(screens.window.warnings))
    assert "nowhere" in screens.window.warnings[0]
    screens.window.close()


def test_a_terminal_fills_its_screen(qt_application: QGuiApplication) -> None:
    view_model = ViewModel(lambda _at: None, lambda: None, lambda: None)
    window = Window(qt_application, view_model, ScreenSection(fullscreen=True, width=640, height=400))
    window.show()
    run_qt_until(window.view.isExposed)
    assert window.view.size() == qt_application.primaryScreen().size()
    window.close()
