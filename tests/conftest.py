"""Fixtures for every room of the tests."""

from tests.browser import launch_chromium

__all__ = ["launch_chromium"]
