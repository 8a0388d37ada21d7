"""Child processes that say what they do in JSON lines on their standard output, and end when their standard input does."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from kiosk import logs
from kiosk.errors import StartError

log = logs.get(__name__)

Line = dict[str, Any]
END_S = 5.0
"""How long a child may take to end by itself."""


class Child:
    """``python -m module`` with ``args``; ``on_line`` gets every JSON line on a thread of its own.

    Secrets go through ``env``, which other users can't read, never through ``args``.
    """

    def __init__(self, module: str, args: list[str], env: Mapping[str, str], on_line: Callable[[Line], None]) -> None:
        self._module = module
        self._on_line = on_line
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **env},
            text=True,
            start_new_session=True,  # Ctrl-C is for the demo, which ends its children in order
        )
        self._reader = threading.Thread(target=self._read, name=module, daemon=True)
        self._reader.start()

    def tell(self, order: Line) -> None:
        """Send one JSON line; a child that is gone doesn't hear it."""
        if self._process.stdin is None:
            return
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            log.warning("demo.child_gone", module=self._module)

    def stop(self) -> None:
        """Close its input, and end it if that isn't enough. Safe to call twice."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            log.warning("demo.child_ended_by_force", module=self._module)
            self._process.kill()
            self._process.wait()
        self._reader.join(END_S)

    def _read(self) -> None:
        for text in self._process.stdout or ():
            try:
                line = json.loads(text)
            except ValueError:
                log.warning("demo.child_unreadable", module=self._module)
                continue
            self._on_line(line)
        self._on_line({"event": "gone", "status": self._process.wait()})


class Announcement:
    """Waits for a child's first line of one kind."""

    def __init__(self, event: str, then: Callable[[Line], None] = lambda _line: None) -> None:
        self._event = event
        self._then = then
        self._heard = threading.Event()
        self._line: Line = {}

    def __call__(self, line: Line) -> None:
        """Hear a line; everything is passed on to ``then``."""
        if not self._heard.is_set() and line["event"] in {self._event, "gone"}:
            self._line = line
            self._heard.set()
        self._then(line)

    def wait(self, seconds: float, who: str) -> Line:
        """The line. Raises `StartError` where the child ended before, or said nothing for so long."""
        if not self._heard.wait(seconds) or self._line["event"] == "gone":
            raise StartError(f"{who} didn't start.", "Its reason stands in the lines above.")
        return self._line
