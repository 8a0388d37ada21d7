"""A terminal's window without a display, driven like a customer would."""

from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from PySide6.QtCore import QObject, QPoint, QPointF, QRectF
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtQml import QQmlExpression
from PySide6.QtQuick import QQuickItem

from kiosk.call.state import Snapshot
from kiosk.config import ScreenSection
from kiosk.ui.view_model import ViewModel
from kiosk.ui.window import Window
from tests.qt import run_qt_until, turn_qt


class Screens:
    """The window, and a list of what the customer did and what was drawn."""

    def __init__(self, application: QGuiApplication, width: int = 1280, height: int = 800, **section: Any) -> None:
        self.did: list[str] = []
        self.drawn: list[float] = []
        self.view_model = ViewModel(
            lambda _at: self.did.append("press"),
            lambda: self.did.append("end"),
            lambda: self.did.append("mute"),
            has_button=section.pop("has_button", True),
        )
        reduced_motion = section.pop("reduced_motion", True)
        self.window = Window(
            application,
            self.view_model,
            ScreenSection(fullscreen=False, width=width, height=height, **section),
            on_drawn=self.drawn.append,
            reduced_motion=reduced_motion,
        )
        self.window.show()
        run_qt_until(self.window.view.isExposed)

    def show(self, snapshot: Snapshot) -> None:
        """Show ``snapshot`` and let Qt settle."""
        self.view_model.fold(snapshot)
        turn_qt()

    def item(self, name: str) -> QQuickItem:
        """The QML item of that name."""
        found = self.window.view.rootObject().findChild(QObject, name)
        assert isinstance(found, QQuickItem), name
        return found

    def items(self) -> Iterator[QQuickItem]:
        """All items that can be seen now."""
        waiting = [self.window.view.rootObject()]
        while waiting:
            item = waiting.pop()
            if item.isVisible():
                yield item
                waiting += item.childItems()

    def where(self, item: QQuickItem) -> QRectF:
        """The item's place in the window, in pixels."""
        return item.mapRectToScene(QRectF(0, 0, item.width(), item.height()))

    def centre(self, name: str) -> QPoint:
        """The middle of the item of that name, in the window."""
        item = self.item(name)
        return item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()

    def theme(self, what: str) -> Any:
        """A value of the theme's."""
        root = self.window.view.rootObject()
        context = self.window.view.engine().contextForObject(root)
        expression = QQmlExpression(context, root, f"Theme.{what}")
        value = expression.evaluate()
        assert not expression.hasError(), expression.error().toString()
        return value[0] if isinstance(value, tuple) else value

    def pixel(self, x: int, y: int) -> QColor:
        """What the window shows there."""
        return self.window.grab().pixelColor(x, y)


def picture(colour: tuple[int, int, int], width: int = 640, height: int = 360) -> av.VideoFrame:
    """A picture of one colour (red, green, blue)."""
    pixels = np.full((height, width, 3), colour, np.uint8)
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")


def halves(left: tuple[int, int, int], right: tuple[int, int, int]) -> av.VideoFrame:
    """A picture with two colours side by side."""
    pixels = np.full((360, 640, 3), left, np.uint8)
    pixels[:, 320:] = right
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")


def near(colour: QColor, wanted: tuple[int, int, int], by: int = 12) -> bool:
    """Whether two colours are the same but for the conversion's rounding."""
    return all(abs(a - b) <= by for a, b in zip((colour.red(), colour.green(), colour.blue()), wanted, strict=True))
