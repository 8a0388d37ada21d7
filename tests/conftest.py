"""Fixtures for every room of the tests."""

from tests.browser import launch_chromium
from tests.qt import qt_application

__all__ = ["launch_chromium", "qt_application"]
