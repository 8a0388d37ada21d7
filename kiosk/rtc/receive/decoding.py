"""The thread that decodes one stream of pictures; begun with the first picture."""

import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

import av
from aiortc.codecs.base import Decoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from kiosk.rtc.receive.sizes import careful_decoder, too_large

MOST_WAITING = 30
"""Pictures that may wait to be decoded: one second; a board that falls further behind goes on with a key frame."""
BUSY = 3
"""While so many wait, a decoded picture isn't shown: the newer ones are at hand."""


class PictureDecoder:
    """Decodes in order; ``on_picture`` and ``on_failure`` (with what libav said) are called on ``loop``."""

    def __init__(
        self, loop: AbstractEventLoop, on_picture: Callable[[av.VideoFrame], None], on_failure: Callable[[str], None]
    ) -> None:
        self.skipped = 0
        """Pictures decoded too late to be shown."""
        self._loop, self._on_picture, self._on_failure = loop, on_picture, on_failure
        self._waiting: SimpleQueue[tuple[RTCRtpCodecParameters, JitterFrame] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def behind(self) -> bool:
        """More waits than this board can decode in time."""
        return self._waiting.qsize() > MOST_WAITING

    def put(self, codec: RTCRtpCodecParameters, data: bytes, pts: int) -> None:
        """Decode that picture; ``pts`` in 1/90,000 s."""
        if self._closed:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="picture-decoder", daemon=True)
            self._thread.start()
        self._waiting.put((codec, JitterFrame(data=data, timestamp=pts)))

    def flush(self) -> None:
        """Forget what waits."""
        with suppress(Empty):
            while True:
                self._waiting.get_nowait()

    def close(self) -> None:
        """Decode nothing more; the thread ends by itself. Safe to call twice."""
        self._closed = True
        self.flush()
        self._waiting.put(None)

    def join(self) -> None:
        """Wait for the thread's end."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        name: str | None = None
        decoder: Decoder | None = None
        while (work := self._waiting.get()) is not None:
            codec, frame = work
            if decoder is None or name != codec.name:
                decoder, name = careful_decoder(codec), codec.name
            if too_large(codec, frame.data):
                self._tell(self._on_failure, "a picture that is too large")
            else:
                self._decode(decoder, frame)

    def _decode(self, decoder: Decoder, frame: JitterFrame) -> None:
        try:
            pictures = decoder.decode(frame)
        except av.FFmpegError as error:
            self._tell(self._on_failure, str(error))
            return
        for picture in pictures:
            if self._waiting.qsize() >= BUSY:
                self.skipped += 1
            elif isinstance(picture, av.VideoFrame):
                self._tell(self._on_picture, picture)

    def _tell(self, listener: Callable[[Any], None], what: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(listener, what)
