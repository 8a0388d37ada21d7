"""The customer's picture on its way out, and the agent's on its way in, as aiortc tracks."""

import asyncio
from collections.abc import Callable

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from kiosk.media.ports import Camera, OnFrame


class CameraTrack(MediaStreamTrack):
    """Sends a camera's newest frame: a frame that comes while the encoder is busy replaces the one that waits."""

    kind = "video"

    def __init__(self, camera: Camera, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.frames = 0
        """Frames handed to the encoder so far."""
        self.dropped = 0
        """Frames that were replaced by a newer one before the encoder took them."""
        self._home = loop
        self._newest: av.VideoFrame | None = None
        self._arrived = asyncio.Event()
        self._unsubscribe: Callable[[], None] | None = camera.subscribe(self._on_frame)

    def _on_frame(self, frame: av.VideoFrame) -> None:
        self.dropped += self._newest is not None
        self._newest = frame
        if not self._home.is_closed():
            self._home.call_soon_threadsafe(self._arrived.set)

    async def recv(self) -> av.VideoFrame:
        """The newest frame that wasn't sent yet. Raises aiortc's ``MediaStreamError`` once stopped."""
        while True:
            if self.readyState != "live":
                raise MediaStreamError
            frame, self._newest = self._newest, None
            if frame is not None:
                self.frames += 1
                return frame
            self._arrived.clear()
            await self._arrived.wait()

    def stop(self) -> None:
        """Let go of the camera at once; safe to call twice."""
        super().stop()
        self._arrived.set()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None


async def receive(track: MediaStreamTrack, on_frame: OnFrame) -> None:
    """Hand every decoded frame of ``track`` to ``on_frame`` until the track ends."""
    while True:
        try:
            frame = await track.recv()
        except MediaStreamError:
            return
        if isinstance(frame, av.VideoFrame):
            on_frame(frame)
