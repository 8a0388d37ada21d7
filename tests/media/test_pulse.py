"""The sound service's clients when they misbehave, played by stand-ins on PATH; and when the kiosk itself is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.config import MicrophoneSection, SpeakerSection
from kiosk.errors import DeviceError
from kiosk.media import pulse
from kiosk.media.devices import open_microphone, open_speaker
from kiosk.media.formats import AutoSound, NamedSound
from tests.contract.listening import Listener
from tests.contract.watching import children_of
from tests.sound import SoundSession, wait_for

SOURCES = """Source #41
\tState: SUSPENDED
\tName: alsa.hdmi.monitor
\tDescription: Monitor of HDMI
\tMonitor of Sink: alsa.hdmi
\tProperties:
\t\tdevice.description = "Monitor of HDMI"

Source #42
\tState: RUNNING
\tName: alsa.usb
\tDescription: USB Speakerphone
\tMonitor of Sink: n/a
\tPorts:
\t\tanalog-input: Name: none of the device's (type: Mic, priority: 8700)

Source #43
\tName: alsa.cam
\tDescription: Webcam Büro: 2
\tMonitor of Sink: n/a
"""
SINKS = """Sink #7
\tName: auto_null
\tDescription: Dummy Output
\tMonitor Source: auto_null.monitor

Sink #8
\tName: alsa.usb
\tDescription: USB Speakerphone
\tMonitor Source: alsa.usb.monitor
"""
INFO = "Server Name: PulseAudio (on PipeWire 1.4.2)\nDefault Sink: auto_null\nDefault Source: alsa.cam\n"

Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a shell script on PATH under a name; a pactl that knows some devices is there already."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def put(name: str, script: str) -> None:
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    for name, answer in (("sources", SOURCES), ("sinks", SINKS), ("info", INFO)):
        (tmp_path / f"{name}.txt").write_text(answer)
    put("pactl", f'for last; do :; done; cat "{tmp_path}/$last.txt"')
    return put


def start_failing(device: str) -> DeviceError:
    opened = open_microphone(MicrophoneSection()) if device == "microphone" else open_speaker(SpeakerSection())
    before = children_of(os.getpid())
    with pytest.raises(DeviceError) as caught:
        opened.start(lambda _: None)
    assert children_of(os.getpid()) == before
    assert caught.value.device == device
    assert caught.value.advice
    return caught.value


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (AutoSound(), "alsa.cam"),
        (NamedSound("speakerPHONE"), "alsa.usb"),
        (NamedSound("büro"), "alsa.cam"),
        (NamedSound("usb"), "alsa.usb"),
    ],
)
@pytest.mark.usefixtures("install")
def test_choosing(form: AutoSound | NamedSound, name: str) -> None:
    """The default, or part of a description or name, upper and lower case alike."""
    assert pulse.choose("microphone", form).name == name


@pytest.mark.usefixtures("install")
def test_default_that_is_a_stand_in() -> None:
    """PipeWire's dummy output isn't taken as long as there is a real speaker."""
    assert pulse.choose("speaker", AutoSound()).name == "alsa.usb"


@pytest.mark.usefixtures("install")
def test_monitors_are_no_microphones() -> None:
    with pytest.raises(DeviceError, match=r'no microphone "HDMI".*"Webcam Büro: 2", "USB Speakerphone"'):
        pulse.choose("microphone", NamedSound("HDMI"))


def test_nonsense_is_no_device(install: Install) -> None:
    """Whatever pactl says: without a name there is no device."""
    install("pactl", "printf 'Source #1\\n\\tName\\n\\n: :\\n\\377'")
    assert start_failing("microphone").what == "There is no microphone."


@pytest.mark.parametrize("script", ["exit 1", "exec sleep 30"])
def test_service_that_fails_or_hangs(install: Install, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    install("pactl", script)
    monkeypatch.setattr(pulse, "LIST_LIMIT_S", 0.3)
    assert "doesn't answer" in start_failing("microphone").what


@pytest.mark.parametrize(("device", "program"), [("microphone", "parec"), ("speaker", "pacat")])
class TestClients:
    """What a client can do wrong."""

    def test_moves_nothing(self, install: Install, monkeypatch: pytest.MonkeyPatch, device: str, program: str) -> None:
        """A device that hangs is told from one that works."""
        install(program, "exec sleep 30")
        monkeypatch.setattr(pulse, "OPEN_S", 0.3)
        assert "moves no sound" in start_failing(device).what

    def test_moves_nothing_since_its_device_is_gone(
        self, install: Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, device: str, program: str
    ) -> None:
        """As PipeWire 1.4 does it: the stream stays open when the device goes."""
        there = tmp_path / ("sources.txt" if device == "microphone" else "sinks.txt")
        install(program, f': > "{there}"; exec sleep 30')
        monkeypatch.setattr(pulse, "OPEN_S", 0.5)
        assert "was unplugged" in start_failing(device).what

    @pytest.mark.parametrize(
        ("last_words", "said"),
        [
            ("Stream error: Entity killed", "was unplugged"),
            ("Stream error: No such entity", "was unplugged"),
            ("Connection failure: Connection refused", "sound service went away"),
            ("Connection failure: Connection terminated", "sound service went away"),
            ("", "sound service went away"),
            ("warning\nStream error: Access denied", "doesn't work (Stream error: Access denied)"),
        ],
    )
    def test_ends(self, install: Install, device: str, program: str, last_words: str, said: str) -> None:
        """Its last words become one sentence for people."""
        install(program, f"printf '{last_words}' >&2; exit 1")
        assert said in start_failing(device).what

    def test_does_not_end_when_told(self, install: Install, device: str, program: str) -> None:
        """It is ended all the same, within 2 s."""
        moving = "cat /dev/zero" if program == "parec" else "cat > /dev/null"
        install(program, f"trap '' TERM; while :; do {moving}; done")
        opened = open_microphone(MicrophoneSection()) if device == "microphone" else open_speaker(SpeakerSection())
        before = children_of(os.getpid())
        opened.start(lambda _: None)
        started = time.monotonic()
        opened.stop()
        assert time.monotonic() - started < 2.5
        assert children_of(os.getpid()) == before


def test_hang_in_the_middle(install: Install) -> None:
    """A microphone that falls silent is a fault within a second or two, not a frozen thread."""
    install("parec", "head -c 19200 /dev/zero; exec sleep 30")
    microphone, listener = open_microphone(MicrophoneSection()), Listener()
    microphone.start(listener.on_fault)
    fault = listener.fault(0)
    assert fault is not None
    assert "moves no sound" in fault.what
    microphone.stop()


KIOSK = """
import os, signal, sys, threading
from kiosk.config import MicrophoneSection, SpeakerSection
from kiosk.media.devices import open_microphone, open_speaker
for device in (open_microphone(MicrophoneSection()), open_speaker(SpeakerSection())):
    device.start(lambda _: None)
print("ready", flush=True)
threading.Event().wait()
"""


def gone(pid: int) -> bool:
    """Whether the process has ended, waited for or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.sound
def test_killed_kiosk_leaves_no_client_behind(sound: SoundSession) -> None:
    """Nobody goes on listening when the kiosk can't say goodbye."""
    sound.add_speaker("room")
    sound.add_microphone("desk", "room")
    with subprocess.Popen([sys.executable, "-c", KIOSK], stdout=subprocess.PIPE, env=os.environ) as kiosk:
        assert kiosk.stdout is not None
        while (line := kiosk.stdout.readline()) != b"ready\n":
            assert line, "the kiosk didn't open its devices"
        clients = children_of(kiosk.pid)
        assert len(clients) == 2
        kiosk.send_signal(signal.SIGKILL)
    wait_for(lambda: all(gone(pid) for pid in clients), "the clients' end")
