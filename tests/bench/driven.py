"""A real terminal in a process of its own, driven and watched: ``python -m tests.bench.driven CONFIG.toml [--screen]``.

Drawn into memory, or with ``--screen`` on the display there is. Orders, one JSON object a line: ``{"do": "press" | "end" |
"stats"}``. It says, in JSON lines with monotonic seconds: every ``state``, ``press``, ``face``; and for ``stats`` when each of
the agent's pictures was drawn, and how many were decoded, of what size, since the last time. The input's end ends it.
"""

import json
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import av

from kiosk import logs
from kiosk.call.state import Snapshot
from kiosk.config import load_terminal
from kiosk.hardware.button import VirtualButton
from kiosk.rtc.port import PeerStats
from kiosk.terminal import Observer, Terminal
from kiosk.ui.display import make_application


def say(**line: Any) -> None:
    """One JSON line."""
    print(json.dumps(line), flush=True)


class Watched(Terminal):
    """A terminal that notes when the agent's pictures were drawn."""

    drawn: list[float]

    def _drawn(self, at: float) -> None:
        self.drawn.append(at)
        super()._drawn(at)


class Driven:
    """The terminal and what was seen of it."""

    def __init__(self, config_file: Path, *, screen: bool) -> None:
        self._decoded, self._size = 0, ""
        observer = Observer(
            on_snapshot=self._on_snapshot,
            on_press=lambda call_id, at: say(event="press", call_id=call_id, at=at),
            on_face=lambda call_id, at: say(event="face", call_id=call_id, at=at),
            on_frame=self._on_frame,
            on_end=self._on_end,
        )
        self.app = make_application(headless=not screen)
        self.terminal = Watched(load_terminal(config_file), self.app, observer)
        self.terminal.drawn = []

    def obey(self) -> None:
        """Until the input ends."""
        for line in sys.stdin:
            match json.loads(line)["do"]:
                case "press":
                    button = self.terminal.button
                    assert isinstance(button, VirtualButton)
                    button.press()
                    button.release()
                case "end":
                    self.terminal.end()
                case "stats":
                    self.terminal.engine.post(self._report)
        self.terminal.window.door.to_qt(partial(self.app.exit, 0))

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        say(event="state", state=snapshot.state, call_id=snapshot.call_id, at=time.monotonic())

    def _on_frame(self, _call_id: str, frame: av.VideoFrame) -> None:
        self._decoded += 1
        self._size = f"{frame.width}x{frame.height}"

    def _on_end(self, call_id: str, stats: PeerStats) -> None:
        say(event="over", call_id=call_id, frames_in=stats.frames_in, frames_out=stats.frames_out)

    def _report(self) -> None:
        drawn, self.terminal.drawn = self.terminal.drawn, []
        decoded, self._decoded = self._decoded, 0
        say(event="stats", drawn=drawn, decoded=decoded, size=self._size)


def run(kind: type[Driven] = Driven) -> int:
    """The process's exit status."""
    logs.set_up("warning", json=True)
    driven = kind(Path(sys.argv[1]), screen="--screen" in sys.argv)
    driven.terminal.start()
    threading.Thread(target=driven.obey, daemon=True).start()
    status: int = driven.app.exec()
    driven.terminal.stop()
    return status


if __name__ == "__main__":
    sys.exit(run())
