"""The view model: folds the terminal's snapshots, derives the screen's properties, tells QML which of them changed."""

import time
from collections.abc import Callable
from dataclasses import fields

from PySide6.QtCore import Property, QObject, Signal, Slot

from kiosk.call.state import Snapshot, State
from kiosk.ui.props import ScreenProps, derive

Press = Callable[[float], None]
"""Called with ``time.monotonic()`` of the press, in seconds."""


class ViewModel(QObject):
    """What QML binds to. Each property has its own notification, given only when its value has changed.

    The callables are called on Qt's thread, and only for what the screen offers at that moment.
    """

    screenChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    canPressChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    canEndChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    canMuteChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    mutedChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    lineBadChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    hasButtonChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    agentNameChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    agentRoleChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    agentInitialsChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    reasonChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    deviceChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    technicianChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    codeChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    pictureOfChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it
    lampChanged = Signal()  # noqa: N815 - Qt's naming, QML reads it

    def __init__(
        self,
        on_press: Press,
        on_end: Callable[[], None],
        on_mute: Callable[[], None],
        *,
        has_button: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._on_press, self._on_end, self._on_mute = on_press, on_end, on_mute
        self._has_button = has_button
        self._clock = clock
        self._props = derive(Snapshot(State.OFFLINE), has_button=has_button)

    @property
    def props(self) -> ScreenProps:
        """What is shown now."""
        return self._props

    def fold(self, snapshot: Snapshot) -> None:
        """Show ``snapshot`` from now on. Qt's thread only."""
        old, self._props = self._props, derive(snapshot, has_button=self._has_button)
        for field in fields(ScreenProps):
            if getattr(old, field.name) != getattr(self._props, field.name):
                getattr(self, f"{_camel(field.name)}Changed").emit()

    @Slot()
    def press(self) -> None:
        """The screen's twin of the call button."""
        if self._props.can_press:
            self._on_press(self._clock())

    @Slot()
    def end(self) -> None:
        """Hang up, cancel or leave the queue."""
        if self._props.can_end:
            self._on_end()

    @Slot()
    def toggleMute(self) -> None:  # noqa: N802 - Qt's naming, QML calls it
        """Microphone off, or on again."""
        if self._props.can_mute:
            self._on_mute()

    screen = Property(str, lambda self: str(self._props.screen), notify=screenChanged)
    canPress = Property(bool, lambda self: self._props.can_press, notify=canPressChanged)  # noqa: N815 - Qt's naming
    canEnd = Property(bool, lambda self: self._props.can_end, notify=canEndChanged)  # noqa: N815 - Qt's naming
    canMute = Property(bool, lambda self: self._props.can_mute, notify=canMuteChanged)  # noqa: N815 - Qt's naming
    muted = Property(bool, lambda self: self._props.muted, notify=mutedChanged)
    lineBad = Property(bool, lambda self: self._props.line_bad, notify=lineBadChanged)  # noqa: N815 - Qt's naming
    hasButton = Property(bool, lambda self: self._props.has_button, notify=hasButtonChanged)  # noqa: N815 - Qt's naming
    agentName = Property(str, lambda self: self._props.agent_name, notify=agentNameChanged)  # noqa: N815 - Qt's naming
    agentRole = Property(str, lambda self: self._props.agent_role, notify=agentRoleChanged)  # noqa: N815 - Qt's naming
    agentInitials = Property(  # noqa: N815 - Qt's naming
        str, lambda self: self._props.agent_initials, notify=agentInitialsChanged
    )
    reason = Property(str, lambda self: str(self._props.reason), notify=reasonChanged)
    device = Property(str, lambda self: self._props.device, notify=deviceChanged)
    technician = Property(str, lambda self: self._props.technician, notify=technicianChanged)
    code = Property(str, lambda self: self._props.code, notify=codeChanged)
    pictureOf = Property(str, lambda self: self._props.picture_of, notify=pictureOfChanged)  # noqa: N815 - Qt's naming
    lamp = Property(str, lambda self: str(self._props.lamp), notify=lampChanged)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
