"""A real terminal in a process of its own, driven and watched: ``python -m tests.bench.driven CONFIG.toml [--screen]``.

Drawn into memory, or with ``--screen`` on the display there is. Orders, one JSON object a line: ``{"do": "press" | "end" |
"stats" | "ready" | "approach" | "leave"}``. It says, in JSON lines with monotonic seconds: every ``state``, ``press``, ``face``, and
``voice`` when the speaker was first loud after a press; for ``stats`` when each of the agent's pictures was drawn, and how many
were decoded, of what size, since the last time; ``ready`` once a standby link is up; ``approach`` once somebody in front of the
terminal has led to a pre-roll picture. The input's end ends it.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import av

from kiosk import logs
from kiosk.call.state import Snapshot, State
from kiosk.config import load_terminal
from kiosk.hardware.button import VirtualButton
from kiosk.hardware.presence import VirtualPresence
from kiosk.media.levels import dbfs
from kiosk.media.ports import AudioBlock
from kiosk.rtc.port import PeerStats
from kiosk.terminal import Observer, Terminal
from kiosk.ui.display import make_application

LOUD_DBFS = -50.0
PATIENCE_S = 30.0


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
        self._listening = self._awaits_voice = False
        observer = Observer(
            on_snapshot=self._on_snapshot,
            on_press=self._on_press,
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
                case "ready":
                    self._await("ready", lambda: self.terminal.standby.count > 0)
                case "approach":
                    self._presence.set(True)
                    self._await("approach", lambda: self.terminal.standby.has_picture)
                case "leave":
                    self._presence.set(False)
        self.terminal.window.door.to_qt(partial(self.app.exit, 0))

    @property
    def _presence(self) -> VirtualPresence:
        presence = self.terminal.presence
        assert isinstance(presence, VirtualPresence)
        return presence

    def _await(self, what: str, done: Callable[[], bool]) -> None:
        """Say ``what`` once it is so."""
        end = time.monotonic() + PATIENCE_S
        while not done() and time.monotonic() < end:
            time.sleep(0.02)
        if done():
            say(event=what, at=time.monotonic())

    def _on_press(self, call_id: str, at: float) -> None:
        self._awaits_voice = True
        say(event="press", call_id=call_id, at=at)

    def _on_played(self, block: AudioBlock) -> None:
        if self._awaits_voice and dbfs(block) > LOUD_DBFS:
            self._awaits_voice = False
            say(event="voice", at=time.monotonic())

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        if snapshot.state is State.IDLE and not self._listening:
            self._listening = True
            self.terminal.devices().speaker.listen(self._on_played)
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
