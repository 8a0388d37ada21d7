"""What speaker tests hear a speaker with, whichever kind it is."""

import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kiosk.config import MicrophoneSection
from kiosk.media.devices import open_microphone
from kiosk.media.levels import Samples
from kiosk.media.ports import SAMPLE_RATE, Speaker
from kiosk.media.virtual_sound import MeasuringSpeaker
from tests.contract.listening import Listener, joined
from tests.sound import SoundSession

HZ = 1000.0


def pass_time(blocks: int) -> None:
    """Wait for so many blocks of a device that keeps real time."""
    clock = open_microphone(MicrophoneSection(source="tone:100"))
    listener = Listener()
    clock.start(listener.on_fault)
    listener.hear(clock, blocks)
    clock.stop()


def measured(speaker: Speaker, act: Callable[[], None]) -> Samples:
    assert isinstance(speaker, MeasuringSpeaker)
    before = time.monotonic()
    act()
    pass_time(18)
    return speaker.samples(time.monotonic() - before)


def recorded(speaker: Speaker, act: Callable[[], None], path: Path) -> Samples:
    before = time.monotonic()
    act()
    pass_time(18)
    seconds = time.monotonic() - before
    speaker.stop()
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, SAMPLE_RATE)
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
    return heard[-round(seconds * SAMPLE_RATE) :]


def monitored(sound: SoundSession, act: Callable[[], None]) -> Samples:
    heard: list[Samples] = []
    with sound.monitor("room") as listen:
        done = threading.Event()

        def collect() -> None:
            while not done.is_set():
                heard.append(listen(0.02))

        collector = threading.Thread(target=collect)
        collector.start()
        act()
        pass_time(18)
        done.set()
        collector.join()
    return joined(heard)


def loud(heard: Samples) -> Samples:
    """From the first to the last sample that isn't silence."""
    places = np.flatnonzero(np.abs(heard.astype(np.int32)) > 8)
    return heard[places[0] : places[-1] + 1] if places.size else heard[:0]
