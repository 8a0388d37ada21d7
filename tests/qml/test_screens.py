"""Every screen in the real engine: what it says."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication

from kiosk.call.state import DeviceFault, Snapshot, State
from kiosk.protocol.fields import EndReason, QueueReason
from kiosk.ui.screenshots import SCREENS
from tests.qml.snapshots import CALL, IDLE
from tests.screens import Screens


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
