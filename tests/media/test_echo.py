"""A microphone that doesn't hear the speaker beside it: what a call gets, whatever the canceller does."""

import sys
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from structlog.testing import capture_logs

from kiosk.config import MicrophoneSection, SpeakerSection
from kiosk.media.devices import load_echo_canceller, open_microphone, open_speaker, without_echo
from kiosk.media.echo import HEARD_AFTER_MS, EchoFreeMicrophone, webrtc_canceller
from kiosk.media.ports import BLOCK, AudioBlock, EchoCanceller, OnBlock, OnFault
from kiosk.media.pulse import SPEAKER_LATENCY_MS, PulseMicrophone
from tests.contract.listening import Listener


class Ear:
    """A microphone and a speaker whose blocks the test gives."""

    label = "by hand"
    latency_ms = 70

    def __init__(self) -> None:
        self.heard_by: list[OnBlock] = []
        self.played_to: list[OnBlock] = []
        self.calls: list[str] = []

    def start(self, on_fault: OnFault) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")

    def play(self, block: AudioBlock) -> None:
        for listener in self.played_to:
            listener(block)

    def say(self, value: int) -> None:
        for listener in self.heard_by:
            listener(np.full(BLOCK, value, np.int16))

    def subscribe(self, on_block: OnBlock) -> Callable[[], None]:
        return joined(self.heard_by, on_block)

    def listen(self, on_played: OnBlock) -> Callable[[], None]:
        return joined(self.played_to, on_played)


def joined(listeners: list[OnBlock], listener: OnBlock) -> Callable[[], None]:
    listeners.append(listener)
    return lambda: listeners.remove(listener)


class Negating:
    """A canceller whose work can be told: it turns the sign, and adds what was played last."""

    def __init__(self) -> None:
        self.delay_ms = 0
        self.played = 0
        self.broken = False

    def set_delay_ms(self, delay_ms: int) -> None:
        self.delay_ms = delay_ms

    def render(self, block: AudioBlock) -> None:
        self.played = int(block[0])

    def capture(self, block: AudioBlock) -> AudioBlock:
        if self.broken:
            raise RuntimeError("out of order")
        cleaned: AudioBlock = (self.played - block).astype(np.int16)
        return cleaned


@pytest.fixture
def ear() -> Ear:
    return Ear()


def events(logs: Sequence[Mapping[str, object]]) -> list[object]:
    return [line["event"] for line in logs]


def refuse() -> EchoCanceller:
    raise ImportError("liblivekit_ffi.so: cannot open shared object file")


def test_a_call_hears_cleaned_blocks(ear: Ear) -> None:
    """What is played and what is heard meet in one canceller that knows the delay, from the subscription to its end."""
    canceller, heard = Negating(), []
    microphone = EchoFreeMicrophone(ear, ear, make=lambda: canceller)
    leave = microphone.subscribe(lambda block: heard.append(int(block[0])))
    ear.play(np.full(BLOCK, 100, np.int16))
    ear.say(1)
    ear.say(2)
    assert heard == [99, 98]
    assert canceller.delay_ms == 70 + HEARD_AFTER_MS
    leave()
    assert not ear.heard_by
    assert not ear.played_to


def test_between_calls_nothing_is_done(ear: Ear) -> None:
    """No canceller, nobody who listens to the speaker."""
    made: list[Negating] = []

    def make() -> Negating:
        made.append(Negating())
        return made[-1]

    microphone = EchoFreeMicrophone(ear, ear, make=make)
    assert not made
    assert not ear.played_to
    for _ in range(2):
        microphone.subscribe(lambda _: None)()
    assert len(made) == 2  # each call begins anew: nothing of one customer's sound is left for the next
    assert not ear.played_to


def test_is_the_microphone_otherwise(ear: Ear) -> None:
    microphone = EchoFreeMicrophone(ear, ear, make=Negating)
    microphone.start(lambda _: None)
    microphone.stop()
    assert ear.calls == ["start", "stop"]
    assert microphone.label == "by hand"


def test_left_alone_for_a_reason(ear: Ear) -> None:
    """The reason is asked at each call and in the log."""
    reasons, heard = ["switched off", ""], []
    microphone = EchoFreeMicrophone(ear, ear, lambda: reasons.pop(0), Negating)
    with capture_logs() as logs:
        leave = microphone.subscribe(lambda block: heard.append(int(block[0])))
        ear.say(5)
        leave()
        microphone.subscribe(lambda block: heard.append(int(block[0])))
        ear.say(5)
    assert heard == [5, -5]
    assert events(logs) == ["echo.off", "echo.on"]
    assert logs[0]["why"] == "switched off"


def test_library_that_cannot_be_loaded(ear: Ear) -> None:
    """One line that says what and what to do; the customer is heard all the same."""
    heard: list[int] = []
    with capture_logs() as logs:
        EchoFreeMicrophone(ear, ear, make=refuse).subscribe(lambda block: heard.append(int(block[0])))
    ear.say(3)
    assert heard == [3]
    assert not ear.played_to
    (line,) = logs
    assert (line["event"], line["log_level"]) == ("echo.unavailable", "warning")
    assert "cannot open shared object" in str(line["why"])
    assert "uv sync" in str(line["advice"])


def test_real_library_that_is_missing(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with the real loading, where Python can't find it."""
    monkeypatch.setitem(sys.modules, "livekit.rtc.apm", None)
    monkeypatch.delitem(sys.modules, "kiosk.media.webrtc_audio", raising=False)
    with capture_logs() as logs:
        EchoFreeMicrophone(ear, ear).subscribe(lambda _: None)
    assert events(logs) == ["echo.unavailable"]


def test_canceller_that_fails_in_a_call(ear: Ear) -> None:
    """From then on the sound as it is; told once."""
    canceller, heard = Negating(), []
    EchoFreeMicrophone(ear, ear, make=lambda: canceller).subscribe(lambda block: heard.append(int(block[0])))
    ear.say(1)
    canceller.broken = True
    with capture_logs() as logs:
        ear.say(2)
        ear.say(3)
    assert heard == [-1, 2, 3]
    assert events(logs) == ["echo.failed"]


REAL, VIRTUAL = ("auto", "auto"), ("speech", "measure")


@pytest.mark.parametrize(
    ("wanted", "devices", "outcome"),
    [
        ("auto", REAL, "echo.on"),
        ("auto", ("device:desk", "device:desk"), "echo.on"),
        ("auto", VIRTUAL, "echo.off"),
        ("auto", ("auto", "measure"), "echo.off"),
        ("auto", ("tone:440", "auto"), "echo.off"),
        ("on", VIRTUAL, "echo.on"),
        ("on", REAL, "echo.on"),
        ("off", REAL, "echo.off"),
        ("off", VIRTUAL, "echo.off"),
    ],
)
def test_configuration(wanted: str, devices: tuple[str, str], outcome: str) -> None:
    """What the section wants of which devices; virtual ones have no echo."""
    section = MicrophoneSection.model_validate({"source": devices[0], "echo_cancellation": wanted})
    speaker = open_speaker(SpeakerSection(sink=devices[1]))
    with capture_logs() as logs:
        without_echo(open_microphone(section), speaker, section).subscribe(lambda _: None)()
    assert events(logs) == [outcome]


@pytest.mark.parametrize("wanted", ["auto", "on"])
def test_never_two_cancellers(wanted: str) -> None:
    """On top of the sound service's own canceller ours is off, whatever the configuration says."""
    section = MicrophoneSection.model_validate({"echo_cancellation": wanted})
    microphone = open_microphone(section)
    assert isinstance(microphone, PulseMicrophone)
    microphone.cancels_echo = True
    with capture_logs() as logs:
        without_echo(microphone, open_speaker(SpeakerSection()), section).subscribe(lambda _: None)()
    assert events(logs) == ["echo.off"]
    assert "own echo canceller" in str(logs[0]["why"])


@pytest.mark.parametrize(
    ("wanted", "devices", "loaded"),
    [("auto", REAL, True), ("auto", VIRTUAL, False), ("on", VIRTUAL, True), ("off", REAL, False)],
)
def test_loaded_before_the_first_press(
    wanted: str, devices: tuple[str, str], *, loaded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a call may need it; loading it takes longer than a press may."""
    tried: list[EchoCanceller] = []

    def load() -> EchoCanceller:
        tried.append(webrtc_canceller())
        return tried[-1]

    monkeypatch.setattr("kiosk.media.devices.webrtc_canceller", load)
    section = MicrophoneSection.model_validate({"source": devices[0], "echo_cancellation": wanted})
    load_echo_canceller(section, SpeakerSection(sink=devices[1]))
    assert bool(tried) is loaded


def test_latency_of_speakers() -> None:
    """What the canceller is told of: the stream's for a real speaker, none for one that plays nothing."""
    assert open_speaker(SpeakerSection()).latency_ms == SPEAKER_LATENCY_MS
    assert open_speaker(SpeakerSection(sink="measure")).latency_ms == 0


def test_listening_to_a_speaker() -> None:
    """Every block the device takes, in order, silence in gaps included; a defect of a listener's stops nothing."""
    speaker, listener = open_speaker(SpeakerSection(sink="measure")), Listener()

    def fail(_: AudioBlock) -> None:
        raise ZeroDivisionError

    speaker.listen(fail)
    leave = speaker.listen(listener.on_block)
    speaker.start(lambda _: None)
    for number in (1, 2, 3):
        speaker.play(np.full(BLOCK, number, np.int16))
    listener.until(lambda: len(listener.blocks) >= 20, "20 blocks")
    leave()
    speaker.stop()
    values = [int(block[0]) for block in listener.blocks]
    assert [value for value in values if value] == [1, 2, 3]
    assert values.count(0) >= 17
