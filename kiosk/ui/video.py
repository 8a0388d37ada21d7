"""Live pictures on the screen, and the moment at which one of them was really drawn.

Two ways, chosen by `kiosk.ui.window`: a `QVideoSink` where a graphics processor draws, and an own painted item where
Qt's software renderer does, since a ``VideoOutput`` stays empty there (Qt 6.12).
"""

import time
from collections.abc import Callable
from typing import Protocol

import av
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QPainter
from PySide6.QtMultimedia import QVideoFrame, QVideoSink
from PySide6.QtQuick import QQuickItem, QQuickPaintedItem, QQuickWindow

from kiosk.ui.convert import Scaler, to_video_frame


class Surface(Protocol):
    """Where one live picture is drawn. Qt's thread only."""

    def put(self, frame: av.VideoFrame) -> None:
        """Draw ``frame`` (YUV420P) at the next opportunity."""

    def wipe(self) -> None:
        """Forget the picture."""


class SinkSurface:
    """A QML ``VideoOutput``: the graphics processor converts and scales."""

    def __init__(self, sink: QVideoSink) -> None:
        self._sink = sink

    def put(self, frame: av.VideoFrame) -> None:
        """Draw ``frame`` (YUV420P) at the next opportunity."""
        self._sink.setVideoFrame(to_video_frame(frame))

    def wipe(self) -> None:
        """Forget the picture."""
        self._sink.setVideoFrame(QVideoFrame())


class PaintedSurface(QQuickPaintedItem):
    """A QML item for Qt's software renderer: FFmpeg converts and scales to the item's size, Qt copies.

    Its ``objectName`` may end in ``Mirrored``: then left and right change places, as in a looking-glass.
    """

    def __init__(self, parent: QQuickItem | None = None) -> None:
        super().__init__(parent)
        self.setOpaquePainting(True)
        self._scaler = Scaler()
        self._frame: av.VideoFrame | None = None
        self._image = QImage()

    def put(self, frame: av.VideoFrame) -> None:
        """Draw ``frame`` (YUV420P) at the next opportunity."""
        self._frame, self._image = frame, QImage()
        self.update()

    def wipe(self) -> None:
        """Forget the picture."""
        self._frame, self._image = None, QImage()
        self.update()

    def paint(self, painter: QPainter) -> None:
        """Called by Qt."""
        size = self.size().toSize()
        if self._frame is None or size.isEmpty():
            painter.fillRect(0, 0, size.width(), size.height(), "black")
            return
        if self._image.size() != size:
            self._image = self._scaler.cover(self._frame, size.width(), size.height())
        if self.objectName().endswith("Mirrored"):
            painter.translate(size.width(), 0)
            painter.scale(-1, 1)
        painter.drawImage(0, 0, self._image)


class LivePicture:
    """One of the screen's live pictures, with a door that is shut while nobody may be seen in it.

    ``item`` is the QML item ``LivePicture``; its property ``live`` says that there is something to see.
    """

    def __init__(
        self, window: QQuickWindow, item: QQuickItem, surface: Surface, on_drawn: Callable[[float], None]
    ) -> None:
        """``on_drawn`` gets ``time.monotonic()`` right after each picture was drawn."""
        self._window, self._item, self._surface, self._on_drawn = window, item, surface, on_drawn
        self._of = ""
        self._undrawn = False
        window.frameSwapped.connect(self._swapped)

    def belongs_to(self, whose: str) -> None:
        """Show ``whose`` pictures from now on; a change wipes what was shown, and nobody's (empty) shuts the door."""
        if whose == self._of:
            return
        self._of, self._undrawn = whose, False
        self._item.setProperty("live", False)
        self._surface.wipe()

    def show(self, frame: av.VideoFrame) -> None:
        """Draw ``frame`` (YUV420P) at the next opportunity, unless the door is shut."""
        if not self._of:
            return
        self._surface.put(frame)
        self._item.setProperty("live", True)
        self._undrawn = True

    def _swapped(self) -> None:
        # With the basic render loop a frame is synchronised, rendered and swapped in one go on this thread, so whatever
        # was put before a swap was in it.
        if self._undrawn and self._item.isVisible() and self._window.isExposed():
            self._undrawn = False
            self._on_drawn(time.monotonic())


def surface_of(item: QQuickItem) -> Surface:
    """The surface inside the QML item ``LivePicture``."""
    inner: QObject = item.property("surface")
    if isinstance(inner, PaintedSurface):
        return inner
    sink: QVideoSink = inner.property("videoSink")
    return SinkSurface(sink)
