"""One suite over every microphone: tone, file, and a real one of PipeWire's that hears a tone."""

import os
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from kiosk.config import MicrophoneSection
from kiosk.errors import DeviceError, MisuseError
from kiosk.media.devices import open_microphone
from kiosk.media.levels import dominant_hz, tone_level
from kiosk.media.ports import BLOCK, AudioBlock, Microphone
from tests.contract.listening import Listener, joined
from tests.contract.watching import children_of, threads
from tests.sound import SoundSession

HZ = 1000.0
DBFS = -20.0


@dataclass
class Bench:
    """A kind of microphone that hears a tone of 1 kHz at -20 dBFS."""

    source: str
    take_away: Callable[[], object] | None = None
    give_back: Callable[[], object] = lambda: None

    def open(self) -> Microphone:
        return open_microphone(MicrophoneSection(source=self.source))


REAL = pytest.param("pipewire", marks=pytest.mark.sound)
can_go_away = pytest.mark.parametrize("bench", ["file", REAL], indirect=True)


@pytest.fixture(params=["tone", "file", REAL])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "tone":
        yield Bench(f"tone:{HZ:.0f}")
    elif request.param == "file":
        path = tmp_path / "tone.wav"
        write_tone(path)
        yield Bench(f"file:{path}", lambda: path.rename(tmp_path / "away"), lambda: (tmp_path / "away").rename(path))
    else:
        sound = request.getfixturevalue("sound")
        sound.add_speaker("room")
        sound.add_microphone("desk", "room")
        with sound.tone("room", HZ, DBFS):
            yield Bench("device:desk", lambda: sound.remove("desk"), lambda: sound.add_microphone("desk", "room"))


@pytest.fixture
def microphone(bench: Bench) -> Iterator[Microphone]:
    """Not started."""
    microphone = bench.open()
    yield microphone
    microphone.stop()


def write_tone(path: Path) -> None:
    """0.2 s, so that each run meets the file's end many times."""
    samples = 3276.8 * np.sin(2 * np.pi * HZ / 48_000 * np.arange(9600))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(samples.astype("<i2").tobytes())


def test_blocks_have_one_form(microphone: Microphone) -> None:
    listener = Listener()
    microphone.start(listener.on_fault)
    assert {(block.shape, str(block.dtype)) for block in listener.hear(microphone, 10)} == {((BLOCK,), "int16")}


def test_tone_is_heard_as_it_is(microphone: Microphone) -> None:
    """Frequency and level are right, and nothing else is heard, as a missing or doubled block would be.

    On a busy machine PipeWire itself loses some: so one stretch of 200 ms has to be whole, not the first one.
    """
    listener = Listener()
    microphone.start(listener.on_fault)
    listener.until_tone(microphone, HZ)
    heard = joined(listener.blocks[-10:])
    assert dominant_hz(heard) == pytest.approx(HZ, abs=2)
    assert tone_level(heard, HZ) == pytest.approx(DBFS, abs=0.5)


def test_blocks_come_in_real_time(microphone: Microphone) -> None:
    """50 blocks take a second, as soon as the machine lets them."""
    listener = Listener()
    microphone.start(listener.on_fault)
    microphone.subscribe(listener.on_block)

    def takes_a_second() -> bool:
        times_s = listener.times_s
        return len(times_s) > 50 and abs(times_s[-1] - times_s[-51] - 1.0) < 0.06

    listener.until(takes_a_second, "50 blocks in a second")


def test_two_listeners_hear_the_same(microphone: Microphone) -> None:
    """Who leaves hears no more; who stays does; who fails harms nobody, and nobody can alter what others hear."""
    staying, leaving = Listener(), Listener()

    def failing(block: AudioBlock) -> None:
        raise RuntimeError(str(block.size))

    microphone.start(staying.on_fault)
    microphone.subscribe(failing)
    leave = microphone.subscribe(leaving.on_block)
    microphone.subscribe(staying.on_block)
    leaving.until(lambda: len(leaving.blocks) >= 3, "blocks")
    leave()
    heard = len(leaving.blocks)
    staying.until(lambda: len(staying.blocks) >= heard + 5, "more blocks")
    assert len(leaving.blocks) <= heard + 1
    assert staying.blocks[0] is leaving.blocks[0]
    assert not staying.blocks[0].flags.writeable
    assert not staying.faults


def test_stop_is_complete(bench: Bench) -> None:
    """No thread, no process and no block after it; twice is as good as once, and before the start too."""
    before = threads(), children_of(os.getpid())
    microphone, listener = bench.open(), Listener()
    microphone.stop()
    microphone.start(listener.on_fault)
    microphone.subscribe(listener.on_block)
    listener.until(lambda: bool(listener.blocks), "a block")
    microphone.stop()
    heard = len(listener.blocks)
    microphone.stop()
    assert (threads(), children_of(os.getpid())) == before
    assert len(listener.blocks) == heard
    assert not listener.faults


def test_starts_again_after_a_stop(microphone: Microphone) -> None:
    listener = Listener()
    microphone.start(listener.on_fault)
    microphone.stop()
    microphone.start(listener.on_fault)
    listener.hear(microphone, 3)


def test_started_twice(microphone: Microphone) -> None:
    """A defect of ours, told as one."""
    microphone.start(lambda _: None)
    with pytest.raises(MisuseError, match="started twice"):
        microphone.start(lambda _: None)


@can_go_away
def test_taken_away_and_given_back(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    """One fault that says what and what to do, one healing, the tone again; nothing but our own log is printed."""
    assert bench.take_away is not None
    microphone, listener = bench.open(), Listener()
    microphone.start(listener.on_fault)
    listener.hear(microphone, 5)
    bench.take_away()
    fault = listener.fault(0)
    assert fault is not None
    assert fault.device == "microphone"
    assert fault.what.endswith(".")
    assert fault.advice.endswith(".")
    bench.give_back()
    assert listener.fault(1) is None
    listener.until_tone(microphone, HZ)
    microphone.stop()
    assert len(listener.faults) == 2
    assert not [line for line in capfd.readouterr().err.splitlines() if "sound." not in line]


@can_go_away
def test_not_there_at_the_start(bench: Bench) -> None:
    """`start` says so and leaves nothing behind; once it is there, the same call works."""
    assert bench.take_away is not None
    bench.take_away()
    before = threads(), children_of(os.getpid())
    microphone, listener = bench.open(), Listener()
    with pytest.raises(DeviceError) as caught:
        microphone.start(listener.on_fault)
    assert caught.value.device == "microphone"
    assert caught.value.advice
    assert (threads(), children_of(os.getpid())) == before
    bench.give_back()
    microphone.start(listener.on_fault)
    listener.hear(microphone, 3)
    microphone.stop()
    assert not listener.faults


@can_go_away
def test_stop_during_a_fault(bench: Bench) -> None:
    """It doesn't wait until the next attempt."""
    assert bench.take_away is not None
    before = threads(), children_of(os.getpid())
    microphone, listener = bench.open(), Listener()
    microphone.start(listener.on_fault)
    bench.take_away()
    listener.fault(0)
    microphone.stop()
    assert (threads(), children_of(os.getpid())) == before


@pytest.mark.sound
class TestPipeWire:
    """What only real microphones have."""

    def test_default_microphone(self, sound: SoundSession) -> None:
        """`auto` takes what the system's default is."""
        sound.add_speaker("room")
        sound.add_microphone("desk", "room")
        listener, microphone = Listener(), open_microphone(MicrophoneSection())
        microphone.start(listener.on_fault)
        with sound.tone("room", HZ, DBFS):
            listener.until_tone(microphone, HZ)
        microphone.stop()

    @pytest.mark.parametrize("channels", ["stereo", "mono"])
    def test_another_rate(self, sound: SoundSession, channels: str) -> None:
        """A device of 44.1 kHz, with one channel or two, is mixed and resampled."""
        sound.add_speaker("room", rate=44_100, channels=channels)
        sound.add_microphone("desk", "room", rate=44_100, channels=channels)
        listener, microphone = Listener(), open_microphone(MicrophoneSection(source="device:DESK"))
        microphone.start(listener.on_fault)
        with sound.tone("room", HZ, DBFS):
            listener.until_tone(microphone, HZ)
        microphone.stop()

    def test_unknown_name_lists_what_is_there(self, sound: SoundSession) -> None:
        sound.add_speaker("room")
        sound.add_microphone("desk", "room")
        with pytest.raises(DeviceError, match=r'no microphone "Jabra".*name one of "DESK"'):
            open_microphone(MicrophoneSection(source="device:Jabra")).start(lambda _: None)

    @pytest.mark.parametrize("source", ["auto", "device:room"])
    def test_only_a_speaker(self, sound: SoundSession, source: str) -> None:
        """What a speaker plays isn't taken for a microphone."""
        sound.add_speaker("room")
        with pytest.raises(DeviceError, match=r"There is no microphone\."):
            open_microphone(MicrophoneSection(source=source)).start(lambda _: None)

    def test_without_sound_service(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
        with pytest.raises(DeviceError, match=r"sound service doesn't answer.*Start PipeWire"):
            open_microphone(MicrophoneSection()).start(lambda _: None)

    @pytest.mark.parametrize("missing", ["pactl", "parec"])
    def test_without_its_programs(
        self, sound: SoundSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
    ) -> None:
        sound.add_speaker("room")
        sound.add_microphone("desk", "room")
        for program in {"pactl", "parec"} - {missing}:
            (tmp_path / program).symlink_to(f"/usr/bin/{program}")
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(DeviceError, match=f"{missing} isn't installed.*pulseaudio-utils"):
            open_microphone(MicrophoneSection()).start(lambda _: None)

    def test_sound_service_ends_and_comes_back(self, sound: SoundSession) -> None:
        """The kiosk neither crashes nor spins; it hears again by itself."""
        sound.add_speaker("room")
        sound.add_microphone("desk", "room")
        listener, microphone = Listener(), open_microphone(MicrophoneSection())
        microphone.start(listener.on_fault)
        listener.hear(microphone, 3)
        sound.stop_service()
        assert listener.fault(0) is not None
        sound.start_service()
        sound.add_speaker("room")
        sound.add_microphone("desk", "room")
        assert listener.fault(1) is None
        listener.hear(microphone, 3)
        microphone.stop()
