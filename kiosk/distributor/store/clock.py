"""The wall clock of expiries, as an argument: a test turns it forward."""

from collections.abc import Callable

Clock = Callable[[], float]
"""Unix time in seconds."""
