"""What virtual microphones hear."""

import wave
from collections.abc import Callable
from pathlib import Path
from threading import Event

import av
import numpy as np
import pytest

from kiosk.errors import DeviceError
from kiosk.media.levels import Samples, dbfs, dominant_hz, tone_level
from kiosk.media.ports import BLOCK
from kiosk.media.sound_sources import SPEECH, SoundFile, SoundSource, Tone
from kiosk.media.virtual_sound import BLOCK_S, Beat


def heard(source: SoundSource, blocks: int) -> Samples:
    joined: Samples = np.concatenate([source.read() for _ in range(blocks)])
    return joined


@pytest.mark.parametrize("hz", [20.0, 440.5, 20_000.0])
def test_tone_has_no_seams(hz: float) -> None:
    """Block after block it is one pure sine of -20 dBFS."""
    sound = heard(Tone(hz), 50)
    assert tone_level(sound, hz) == pytest.approx(-20, abs=0.05)
    ideal = 3276.8 * np.sin(2 * np.pi * hz / 48_000 * np.arange(sound.size))
    assert np.abs(sound - ideal).max() <= 0.51


def test_beep_is_on_and_off() -> None:
    """250 ms each, again and again."""
    sound = heard(Tone(1000, beeping=True), 100).reshape(8, -1)
    assert [round(dbfs(quarter)) if quarter.any() else None for quarter in sound] == [-20, None] * 4


def test_speech_clip() -> None:
    """It is there, as loud as speech should be, and comes again after its end."""
    with av.open(str(SPEECH)) as clip:
        seconds = (clip.duration or 0) / av.time_base
    clip_blocks = round(seconds / BLOCK_S)
    source = SoundFile(SPEECH)
    first, second = heard(source, clip_blocks), heard(source, clip_blocks)
    assert 10 < seconds < 30
    assert dbfs(first) == pytest.approx(-23, abs=3)
    assert dbfs(second) == pytest.approx(dbfs(first), abs=0.5)
    source.close()


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44_100, 2), (48_000, 1), (96_000, 2)])
def test_file_of_any_rate_becomes_mono_at_48_khz(tmp_path: Path, rate: int, channels: int) -> None:
    path = tmp_path / "tone.wav"
    wave_of = 3276.8 * np.sin(2 * np.pi * 500 / rate * np.arange(rate))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(wave_of, channels).astype("<i2").tobytes())
    source = SoundFile(path)
    sound = heard(source, 45)
    assert sound.shape == (45 * BLOCK,)
    assert dominant_hz(sound) == pytest.approx(500, abs=1)
    assert tone_level(sound, 500) == pytest.approx(-20, abs=0.5)
    source.close()


def nothing(path: Path) -> None:
    path.unlink(missing_ok=True)


def folder(path: Path) -> None:
    path.mkdir()


def text(path: Path) -> None:
    path.write_text("no sound at all\n" * 100)


def empty(path: Path) -> None:
    path.touch()


def silent_header(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)


def film(path: Path) -> None:
    """A video without sound."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        frame = av.VideoFrame(64, 64, "yuv420p")
        container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (nothing, "There is no file .*Name a sound file that exists"),
        (folder, "is no sound that can be played"),
        (text, "is no sound that can be played"),
        (empty, "is no sound that can be played"),
        (silent_header, "is no sound that can be played"),
        (film, "is no sound that can be played"),
    ],
)
def test_file_that_cannot_be_played(tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    """One sentence, one piece of advice; asked again, the same; and it plays as soon as it can."""
    path = tmp_path / "sound"
    make(path)
    source = SoundFile(path)
    for _ in range(2):
        with pytest.raises(DeviceError, match=said) as caught:
            source.read()
        assert caught.value.device == "microphone"
    if path.is_dir():
        path.rmdir()
    path.write_bytes(SPEECH.read_bytes())
    assert source.read().shape == (BLOCK,)
    source.close()


def test_beat_keeps_time_over_late_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    """A late beat is followed by quick ones, so that there is no drift; a long sleep isn't made up for."""
    clock = [100.0]
    waited: list[float] = []

    class Stopped(Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(round(timeout or 0, 4))
            clock[0] += timeout or 0
            return False

    monkeypatch.setattr("kiosk.media.virtual_sound.time.monotonic", lambda: clock[0])
    beat, stopped = Beat(), Stopped()
    beat.wait(stopped)
    clock[0] += 0.05
    for _ in range(3):
        beat.wait(stopped)
    clock[0] += 60
    for _ in range(2):
        beat.wait(stopped)
    assert waited == [0.02, 0, 0, 0.01, 0, 0.02]
