"""SHELL of `playout`: one stream of sound, given out in blocks of 20 ms by the event loop's clock."""

import asyncio
from fractions import Fraction

import av
import numpy as np
from aiortc.codecs import get_decoder
from aiortc.codecs.base import Decoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import RtpPacket

from kiosk.media.ports import BLOCK, SAMPLE_RATE
from kiosk.rtc.receive.playout import Patch, Play, Playout
from kiosk.rtc.receive.sequence import Sequence, Unwrapped
from kiosk.rtc.receive.sound import Concealer, Samples, stretched
from kiosk.rtc.receive.stream import Face, Outward

BLOCK_S = BLOCK / SAMPLE_RATE
LAGGED_S = 0.1
"""Blocks that the event loop is behind by more than this are left out."""
STRETCH_EVERY, HURRY_EVERY = 5, 2
"""At most one period of the voice in 100 ms is left out or said twice; in 40 ms where the lips are ahead or behind."""
SPEAKER_S = 0.04
"""What the speaker's queue adds to the delay (`kiosk.media.play_queue`); the screen adds next to nothing."""
TIME_BASE = Fraction(1, SAMPLE_RATE)


class VoiceStream:
    """Sound of one source; nothing is given out while nothing is to be heard."""

    def __init__(self, out: Outward, face: Face) -> None:
        self.playout = Playout()
        self._loop = asyncio.get_running_loop()
        self._out, self._face = out, face
        self._numbers, self._stamps = Sequence(), Unwrapped()
        self._concealer = Concealer()
        self._codec: RTCRtpCodecParameters | None = None
        self._decoder: Decoder
        self._resampler: av.AudioResampler | None = None
        self._in_hand: Samples = np.zeros(0, np.int16)
        self._timer: asyncio.TimerHandle | None = None
        self._tick_at = 0.0
        self._pts = 0
        self._since_stretch = 0
        self._closed = False

    def take(self, packet: RtpPacket, codec: RTCRtpCodecParameters, *, resent: bool) -> None:
        """A packet of sound."""
        number = self._numbers.place(packet.sequence_number)
        if number is None or not packet.payload or self._closed:
            return
        if self._codec is None or self._codec.payloadType != codec.payloadType:
            self._codec, self._decoder, self._resampler = codec, get_decoder(codec), None
        now = self._loop.time()
        media_s = self._stamps.place(packet.timestamp) / codec.clockRate
        self.playout.picture_delay_s = max(0.0, self._face.picture_delay_s - SPEAKER_S)
        self.playout.put(number, media_s, packet.payload, now)
        if self._timer is None:
            self._tick_at = now
            self._timer = self._loop.call_at(now, self._tick)

    def close(self) -> None:
        """End it; nothing is handed on after this."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def join(self) -> None:
        """It has no thread."""

    def _tick(self) -> None:
        now = self._loop.time()
        self._fill(now)
        if len(self._in_hand):
            self._give()
        elif self.playout.idle:
            self._timer = None
            return
        self._tick_at += BLOCK_S
        if now - self._tick_at > LAGGED_S:
            self._tick_at = now
        self._timer = self._loop.call_at(self._tick_at, self._tick)

    def _fill(self, now: float) -> None:
        while len(self._in_hand) < BLOCK:
            match self.playout.next_step(now, len(self._in_hand) / SAMPLE_RATE):
                case Play(data=data, stretch=stretch, hurry=hurry):
                    samples = self._stretch(self._decoded(data), stretch, HURRY_EVERY if hurry else STRETCH_EVERY)
                case Patch(s=seconds):
                    samples = self._concealer.lost(round(seconds * SAMPLE_RATE))
                case None:
                    return
            self._in_hand = np.concatenate([self._in_hand, samples])

    def _stretch(self, samples: Samples, by: int, every: int) -> Samples:
        self._since_stretch += 1
        if by == 0 or self._since_stretch < every:
            return samples
        changed = stretched(samples, by)
        if len(changed) != len(samples):
            self._since_stretch = 0
        return changed

    def _decoded(self, data: bytes) -> Samples:
        pieces: list[Samples] = []
        try:
            for frame in self._decoder.decode(JitterFrame(data=data, timestamp=0)):
                if isinstance(frame, av.AudioFrame):
                    pieces += self._as_mono(frame)
        except av.FFmpegError as error:
            self._out.odd(str(error))
        if not sum(map(len, pieces)):
            return self._concealer.lost(BLOCK)
        return self._concealer.good(np.concatenate(pieces))

    def _as_mono(self, frame: av.AudioFrame) -> list[Samples]:
        if (
            frame.sample_rate == SAMPLE_RATE and frame.format.name == "s16"
        ):  # opus: no filter, which has threads of its own
            channels = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
            return [channels.mean(axis=1).astype(np.int16)]
        if self._resampler is None:
            self._resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE)
        frame.pts = None  # the resampler would fill gaps; that is done here
        return [piece.to_ndarray().reshape(-1).astype(np.int16) for piece in self._resampler.resample(frame)]

    def _give(self) -> None:
        block = np.zeros(BLOCK, np.int16)
        given, self._in_hand = self._in_hand[:BLOCK], self._in_hand[BLOCK:]
        block[: len(given)] = given
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = SAMPLE_RATE, TIME_BASE, self._pts
        self._pts += BLOCK
        self._out.show(frame)
