"""What the suites over the screens share."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication

from tests.screens import Screens


@pytest.fixture
def screens(qt_application: QGuiApplication) -> Iterator[Screens]:
    """The window, which may not warn of anything until it is closed."""
    made = Screens(qt_application)
    yield made
    made.window.close()
    assert made.window.warnings == []
