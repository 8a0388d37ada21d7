"""The view model: one notification for each property that changed, and controls that reach the terminal."""

from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from PySide6.QtGui import QGuiApplication

from kiosk.call.state import Snapshot, State
from kiosk.ui.props import ScreenProps
from kiosk.ui.view_model import ViewModel

CALL = Snapshot(State.IN_CALL, online=True, call_id="c1", agent_name="Anna Lind", agent_role="Adviser")


class Terminal:
    """What the view model is connected to: it writes down what the customer did."""

    def __init__(self) -> None:
        self.did: list[object] = []
        self.view_model = ViewModel(
            self.did.append, lambda: self.did.append("end"), lambda: self.did.append("mute"), clock=lambda: 12.5
        )
        self.told: list[str] = []
        for name in names():
            getattr(self.view_model, f"{name}Changed").connect(self._teller(name))

    def _teller(self, name: str) -> Callable[[], None]:
        return lambda: self.told.append(name)


def names() -> list[str]:
    """The properties' names in QML."""
    return [
        first + "".join(word.capitalize() for word in rest)
        for first, *rest in (field.name.split("_") for field in fields(ScreenProps))
    ]


@pytest.fixture
def terminal(qt_application: QGuiApplication) -> Terminal:
    assert qt_application
    return Terminal()


def test_it_begins_offline(terminal: Terminal) -> None:
    assert terminal.view_model.property("screen") == "offline"
    assert terminal.view_model.property("code") == "net-starting"


def test_qml_sees_every_property(terminal: Terminal) -> None:
    """Each field of the props is a Qt property with its value, in Qt's spelling."""
    terminal.view_model.fold(CALL)
    for field, name in zip(fields(ScreenProps), names(), strict=True):
        assert terminal.view_model.property(name) == getattr(terminal.view_model.props, field.name), name


def test_only_what_changed_is_told_and_told_once(terminal: Terminal) -> None:
    terminal.view_model.fold(CALL)
    terminal.told.clear()
    terminal.view_model.fold(replace(CALL, muted=True))
    assert terminal.told == ["muted"]


def test_the_same_again_tells_nothing(terminal: Terminal) -> None:
    terminal.view_model.fold(CALL)
    terminal.told.clear()
    terminal.view_model.fold(replace(CALL))
    assert terminal.told == []


def test_a_new_screen_tells_all_that_goes_with_it(terminal: Terminal) -> None:
    terminal.view_model.fold(CALL)
    told = set(terminal.told)
    assert {"screen", "canEnd", "canMute", "agentName", "agentRole", "agentInitials", "pictureOf", "lamp"} <= told
    assert not {"canPress", "reason", "device", "technician", "hasButton"} & told


def test_at_the_notification_the_value_is_new(terminal: Terminal) -> None:
    """QML reads the property when it is told."""
    seen: list[object] = []
    terminal.view_model.agentNameChanged.connect(lambda: seen.append(terminal.view_model.property("agentName")))
    terminal.view_model.fold(CALL)
    assert seen == ["Anna Lind"]


def test_a_press_carries_its_time(terminal: Terminal) -> None:
    terminal.view_model.fold(Snapshot(State.IDLE))
    terminal.view_model.press()
    assert terminal.did == [12.5]


def test_the_controls_of_a_call(terminal: Terminal) -> None:
    terminal.view_model.fold(CALL)
    terminal.view_model.toggleMute()
    terminal.view_model.end()
    assert terminal.did == ["mute", "end"]


@pytest.mark.parametrize("state", [State.OFFLINE, State.OUT_OF_SERVICE])
def test_what_isnt_offered_does_nothing(terminal: Terminal, state: State) -> None:
    terminal.view_model.fold(Snapshot(state))
    terminal.view_model.press()
    terminal.view_model.end()
    terminal.view_model.toggleMute()
    assert terminal.did == []
