"""The one camera adapter: whatever the source, `av.open` reads it and everyone gets frames of one form."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from threading import Event, Lock, Thread

import av

from kiosk import logs
from kiosk.errors import DeviceError, MisuseError
from kiosk.media.capture import Capture
from kiosk.media.pace import Pace
from kiosk.media.ports import OnFault, OnFrame
from kiosk.media.shape import Shaper
from kiosk.media.source import Feed, Source

log = logs.get(__name__)

RETRY_S = 2.0
"""So long after a fault the source is opened again."""
JOIN_LIMIT_S = 3.0
"""A driver can hang in a read; then its thread is left behind rather than the program held up."""
CLOCK = Fraction(1, 90_000)
"""The frames' time base, that of RTP video (RFC 3551)."""
RATE_TOLERANCE = 1.2
"""A source may be so many times as fast as the configured rate before pictures are left out."""
LEAST_SPACING = 0.75
"""Then pictures keep at least this share of the configured interval between them."""


class AvCamera:
    """A `kiosk.media.ports.Camera` over any `Source`.

    One thread reads, a second decodes, shapes and hands out, so that slow watchers make pictures fewer, never older. After a
    fault while running the source is opened again every `RETRY_S` by itself, and works again once a picture was decoded.
    """

    def __init__(self, source: Source, width: int, height: int, fps: int) -> None:
        self.source = source
        self.width, self.height, self.fps = width, height, fps
        self.stopped = Event()
        self.wanted = Event()
        self._lock = Lock()
        self._watchers: tuple[_Watcher, ...] = ()
        self._on_fault: OnFault = lambda _: None
        self._fault: DeviceError | None = None
        self._proven = False
        self._thread: Thread | None = None
        self._clock = _Clock(0.0)
        self._shape = Shaper(width, height)

    @property
    def label(self) -> str:
        """For the log: ``pattern 1280x720@30``."""
        return f"{self.source.name} {self.width}x{self.height}@{self.fps}"

    def start(self, on_fault: OnFault) -> None:
        """Open the source, then read it on own threads. Raises `DeviceError`; then it may be called again later."""
        if self._thread is not None:
            raise MisuseError("A camera was started twice.")
        feed = self.source.open()
        log.info("camera.open", source=self.label, codec=feed.stream.codec_context.name)
        self._on_fault = on_fault
        self._clock = _Clock(time.monotonic())
        self.stopped = Event()  # a new one: a thread that was left behind must stay stopped
        self._prove(None)
        self._thread = Thread(target=self._run, args=(feed, self.stopped), name="camera-read", daemon=True)
        self._thread.start()

    def subscribe(self, on_frame: OnFrame) -> Callable[[], None]:
        """Hand every frame to ``on_frame`` from the next one on. Watchers share the frame, so none may alter it."""
        watcher = _Watcher(on_frame)
        with self._lock:
            self._watchers = (*self._watchers, watcher)
        self._update_wanted()

        def leave() -> None:
            with self._lock:
                self._watchers = tuple(other for other in self._watchers if other is not watcher)
            self._update_wanted()

        return leave

    def stop(self) -> None:
        """Close the source and end the threads."""
        thread, self._thread = self._thread, None
        self.stopped.set()
        if thread is not None:
            thread.join(JOIN_LIMIT_S)
            log.info("camera.close", source=self.label, left_behind=thread.is_alive())

    def stalled(self, fault: DeviceError) -> None:
        """The capture says that the source hangs."""
        self._prove(fault)

    def _run(self, feed: Feed | None, stopped: Event) -> None:
        pace = Pace()
        while not stopped.is_set():
            try:
                feed = feed or self.source.open()
                self._play(feed, pace, stopped)
            except (DeviceError, av.FFmpegError, OSError) as error:
                if stopped.is_set():
                    return
                self._prove(error if isinstance(error, DeviceError) else self.source.fault(error))
                pace.resume()
                stopped.wait(RETRY_S)
            feed = None

    def _play(self, feed: Feed, pace: Pace, stopped: Event) -> None:
        too_fast = (feed.stream.average_rate or 0) > self.fps * RATE_TOLERANCE
        self._clock.spacing_s = LEAST_SPACING / self.fps if too_fast else 0.0
        capture = Capture(feed, self, stopped, pace, self._on_decoded)
        try:
            capture.run()
        finally:
            feed.close()
        if stopped.is_set():
            return
        if feed.live or not capture.decoded:
            raise self.source.fault(EOFError("no more pictures"))
        pace.restart()

    def _on_decoded(self, frame: av.VideoFrame, at_s: float) -> None:
        pts = self._clock.tick(at_s)
        if pts is None:
            return
        shaped = self._shape(frame)
        shaped.pts, shaped.time_base = pts, CLOCK
        if not self._proven:
            self._works()
        for watcher in self._watchers:
            watcher.hand(shaped)

    def _prove(self, fault: DeviceError | None) -> None:
        """From now on pictures are decoded, watched or not, until one is well."""
        known, self._fault, self._proven = self._fault, fault, False
        self._update_wanted()
        if fault is not None and known is None:
            log.warning("camera.fault", source=self.label, what=fault.what, advice=fault.advice)
            self._on_fault(fault)

    def _works(self) -> None:
        known, self._fault, self._proven = self._fault, None, True
        self._update_wanted()
        if known is not None:
            log.info("camera.back", source=self.label)
            self._on_fault(None)

    def _update_wanted(self) -> None:
        with self._lock:
            if self._watchers or not self._proven:
                self.wanted.set()
            else:
                self.wanted.clear()


@dataclass
class _Clock:
    """From monotonic seconds to strictly growing pts; None for a picture to leave out."""

    start_s: float
    spacing_s: float = 0.0
    last_pts: int = -1

    def tick(self, at_s: float) -> int | None:
        pts = round((at_s - self.start_s) / CLOCK)
        if pts <= self.last_pts or (self.last_pts >= 0 and (pts - self.last_pts) * CLOCK < self.spacing_s):
            return None
        self.last_pts = pts
        return pts


class _Watcher:
    """A subscriber; its defect is logged once and takes the camera from nobody."""

    def __init__(self, on_frame: OnFrame) -> None:
        self.on_frame = on_frame
        self.failed = False

    def hand(self, frame: av.VideoFrame) -> None:
        try:
            self.on_frame(frame)
        except Exception:
            if not self.failed:
                log.exception("camera.watcher_failed")
            self.failed = True
