"""Presence that is set by hand, for tests and the demo, and none at all."""

from kiosk.hardware.ports import OnPresence


class VirtualPresence:
    """A `kiosk.hardware.ports.Presence` that says what it is told. From any thread."""

    def __init__(self) -> None:
        self._on_change: OnPresence | None = None
        self._present = False

    def start(self, on_change: OnPresence) -> None:
        """Nobody is present at the start."""
        self._on_change, self._present = on_change, False

    def set(self, present: bool) -> None:  # noqa: FBT001 a switch has one argument
        """Somebody comes, or goes."""
        if present != self._present and self._on_change is not None:
            self._present = present
            self._on_change(present)

    def stop(self) -> None:
        """Say no more."""
        self._on_change = None


class NoPresence:
    """Nobody is ever noticed."""

    def start(self, _on_change: OnPresence) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""
