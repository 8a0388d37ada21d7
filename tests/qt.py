"""Qt in the process of the tests: one application without a display, and a way to wait for what it does."""

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QGuiApplication

from kiosk.ui.display import make_application


def run_qt_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Run Qt's loop until ``condition`` holds; fails after ``seconds``."""
    loop, ticks = QEventLoop(), QTimer()
    end = time.monotonic() + seconds
    ticks.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > end else None)
    ticks.start(2)
    loop.exec()
    assert condition(), f"Qt didn't get there within {seconds} s"


def turn_qt(times: int = 3) -> None:
    """Let Qt do what is due now, ``times`` timer ticks long: for asserting that something does not happen."""
    left = iter(range(times))
    run_qt_until(lambda: next(left, None) is None)


@pytest.fixture(scope="session")
def qt_application() -> QGuiApplication:
    """The one application of this process; its ``offscreen`` platform draws into memory with Qt's software renderer."""
    return make_application(headless=True)
