"""The customer's voice on its way out, and the agent's on its way in, as aiortc tracks."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction

import av
import numpy as np
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from kiosk.media.levels import LevelMeter
from kiosk.media.ports import BLOCK, SAMPLE_RATE, AudioBlock, Microphone, Speaker

HELD_BLOCKS = 5
"""100 ms may wait to be sent; then the oldest gives way."""
GAP = SAMPLE_RATE // 10
"""Where more than 100 ms of sound are missing, the timestamps say so (RFC 3550 section 5.1)."""
TIME_BASE = Fraction(1, SAMPLE_RATE)


class MicrophoneTrack(MediaStreamTrack):
    """Sends a microphone's blocks, the same in both of opus's channels; make it on the event loop that sends."""

    kind = "audio"

    def __init__(self, microphone: Microphone) -> None:
        super().__init__()
        self.muted = False
        """Send silence instead; the blocks go on, so that the far end sees a live track."""
        self.dropped = 0
        """Blocks that were too old to be sent."""
        self._meter = LevelMeter()
        self._held: deque[tuple[float, AudioBlock]] = deque()
        self._arrived = asyncio.Event()
        self._home = asyncio.get_running_loop()
        self._start_s: float | None = None
        self._pts = 0
        self._unsubscribe: Callable[[], None] | None = microphone.subscribe(self._on_block)

    @property
    def level_dbfs(self) -> float:
        """The mean level of what was sent so far; ``-inf`` for silence."""
        return self._meter.dbfs

    @property
    def blocks(self) -> int:
        """Blocks of 20 ms sent so far."""
        return self._meter.blocks

    async def recv(self) -> av.AudioFrame:
        """The next block as a frame. Raises aiortc's ``MediaStreamError`` once stopped."""
        while not self._held:
            if self.readyState != "live":
                raise MediaStreamError
            self._arrived.clear()
            await self._arrived.wait()
        at_s, block = self._held.popleft()
        sent = np.zeros_like(block) if self.muted else block
        self._meter.add(sent)
        return self._frame(at_s, sent)

    def stop(self) -> None:
        """Let go of the microphone at once; safe to call twice."""
        super().stop()
        self._held.clear()
        self._arrived.set()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _on_block(self, block: AudioBlock) -> None:
        """On the microphone's thread."""
        if not self._home.is_closed():
            self._home.call_soon_threadsafe(self._queue, time.monotonic(), block)

    def _queue(self, at_s: float, block: AudioBlock) -> None:
        if self.readyState != "live":
            return
        self._held.append((at_s, block))
        if len(self._held) > HELD_BLOCKS:
            self._held.popleft()
            self.dropped += 1
        self._arrived.set()

    def _frame(self, at_s: float, block: AudioBlock) -> av.AudioFrame:
        # aiortc's encoder would make stereo of mono itself, 3 dB quieter
        frame = av.AudioFrame.from_ndarray(np.repeat(block, 2).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.time_base, frame.pts = SAMPLE_RATE, TIME_BASE, self._next_pts(at_s)
        return frame

    def _next_pts(self, at_s: float) -> int:
        if self._start_s is None:
            self._start_s = at_s
        due = round((at_s - self._start_s) * SAMPLE_RATE)
        pts = due if due - self._pts > GAP else self._pts
        self._pts = pts + BLOCK
        return pts


class Playback:
    """Plays a remote audio track through a speaker until the track ends or `cancel`; make it on the event loop."""

    def __init__(self, track: MediaStreamTrack, speaker: Speaker) -> None:
        self._meter = LevelMeter()
        self._track, self._speaker = track, speaker
        self._resampler: av.AudioResampler | None = None
        self.task = asyncio.get_running_loop().create_task(self._run(), name="playback")
        """Done once the track has ended."""

    @property
    def level_dbfs(self) -> float:
        """The mean level of what was received so far; ``-inf`` for silence."""
        return self._meter.dbfs

    @property
    def blocks(self) -> int:
        """Blocks of 20 ms received so far."""
        return self._meter.blocks

    def cancel(self) -> None:
        """Play no more of the track; safe to call twice."""
        self.task.cancel()

    async def _run(self) -> None:
        while True:
            try:
                frame = await self._track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, av.AudioFrame):
                self._play(frame)

    def _play(self, frame: av.AudioFrame) -> None:
        for block in self._blocks(frame):
            self._meter.add(block)
            self._speaker.play(block)

    def _blocks(self, frame: av.AudioFrame) -> Iterator[AudioBlock]:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate, frame.samples)
        if shape == ("s16", "mono", SAMPLE_RATE, BLOCK):  # as `kiosk.rtc.receive` gives it
            yield frame.to_ndarray().reshape(-1).astype(np.int16, copy=False)
            return
        if self._resampler is None:
            self._resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE, BLOCK)
        # the resampler would fill what the network lost with silence; the speaker does that in real time
        frame.pts = None
        for piece in self._resampler.resample(frame):
            yield piece.to_ndarray().reshape(-1).astype(np.int16, copy=False)
