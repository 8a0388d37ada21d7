"""Echo cancellation, noise suppression and gain by WebRTC's own audio processing, through livekit's binding.

It works in frames of 10 ms; see docs/adr/0008-echo-cancellation.md for the choice and its figures.
"""

import numpy as np
from livekit.rtc import AudioFrame
from livekit.rtc.apm import AudioProcessingModule

from kiosk.errors import MisuseError
from kiosk.media.levels import Samples
from kiosk.media.ports import BLOCK, SAMPLE_RATE, AudioBlock
from kiosk.media.reference import Reference, held_for

FRAME = SAMPLE_RATE // 100
MOST_GAIN = 2.0
"""6 dB. WebRTC's own gain would go up to 16 dB, and the rest of the echo with it."""
LEAST_GAIN = 0.5
"""-6 dB for what is left of an echo."""
VOICE_LEFT = 0.2
"""Where only the echo was heard, less than this part of it (-14 dB) is left; of a voice beside it, more."""
HEARD_HOLD, PLAYED_HOLD = 0.8, 0.98
"""For each 10 ms: 19 dB in 100 ms, since what is cleaned comes 15 ms late; and 9 dB in 0.5 s, since a room echoes on."""
RISE = 10 ** (3 / 20 / 100)
"""3 dB in a second of voice; down at once. What is left of an echo is no voice."""
AUDIBLE = 8.0
"""Root mean square of 16 bit samples (-69 dBFS); below it there is nothing to tell a gain by."""
LONGEST_MS = 500
"""WebRTC looks no further for the echo."""


class WebRtcEchoCanceller:
    """A `kiosk.media.ports.EchoCanceller`. The voice comes out 15 ms later than it went in."""

    def __init__(self) -> None:
        self._processor = AudioProcessingModule(echo_cancellation=True, noise_suppression=True, high_pass_filter=True)
        self._gain, self._rest = WebRtcGain(), EchoRest()
        self._reference = Reference()
        self._delay_ms = 0

    @property
    def restarts(self) -> int:
        """How often playing and hearing had to be lined up anew."""
        return self._reference.restarts

    def set_delay_ms(self, delay_ms: int) -> None:
        """How long after `render` a block is heard again; only where to begin: WebRTC finds and follows it itself."""
        self._delay_ms = max(0, min(delay_ms, LONGEST_MS))
        self._reference.hold(held_for(self._delay_ms))

    def render(self, block: AudioBlock) -> None:
        """A block is played. Raises `MisuseError` for another shape or type."""
        self._reference.put(_checked(block))

    def capture(self, block: AudioBlock) -> AudioBlock:
        """The block that was heard, cleaned. Raises `MisuseError` for another shape or type, RuntimeError from WebRTC."""
        _checked(block)
        played = self._reference.take()
        waits_ms = round(self._reference.waiting_ms)
        cleaned: AudioBlock = np.concatenate(
            [
                self._frame(block[at : at + FRAME], played[at : at + FRAME], max(0, self._delay_ms - waits_ms))
                for at in range(0, BLOCK, FRAME)
            ]
        )
        return cleaned

    def _frame(self, heard: Samples, played: Samples, delay_ms: int) -> Samples:
        self._processor.process_reverse_stream(_framed(played))
        self._processor.set_stream_delay_ms(delay_ms)
        frame = _framed(heard)
        self._processor.process_stream(frame)
        cleaned = _samples(frame)
        return self._gain.process(cleaned, self._rest.most_gain(heard, played, cleaned))


class WebRtcGain:
    """Makes quiet voices louder, by what WebRTC's gain control would do, but at most `MOST_GAIN`."""

    def __init__(self) -> None:
        self._processor = AudioProcessingModule(auto_gain_control=True)
        self._gain = self._wanted = 1.0

    def process(self, samples: Samples, most: float = MOST_GAIN) -> Samples:
        """10 ms, louder, by ``most`` at most, which may be less than 1. Raises RuntimeError from WebRTC."""
        frame = _framed(samples)
        self._processor.process_stream(frame)
        before, after = _root_mean_square(samples), _root_mean_square(_samples(frame))
        if before > AUDIBLE and most >= MOST_GAIN:
            self._wanted = min(max(after / before, 1.0), MOST_GAIN, self._wanted * RISE)
        gain = min(self._wanted, most)
        louder = samples * np.linspace(self._gain, gain, samples.size)
        self._gain = gain
        limited: Samples = np.clip(np.round(louder), -32_768, 32_767).astype(np.int16)
        return limited


class EchoRest:
    """Tells what is left of an echo from a voice: of a voice that is heard beside the echo more is left."""

    def __init__(self) -> None:
        self._heard = self._played = 0.0

    def most_gain(self, heard: Samples, played: Samples, cleaned: Samples) -> float:
        """By how much 10 ms may be made louder; less than 1 for quieter."""
        self._heard = max(_root_mean_square(heard), self._heard * HEARD_HOLD)
        self._played = max(_root_mean_square(played), self._played * PLAYED_HOLD)
        if self._played < AUDIBLE or self._heard < AUDIBLE:
            return MOST_GAIN
        return min(max(_root_mean_square(cleaned) / self._heard / VOICE_LEFT, LEAST_GAIN), MOST_GAIN)


def _framed(samples: Samples) -> AudioFrame:
    return AudioFrame(bytearray(samples.tobytes()), SAMPLE_RATE, 1, samples.size)


def _samples(frame: AudioFrame) -> Samples:
    return np.frombuffer(frame.data, np.int16)


def _root_mean_square(samples: Samples) -> float:
    wide = samples.astype(np.float64)
    return float(np.sqrt(np.dot(wide, wide) / wide.size))


def _checked(block: AudioBlock) -> AudioBlock:
    if block.shape != (BLOCK,) or block.dtype != np.int16:
        raise MisuseError(f"A block of {block.shape} {block.dtype} was given; it has to be ({BLOCK},) int16.")
    return block
