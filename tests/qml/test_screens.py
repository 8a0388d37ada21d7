"""Every screen in the real engine: what it says, what it offers, and whether a finger and an eye can use it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from kiosk.call.state import DeviceFault, Snapshot, State
from kiosk.protocol.fields import EndReason, QueueReason
from kiosk.ui.screenshots import SCREENS, SIZES
from tests.qt import run_qt_until, turn_qt
from tests.screens import Screens

CALL = Snapshot(State.IN_CALL, online=True, call_id="c1", agent_name="Anna Lind", agent_role="Adviser")
IDLE = Snapshot(State.IDLE, online=True)
SMALL = ((800, 480), (480, 800), (640, 480))


@pytest.fixture
def screens(qt_application: QGuiApplication) -> Iterator[Screens]:
    made = Screens(qt_application)
    yield made
    made.window.close()
    assert made.window.warnings == []


def words(screens: Screens) -> list[str]:
    """What is written on the screen now."""
    return [str(item.property("text")) for item in screens.items() if item.property("truncated") is not None]


def says(screens: Screens, text: str) -> bool:
    return any(text in line for line in words(screens))


@pytest.mark.parametrize("name", SCREENS)
def test_only_one_screen_is_seen(screens: Screens, name: str) -> None:
    screens.show(SCREENS[name])
    names = {"idle", "connecting", "in_call", "thank_you", "busy", "offline", "out_of_service"}
    assert {item.objectName() for item in screens.items()} & names == {screens.view_model.property("screen")}


@pytest.mark.parametrize(
    ("snapshot", "text"),
    [
        (IDLE, "Press the green button."),
        (replace(CALL, state=State.SETTING_UP), "Anna Lind is on the way."),
        (Snapshot(State.CALLING), "One moment."),
        (CALL, "Anna Lind"),
        (CALL, "Adviser"),
        (replace(CALL, muted=True), "You are muted"),
        (replace(CALL, line_bad=True), "One moment, the line is bad."),
        (Snapshot(State.THANKS, end_reason=EndReason.AGENT_HUNG_UP), "Thank you."),
        (Snapshot(State.THANKS, end_reason=EndReason.AGENT_GONE), "We lost the connection."),
        (Snapshot(State.THANKS, end_reason=EndReason.AGENT_GONE), "Press the green button and we connect you again."),
        (Snapshot(State.THANKS, end_reason=EndReason.CUSTOMER_LEFT), "See you soon."),
        (Snapshot(State.WAITING, queue_reason=QueueReason.ALL_BUSY), "Everyone is helping someone."),
        (Snapshot(State.WAITING, queue_reason=QueueReason.NO_AGENTS), "Nobody is at their desk just now."),
        (Snapshot(State.OFFLINE, offline_code="untrusted"), "net-untrusted"),
        (Snapshot(State.OUT_OF_SERVICE, faults=(DeviceFault("camera", "Gone."),)), "camera is not working"),
        (Snapshot(State.OUT_OF_SERVICE, faults=(DeviceFault("microphone", "Gone."),)), "microphone is not working"),
        (Snapshot(State.OUT_OF_SERVICE, faults=(DeviceFault("speaker", "Gone."),)), "loudspeaker is not working"),
        (Snapshot(State.OUT_OF_SERVICE, faults=(DeviceFault("button", "Gone."),)), "green button is not working"),
        (Snapshot(State.OUT_OF_SERVICE, faults=(DeviceFault("lamp", "Gone."),)), "needs a technician"),
        (Snapshot(State.OUT_OF_SERVICE, faults=(DeviceFault("camera", "Gone."),)), "camera: Gone."),
        (Snapshot(State.OUT_OF_SERVICE, faults=(DeviceFault("camera", "Gone."),)), "dev-camera"),
    ],
)
def test_what_is_said(screens: Screens, snapshot: Snapshot, text: str) -> None:
    screens.show(snapshot)
    assert says(screens, text), words(screens)


@pytest.mark.parametrize("name", SCREENS)
def test_no_screen_speaks_like_a_computer(screens: Screens, name: str) -> None:
    """No "error", no exclamation mark."""
    screens.show(SCREENS[name])
    assert words(screens)
    assert not any("error" in line.lower() or "!" in line for line in words(screens))


def test_without_a_real_button_the_screen_doesnt_speak_of_pressing_it(qt_application: QGuiApplication) -> None:
    screens = Screens(qt_application, has_button=False)
    screens.show(IDLE)
    assert says(screens, "Touch the green button.")
    screens.window.close()


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


@pytest.mark.parametrize(
    ("snapshot", "control", "name"),
    [(IDLE, "callButton", "Call"), (CALL, "endControl", "End"), (CALL, "muteControl", "Mute")],
)
def test_controls_have_a_name_for_a_screen_reader(
    screens: Screens, snapshot: Snapshot, control: str, name: str
) -> None:
    screens.show(snapshot)
    assert screens.item(control).property("word") == name


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
