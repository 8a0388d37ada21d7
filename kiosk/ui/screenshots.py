"""Every screen as a PNG, at three sizes, with no display: ``python -m kiosk.ui.screenshots OUT_DIR``."""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QGuiApplication, QImage

from kiosk.call.state import DeviceFault, Snapshot, State
from kiosk.config import ScreenSection
from kiosk.protocol.fields import EndReason, QueueReason
from kiosk.ui.display import make_application
from kiosk.ui.sample import person
from kiosk.ui.view_model import ViewModel
from kiosk.ui.window import Window

_DRAWN = 4096
"""A screen of drawn shapes and words has fewer colours than this, a camera's picture more."""
SIZES = ((1280, 800), (1920, 1080), (1080, 1920))
_CALL = Snapshot(
    State.IN_CALL, online=True, call_id="sample", agent_name="Anna Lindqvist", agent_role="Customer adviser"
)
_NO_CAMERA = DeviceFault("camera", "Nothing is at /dev/video0.", "Plug the camera in, or choose another one.")
SCREENS = {
    "idle": Snapshot(State.IDLE, online=True),
    "calling": Snapshot(State.CALLING, online=True),
    "connecting": replace(_CALL, state=State.SETTING_UP),
    "in-call": _CALL,
    "in-call-muted": replace(_CALL, muted=True),
    "in-call-line-bad": replace(_CALL, line_bad=True),
    "thank-you": Snapshot(State.THANKS, online=True, end_reason=EndReason.AGENT_HUNG_UP),
    "connection-lost": Snapshot(State.THANKS, online=True, end_reason=EndReason.MEDIA_LOST),
    "busy": Snapshot(State.WAITING, online=True, queue_reason=QueueReason.ALL_BUSY),
    "nobody-there": Snapshot(State.WAITING, online=True, queue_reason=QueueReason.NO_AGENTS),
    "offline": Snapshot(State.OFFLINE, offline_code="refused"),
    "out-of-service": Snapshot(State.OUT_OF_SERVICE, online=True, faults=(_NO_CAMERA,)),
}


def take(out: Path, application: QGuiApplication, sizes: tuple[tuple[int, int], ...] = SIZES) -> list[Path]:
    """Write each screen in each of ``sizes`` (width, height in pixels) into ``out``; returns the files."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for width, height in sizes:
        for name, snapshot in SCREENS.items():
            path = out / f"terminal-{name}-{width}x{height}.png"
            save(_shot(application, snapshot, width, height), path)
            written.append(path)
    return written


def save(image: QImage, path: Path) -> None:
    """Write ``image`` as a small PNG: a drawn screen with a palette of its 256 commonest colours, a picture in full."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(rgb.constBits(), np.uint32).reshape(rgb.height(), rgb.width())
    colours, places, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    if len(colours) > _DRAWN:
        rgb.save(str(path), "PNG", 0)  # type: ignore[call-overload] # the stub wants bytes, PySide6 text
        return
    commonest = colours[np.argsort(counts)[::-1][:256]]
    table = commonest.view(np.uint8).reshape(-1, 4).astype(np.int32)
    each = colours.view(np.uint8).reshape(-1, 4).astype(np.int32)
    nearest = np.abs(each[:, None] - table[None]).sum(2).argmin(1).astype(np.uint8)
    indices = np.ascontiguousarray(nearest[places].reshape(pixels.shape))
    small = QImage(indices.data, rgb.width(), rgb.height(), rgb.width(), QImage.Format.Format_Indexed8)
    small.setColorTable([int(colour) for colour in commonest])
    small.save(str(path), "PNG", 0)  # type: ignore[call-overload] # the stub wants bytes, PySide6 text


def _shot(application: QGuiApplication, snapshot: Snapshot, width: int, height: int) -> QImage:
    drawn: list[float] = []
    nothing: Callable[[], None] = lambda: None  # noqa: E731 - a name for what the screenshots' controls do
    view_model = ViewModel(lambda _at: None, nothing, nothing, has_button=True)
    window = Window(
        application,
        view_model,
        ScreenSection(fullscreen=False, width=width, height=height),
        on_drawn=drawn.append,
        reduced_motion=True,
    )
    window.show()
    view_model.fold(snapshot)
    if snapshot.state is State.IN_CALL:
        window.agent.offer(person(1280, 720, shirt=(38, 70, 83), hair=(92, 58, 40), wall=(206, 194, 176)))
        window.self_view.offer(person(640, 480, shirt=(120, 86, 60), hair=(48, 42, 40), wall=(150, 166, 172)))
        _until(lambda: bool(drawn))
    _until(window.view.isExposed)
    turns = iter(range(3))
    _until(lambda: next(turns, None) is None)
    image = window.grab()
    window.close()
    return image


def _until(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Run Qt's loop until ``condition`` holds or the time is over."""
    loop, ticks = QEventLoop(), QTimer()
    end = time.monotonic() + seconds
    ticks.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > end else None)
    ticks.start(5)
    loop.exec()


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.ui.screenshots", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder for the pictures")
    for path in take(parser.parse_args(arguments).out, make_application(headless=True)):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
