"""Fixtures for every room of the tests."""

from tests.browser import launch_chromium
from tests.qt import qt_application
from tests.sound import sound, sound_session

__all__ = ["launch_chromium", "qt_application", "sound", "sound_session"]
