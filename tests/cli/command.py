"""The console script as a process of its own: its two streams and its exit status."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

KIOSK = Path(sys.executable).with_name("kiosk")
Run = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str], Path]


class Running:
    """A ``kiosk`` that runs until the test ends, and what it logs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def until(self, event: str) -> dict[str, Any]:
        """The first line of the log from here on with this event."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if line.startswith("{") and (said := json.loads(line))["event"] == event:
                return dict(said)
        pytest.fail(f"it ended without {event}: {self.lines}")

    def end(self, number: int) -> int:
        """Send the signal; the exit status."""
        self.process.send_signal(number)
        _, rest = self.process.communicate(timeout=20)
        self.lines += rest.splitlines(keepends=True)
        return self.process.returncode


def faults(stderr: str) -> list[str]:
    """The lines for a person, which all others, the log's, are not; a traceback would be among them."""
    return [line for line in stderr.splitlines() if not line.startswith("{")]
