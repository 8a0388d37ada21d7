"""One suite over every speaker: the measuring one, the recording one, and a real one of PipeWire's."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from kiosk.config import MicrophoneSection, SpeakerSection
from kiosk.errors import DeviceError, MisuseError
from kiosk.media.devices import open_microphone, open_speaker
from kiosk.media.levels import Samples, dbfs, dominant_hz
from kiosk.media.ports import BLOCK, SAMPLE_RATE, AudioBlock, Microphone, Speaker
from kiosk.media.sound_device import LineSpeaker
from kiosk.media.sound_sources import Tone
from kiosk.media.virtual_sound import MeasuringSpeaker
from tests.contract.listening import Listener, feed, has_tone
from tests.contract.playing import HZ, loud, measured, monitored, pass_time, recorded
from tests.contract.watching import children_of, threads
from tests.sound import SoundSession

DBFS = -20.0
HELD_S = 0.2


@dataclass
class Bench:
    """A kind of speaker, and a way to hear what it plays."""

    sink: str
    record: Callable[[Speaker, Callable[[], None]], Samples]
    """Calls the function; gives everything the speaker played from then until 0.36 s later."""
    take_away: Callable[[], object] | None = None
    give_back: Callable[[], object] = lambda: None

    def open(self) -> Speaker:
        return open_speaker(SpeakerSection(sink=self.sink))


REAL = pytest.param("pipewire", marks=pytest.mark.sound)


@pytest.fixture(params=["measure", "file", REAL])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    if request.param == "measure":
        return Bench("measure", measured)
    if request.param == "file":
        path = tmp_path / "heard.wav"
        return Bench(f"file:{path}", lambda speaker, act: recorded(speaker, act, path))
    sound: SoundSession = request.getfixturevalue("sound")
    sound.add_speaker("room")
    return Bench(
        "device:room",
        lambda _, act: monitored(sound, act),
        lambda: sound.remove("room"),
        lambda: sound.add_speaker("room"),
    )


@pytest.fixture
def speaker(bench: Bench) -> Iterator[Speaker]:
    """Started."""
    speaker = bench.open()
    speaker.start(lambda _: None)
    yield speaker
    speaker.stop()


@pytest.fixture
def voice() -> Iterator[Microphone]:
    """A tone in real time."""
    microphone = open_microphone(MicrophoneSection(source=f"tone:{HZ:.0f}"))
    microphone.start(lambda _: None)
    yield microphone
    microphone.stop()


def tone_blocks(number: int) -> list[AudioBlock]:
    tone = Tone(HZ)
    return [tone.read() for _ in range(number)]


def feed_all(speaker: Speaker, blocks: list[AudioBlock]) -> None:
    for block in blocks:
        speaker.play(block)


def test_tone_is_played_as_it_is(bench: Bench, speaker: Speaker, voice: Microphone) -> None:
    """A second of a tone comes out, at its frequency and level and with nothing beside it."""
    heard = loud(bench.record(speaker, lambda: feed(voice, speaker, 50)))
    assert heard.size == pytest.approx(50 * BLOCK, rel=0.25)
    assert has_tone(heard, HZ)


def test_silence_where_nothing_is_played(bench: Bench, speaker: Speaker) -> None:
    heard = bench.record(speaker, lambda: None)
    assert heard.size > SAMPLE_RATE // 5
    assert dbfs(heard) == float("-inf")


def test_at_most_200_ms_are_held(bench: Bench, speaker: Speaker) -> None:
    """Of two seconds that come at once the last fifth of one is played: delay never builds up."""

    def flood() -> None:
        for number, block in enumerate(tone_blocks(100)):
            speaker.play(block if number >= 80 else np.full(BLOCK, 9, np.int16))

    heard = loud(bench.record(speaker, flood))
    assert 0.06 * SAMPLE_RATE < heard.size <= (HELD_S + 0.02) * SAMPLE_RATE
    assert dominant_hz(heard) == pytest.approx(HZ, abs=5)
    assert isinstance(speaker, LineSpeaker)
    assert speaker.dropped >= 90


def test_play_never_blocks(speaker: Speaker) -> None:
    """A minute of sound is taken in an instant, from many threads."""
    block = np.zeros(BLOCK, np.int16)
    before = time.monotonic()
    players = [threading.Thread(target=lambda: feed_all(speaker, [block] * 750)) for _ in range(4)]
    for player in players:
        player.start()
    for player in players:
        player.join()
    assert time.monotonic() - before < 2


def test_counts_what_it_played(speaker: Speaker, voice: Microphone) -> None:
    """Blocks are those that were played, an underrun is each time the sound ends."""
    assert isinstance(speaker, LineSpeaker)
    for talk in (1, 2):
        feed(voice, speaker, 10)
        pass_time(15)
        assert speaker.blocks + speaker.dropped == 10 * talk
        assert speaker.underruns >= talk


@pytest.mark.parametrize(
    "block", [np.zeros(480, np.int16), np.zeros((1, BLOCK), np.int16), np.zeros(BLOCK, np.float32)]
)
def test_another_form_is_a_defect(speaker: Speaker, block: AudioBlock) -> None:
    with pytest.raises(MisuseError, match="960"):
        speaker.play(block)


def test_stop_is_complete(bench: Bench) -> None:
    """No thread and no process after it; twice is as good as once, and what was played before the start is gone."""
    before = threads(), children_of(os.getpid())
    speaker = bench.open()
    speaker.stop()
    for block in tone_blocks(5):
        speaker.play(block)
    speaker.start(lambda _: None)
    assert isinstance(speaker, LineSpeaker)
    assert speaker.waiting == 0
    speaker.stop()
    speaker.stop()
    speaker.play(np.zeros(BLOCK, np.int16))
    assert (threads(), children_of(os.getpid())) == before


def test_starts_again_after_a_stop(bench: Bench, speaker: Speaker, voice: Microphone) -> None:
    speaker.stop()
    speaker.start(lambda _: None)
    heard = loud(bench.record(speaker, lambda: feed(voice, speaker, 25)))
    assert has_tone(heard, HZ)


def test_started_twice(speaker: Speaker) -> None:
    """A defect of ours, told as one."""
    with pytest.raises(MisuseError, match="started twice"):
        speaker.start(lambda _: None)


@pytest.mark.parametrize("bench", [REAL], indirect=True)
def test_taken_away_and_given_back(bench: Bench, voice: Microphone, capfd: pytest.CaptureFixture[str]) -> None:
    """One fault that says what and what to do, one healing, sound again; nothing but our own log is printed."""
    assert bench.take_away is not None
    speaker, listener = bench.open(), Listener()
    speaker.start(listener.on_fault)
    bench.take_away()
    fault = listener.fault(0)
    assert fault is not None
    assert fault.device == "speaker"
    assert "unplugged" in fault.what
    assert fault.advice
    speaker.play(np.zeros(BLOCK, np.int16))
    bench.give_back()
    assert listener.fault(1) is None
    heard = loud(bench.record(speaker, lambda: feed(voice, speaker, 20)))
    assert has_tone(heard, HZ)
    speaker.stop()
    assert len(listener.faults) == 2
    assert not [line for line in capfd.readouterr().err.splitlines() if "sound." not in line]


@pytest.mark.parametrize("path", ["missing/heard.wav", "."])
def test_file_that_cannot_be_written(tmp_path: Path, path: str) -> None:
    with pytest.raises(DeviceError, match=r"can't be written.*Name a file") as caught:
        open_speaker(SpeakerSection(sink=f"file:{tmp_path / path}")).start(lambda _: None)
    assert caught.value.device == "speaker"


@contextmanager
def measuring(source: str) -> Iterator[MeasuringSpeaker]:
    """A measuring speaker that a virtual microphone has been played into for half a second."""
    speaker = MeasuringSpeaker()
    microphone = open_microphone(MicrophoneSection(source=source))
    speaker.start(lambda _: None)
    microphone.start(lambda _: None)
    feed(microphone, speaker, 35)
    yield speaker
    microphone.stop()
    speaker.stop()


def test_measures() -> None:
    """What the measuring speaker says of a tone."""
    with measuring("tone:440") as speaker:
        assert speaker.level_dbfs(0.3) == pytest.approx(DBFS, abs=0.5)
        assert speaker.dominant_hz(0.3) == pytest.approx(440, abs=2)
        assert speaker.tone_level(440, 0.3) == pytest.approx(DBFS, abs=0.5)
        assert speaker.tone_level(2000, 0.3) < -50
        assert speaker.samples(60).size <= 10 * SAMPLE_RATE


def test_measures_before_anything_was_played() -> None:
    speaker = MeasuringSpeaker()
    assert speaker.level_dbfs() == float("-inf")
    assert speaker.dominant_hz() == 0
    assert speaker.samples().size == 0


@pytest.mark.sound
class TestPipeWire:
    """What only real speakers have."""

    @pytest.mark.parametrize(("sink", "channels"), [("auto", "stereo"), ("device:Room", "stereo"), ("auto", "mono")])
    def test_another_rate(self, sound: SoundSession, voice: Microphone, sink: str, channels: str) -> None:
        """Mono at 48 kHz comes out of a device of 44.1 kHz, with one channel or two."""
        sound.add_speaker("room", rate=44_100, channels=channels)
        speaker = open_speaker(SpeakerSection(sink=sink))
        speaker.start(lambda _: None)
        heard = loud(monitored(sound, lambda: feed(voice, speaker, 20)))
        assert has_tone(heard, HZ)
        speaker.stop()

    def test_unknown_name_lists_what_is_there(self, sound: SoundSession) -> None:
        sound.add_speaker("room")
        sound.add_speaker("hall")
        with pytest.raises(DeviceError, match=r'no speaker "Jabra".*name one of') as caught:
            open_speaker(SpeakerSection(sink="device:Jabra")).start(lambda _: None)
        assert '"ROOM"' in caught.value.advice
        assert '"HALL"' in caught.value.advice

    def test_named_speaker_is_never_replaced(self, sound: SoundSession, voice: Microphone) -> None:
        """When it is unplugged another one stays silent: a bank's talk doesn't come out of the hall's loudspeakers."""
        sound.add_speaker("hall")
        sound.add_speaker("desk")
        listener, speaker = Listener(), open_speaker(SpeakerSection(sink="device:desk"))
        speaker.start(listener.on_fault)
        sound.remove("desk")
        with sound.monitor("hall") as listen:
            feed(voice, speaker, 25)
            assert dbfs(listen(0.3)) == float("-inf")
        assert listener.fault(0) is not None
        speaker.stop()

    def test_no_speaker(self, sound: SoundSession) -> None:
        """PipeWire's own stand-in for missing speakers counts as none."""
        assert sound
        with pytest.raises(DeviceError, match=r"There is no speaker\."):
            open_speaker(SpeakerSection()).start(lambda _: None)
