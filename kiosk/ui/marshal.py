"""The only door between Qt's main thread and every other thread.

Qt's objects are touched by Qt's thread alone. Other threads hand in what is to be done there (`Door.to_qt`) or the
newest picture (`VideoSlot.offer`); both return at once and never wait for Qt.
"""

import threading
from collections import deque
from collections.abc import Callable

import av
from PySide6.QtCore import QObject, Qt, Signal, Slot

from kiosk import logs

log = logs.get(__name__)


class Door(QObject):
    """Runs what other threads hand in on the thread that made it (Qt's), in the order in which it came."""

    _knock = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._open = True
        self._knock.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def to_qt(self, what: Callable[[], None]) -> None:
        """Have ``what`` run on Qt's thread, soon. Callable from any thread; after `close` it does nothing."""
        with self._lock:
            if not self._open:
                return
            self._waiting.append(what)
            # One knock is enough for all that wait. It is given under the lock so that `close` can't come between.
            if len(self._waiting) == 1:
                self._knock.emit()

    def close(self) -> None:
        """Forget what waits and let nothing in any more."""
        with self._lock:
            self._open = False
            self._waiting.clear()

    @Slot()
    def _answer(self) -> None:
        with self._lock:
            todo = list(self._waiting)
            self._waiting.clear()
        for what in todo:
            try:
                what()
            except Exception:
                # One defect must not keep the work of others from being done.
                log.exception("ui.door")


class VideoSlot:
    """Holds at most one picture on its way to the screen: the newest wins, an older one that wasn't taken is dropped."""

    def __init__(self, door: Door, on_frame: Callable[[av.VideoFrame], None]) -> None:
        """``on_frame`` gets each picture that is taken, on Qt's thread."""
        self._door = door
        self._on_frame = on_frame
        self._lock = threading.Lock()
        self._newest: av.VideoFrame | None = None
        self.dropped = 0
        """How many pictures were replaced by a newer one before the screen took them."""

    def offer(self, frame: av.VideoFrame) -> None:
        """Hand in a YUV420P picture of any size; callable from any thread. The slot owns it from now on."""
        with self._lock:
            waiting, self._newest = self._newest is not None, frame
            self.dropped += waiting
        if not waiting:
            self._door.to_qt(self._take)

    def _take(self) -> None:
        with self._lock:
            frame, self._newest = self._newest, None
        if frame is not None:
            self._on_frame(frame)
