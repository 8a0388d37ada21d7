"""What must hold of Qt's binding itself."""

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPainter


class Bell(QObject):
    rung = Signal()


def test_calls_into_qt_leave_pythons_constants_alone(qt_application: QGuiApplication) -> None:
    """PySide6 6.12 on Python 3.11 takes one reference to None, or True, with each such call: minutes until an abort."""
    assert qt_application
    image, bell = QImage(8, 8, QImage.Format.Format_RGB32), Bell()
    painter = QPainter(image)
    before = [sys.getrefcount(constant) for constant in (None, True)]
    for _ in range(500):
        painter.scale(1, 1)
        bell.rung.emit()
    after = [sys.getrefcount(constant) for constant in (None, True)]
    painter.end()
    assert all(now > then - 100 for now, then in zip(after, before, strict=True))
