"""What camera tests watch with: events and collected frames, never a fixed sleep."""

import os
import stat
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import av

from kiosk.errors import DeviceError
from kiosk.media.code_reader import read_frame
from kiosk.media.framecode import Code
from kiosk.media.ports import Camera

LIMIT_S = 20.0
STAND_IN = Path(__file__).with_name("rpicam_vid.py")


@dataclass(frozen=True)
class Seen:
    """One frame, as a watcher got it."""

    pts: int
    seconds: float
    arrived_s: float
    wall_ms: int
    form: tuple[str, int, int]
    code: Code | None


@dataclass
class Watcher:
    """Collects frames and faults; `until` waits for what they should come to."""

    seen: list[Seen] = field(default_factory=list)
    faults: list[DeviceError | None] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def on_frame(self, frame: av.VideoFrame) -> None:
        assert frame.pts is not None
        assert frame.time_base is not None
        seen = Seen(
            frame.pts,
            float(frame.pts * frame.time_base),
            time.monotonic(),
            time.time_ns() // 1_000_000,
            (frame.format.name, frame.width, frame.height),
            read_frame(frame),
        )
        with self.changed:
            self.seen.append(seen)
            self.changed.notify_all()

    def on_fault(self, error: Exception | None) -> None:
        assert error is None or isinstance(error, DeviceError)
        with self.changed:
            self.faults.append(error)
            self.changed.notify_all()

    def until(self, reached: Callable[[], bool], what: str, limit_s: float = LIMIT_S) -> None:
        with self.changed:
            assert self.changed.wait_for(reached, limit_s), f"{what}: not within {limit_s} s; faults {self.faults}"

    def frames(self, number: int, camera: Camera) -> list[Seen]:
        """The next ``number`` frames of a started camera."""
        self.seen.clear()
        leave = camera.subscribe(self.on_frame)
        try:
            self.until(lambda: len(self.seen) >= number, f"{number} frames")
        finally:
            leave()
        return self.seen[:number]


def install_rpicam(folder: Path) -> None:
    """Put the stand-in into ``folder`` as the program ``rpicam-vid``."""
    program = folder / "rpicam-vid"
    program.write_text(f"#!{sys.executable}\n{STAND_IN.read_text()}")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def threads() -> set[str]:
    """The names of the running threads."""
    return {thread.name for thread in threading.enumerate()}


def children_of(pid: int) -> set[int]:
    """The process ids of the children of ``pid``, ended ones that nobody waited for included."""
    found = set()
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.add(int(entry.name))
    return found
