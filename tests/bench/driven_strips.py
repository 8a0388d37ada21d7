"""`tests.bench.driven`, which also reads the numbers in its pictures: ``python -m tests.bench.driven_strips CONFIG.toml [--screen]``.

With each ``stats`` it says first, as event ``strips``, what was seen since the last one, each ``[at, number, width]`` in monotonic
seconds: ``own``, some of the camera's pictures with the time at which the camera took them (for a file: at which they were due),
and ``drawn``, some of the agent's with the time at which they were on the screen.
"""

import sys
from pathlib import Path

import av

from kiosk.media.camera import AvCamera
from kiosk.media.code_reader import read_frame
from tests.bench.driven import Driven, run, say

OWN_EVERY, DRAWN_EVERY = 7, 3
"""Of so many pictures one is read: reading takes 0.4 ms."""

Line = tuple[float, int | None, int]


class Reading(Driven):
    """A driven terminal that reads strips."""

    def __init__(self, config_file: Path, *, screen: bool) -> None:
        super().__init__(config_file, screen=screen)
        self._own: list[Line] = []
        self._on_screen: list[Line] = []
        self._counts = {"own": 0, "drawn": 0}
        self._watching = False
        self._put: av.VideoFrame | None = None
        picture = self.terminal.window._agent
        put, on_drawn = picture._surface.put, picture._on_drawn

        def note_put(frame: av.VideoFrame) -> None:
            self._put = frame
            put(frame)

        def note_drawn(at: float) -> None:
            on_drawn(at)
            if self._put is not None:
                self._note("drawn", self._on_screen, at, self._put, DRAWN_EVERY)

        picture._surface.put = note_put  # type: ignore[method-assign]  # the one place that knows which picture it draws
        picture._on_drawn = note_drawn

    def _report(self) -> None:
        if not self._watching:
            self._watching = True
            self.terminal.devices().camera.subscribe(self._on_own)
        own, self._own = self._own, []
        drawn, self._on_screen = self._on_screen, []
        say(event="strips", own=own, drawn=drawn)
        super()._report()

    def _on_own(self, frame: av.VideoFrame) -> None:
        camera = self.terminal.keeper["camera"]
        assert isinstance(camera, AvCamera)
        assert frame.time is not None
        self._note("own", self._own, camera._clock.start_s + frame.time, frame, OWN_EVERY)

    def _note(self, kind: str, into: list[Line], at: float, frame: av.VideoFrame, every: int) -> None:
        self._counts[kind] += 1
        if self._counts[kind] % every == 0:
            code = read_frame(frame)
            into.append((at, code.frame if code else None, frame.width))


if __name__ == "__main__":
    sys.exit(run(Reading))
