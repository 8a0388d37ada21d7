"""Presence by the camera: small grey pictures, a few a second, that never leave the device and are forgotten at once."""

import threading
import time
from collections.abc import Callable

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk import logs
from kiosk.errors import DeviceError
from kiosk.hardware.ports import OnPresence
from kiosk.media.ports import Camera
from kiosk.standby.attention import Attention

log = logs.get(__name__)

WIDTH, HEIGHT = 80, 45
LOOK_EVERY_S = 0.25
NO_PICTURE_S = 2.0
"""So long a look waits for the camera."""
LEAST_SHARE = 0.04
"""Whoever stands in front of the screen covers at least this much of the picture."""
LIGHT_SHARE = 0.8
"""Where nearly everything changes, it was the light: the background is learnt anew."""
LEARNING = 0.002
"""What doesn't move becomes background after some minutes, at `LOOK_EVERY_S`."""
CONTRAST = 25.0
"""How many (squared) deviations make a pixel foreground."""

Grey = NDArray[np.uint8]


class Watcher:
    """Tells a person from the background, by OpenCV's mixture of Gaussians (MOG2)."""

    def __init__(self) -> None:
        self._background = self._fresh()
        self._kernel = np.ones((3, 3), np.uint8)

    def sees_somebody(self, picture: Grey) -> bool:
        """Whether a picture of shape ``(45, 80)`` has something in it that wasn't there; the first one is background."""
        mask = self._background.apply(picture, learningRate=LEARNING)
        solid = cv2.morphologyEx(mask, cv2.MORPH_OPEN, self._kernel)
        share = float(np.count_nonzero(solid)) / solid.size
        if share > LIGHT_SHARE:
            self._background = self._fresh()
            self._background.apply(picture, learningRate=1.0)
            return False
        return share >= LEAST_SHARE

    @staticmethod
    def _fresh() -> cv2.BackgroundSubtractorMOG2:
        return cv2.createBackgroundSubtractorMOG2(history=500, varThreshold=CONTRAST, detectShadows=False)


class CameraPresence:
    """A `kiosk.hardware.ports.Presence` over whatever camera there is at the moment."""

    def __init__(
        self,
        camera: Callable[[], Camera],
        attention: Callable[[], Attention] = Attention,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        """``camera`` raises `DeviceError` while there is none: then nobody is present."""
        self._camera, self._attention, self._every_s = camera, attention, look_every_s
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, on_change: OnPresence) -> None:
        """Look, on an own thread."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, args=(on_change,), name="presence", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more; safe to call twice."""
        self._stopped.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(NO_PICTURE_S + 1)

    def _run(self, on_change: OnPresence) -> None:
        attention, watcher, told = self._attention(), Watcher(), False
        while not self._stopped.wait(self._every_s):
            picture = self._look()
            present = attention.look(picture is not None and watcher.sees_somebody(picture), time.monotonic())
            if present != told and not self._stopped.is_set():
                told = present
                on_change(present)

    def _look(self) -> Grey | None:
        """One picture: the camera decodes nothing in between."""
        came = threading.Event()
        newest: list[av.VideoFrame] = []

        def take(frame: av.VideoFrame) -> None:
            if not came.is_set():
                newest.append(frame)
                came.set()

        try:
            leave = self._camera().subscribe(take)
        except (DeviceError, KeyError):
            return None
        try:
            came.wait(NO_PICTURE_S)
        finally:
            leave()
        return newest[0].to_ndarray(width=WIDTH, height=HEIGHT, format="gray").astype(np.uint8) if newest else None
