"""What ``[microphone]`` and ``[speaker]`` may name."""

import pytest

from kiosk.errors import ConfigError
from kiosk.media.formats import (
    AutoSound,
    BeepSound,
    FileSound,
    MeasuringSound,
    NamedSound,
    SpeechSound,
    ToneSound,
    parse_microphone,
    parse_speaker,
)


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ("auto", AutoSound()),
        ("device:USB Speakerphone", NamedSound("USB Speakerphone")),
        ("tone:440", ToneSound(440.0)),
        ("tone:20", ToneSound(20.0)),
        ("beep:1000.5", BeepSound(1000.5)),
        ("speech", SpeechSound()),
        ("file:/srv/a:b.opus", FileSound("/srv/a:b.opus")),
    ],
)
def test_microphone_forms(source: str, form: object) -> None:
    assert parse_microphone(source) == form


@pytest.mark.parametrize(
    ("sink", "form"),
    [
        ("auto", AutoSound()),
        ("device: Jabra ", NamedSound("Jabra")),
        ("measure", MeasuringSound()),
        ("file:out.wav", FileSound("out.wav")),
    ],
)
def test_speaker_forms(sink: str, form: object) -> None:
    assert parse_speaker(sink) == form


@pytest.mark.parametrize(
    "source",
    [
        "",
        "Auto",
        "tone",
        "tone:",
        "tone:high",
        "tone:19",
        "tone:20001",
        "tone:nan",
        "beep:",
        "device:",
        "file:",
        "measure",
    ],
)
def test_microphone_that_is_none(source: str) -> None:
    """The error names the key and lists what may be written."""
    with pytest.raises(ConfigError, match=r"microphone\.source.*auto, device:NAME, tone:HZ, beep:HZ, speech or file:"):
        parse_microphone(source)


@pytest.mark.parametrize("sink", ["", "speech", "tone:440", "device: ", "file:", "measured"])
def test_speaker_that_is_none(sink: str) -> None:
    """The error names the key and lists what may be written."""
    with pytest.raises(ConfigError, match=r"speaker\.sink.*auto, device:NAME, measure or file:"):
        parse_speaker(sink)
