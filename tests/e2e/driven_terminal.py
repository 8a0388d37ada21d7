"""A real terminal in a process of its own, driven over its standard input: ``driven_terminal.py CONFIG.toml``.

Orders, one JSON object a line: ``{"do": "press"}``, ``{"do": "end"}``, ``{"do": "stats"}``, ``{"do": "come"}`` and ``{"do": "go"}``
for somebody in front of it, ``{"do": "standby"}`` for the links that are ready and whether an agent's picture is. It says, in JSON lines: every
state with the time, every face, and for ``stats`` the frame codes read out of the agent's picture, the window's picture,
and what the measuring speaker heard. The end of the input ends it.
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
from kiosk.hardware.presence import VirtualPresence
from kiosk.media.code_reader import read_frame
from kiosk.media.virtual_sound import MeasuringSpeaker
from kiosk.terminal import Observer, Terminal
from kiosk.ui.display import make_application


def say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


class Driven:
    """The terminal and what was seen of it."""

    def __init__(self, config_file: Path) -> None:
        self.codes: list[int] = []
        self.frames = 0
        observer = Observer(on_snapshot=self.on_snapshot, on_face=self.on_face, on_frame=self.on_frame)
        self.app = make_application(headless=True)
        self.terminal = Terminal(load_terminal(config_file), self.app, observer)

    def on_snapshot(self, snapshot: Snapshot) -> None:
        say(
            event="state",
            state=snapshot.state,
            at=time.monotonic(),
            online=snapshot.online,
            offline_code=snapshot.offline_code,
            call_id=snapshot.call_id,
            agent=snapshot.agent_name,
            queue_reason=snapshot.queue_reason,
            end_reason=snapshot.end_reason,
            line_bad=snapshot.line_bad,
            faults=[fault.device for fault in snapshot.faults],
        )

    def on_face(self, call_id: str, at: float) -> None:
        say(event="face", call_id=call_id, at=at)

    def on_frame(self, _call_id: str, frame: av.VideoFrame) -> None:
        self.frames += 1
        code = read_frame(frame)
        if code is not None:
            self.codes.append(code.frame)

    def obey(self) -> None:
        for line in sys.stdin:
            match json.loads(line)["do"]:
                case "press":
                    button = self.terminal.button
                    assert isinstance(button, VirtualButton)
                    say(event="pressing", at=time.monotonic())
                    button.press()
                    button.release()
                case "come" | "go" as what:
                    presence = self.terminal.presence
                    assert isinstance(presence, VirtualPresence)
                    presence.set(what == "come")
                case "standby":
                    self.terminal.engine.post(self.tell_standby)
                case "end":
                    self.terminal.end()
                case "stats":
                    self.report()
        self.terminal.window.door.to_qt(partial(self.app.exit, 0))

    def tell_standby(self) -> None:
        standby = self.terminal.standby
        say(event="standby", links=standby.count, picture=standby.has_picture)

    def report(self) -> None:
        speaker = self.terminal.keeper["speaker"]
        assert isinstance(speaker, MeasuringSpeaker)
        codes, self.codes = self.codes, []
        say(
            event="stats",
            codes=codes,
            frames=self.frames,
            hz=speaker.dominant_hz(),
            dbfs=max(-200.0, speaker.level_dbfs()),
        )


def main() -> int:
    logs.set_up("info", json=True)
    driven = Driven(Path(sys.argv[1]))
    driven.terminal.start()
    threading.Thread(target=driven.obey, daemon=True).start()
    status: int = driven.app.exec()
    driven.terminal.stop()
    return status


if __name__ == "__main__":
    sys.exit(main())
