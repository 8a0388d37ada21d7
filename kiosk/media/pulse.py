"""Real microphones and speakers: PipeWire (or PulseAudio) through its own clients pactl, parec and pacat.

Each open device is one child process. Its end tells at once that the device or the sound service went away, and
whatever a sound library prints or crashes on stays outside of this program; see docs/adr/0003-audio-library.md.
"""

import os
import re
import select
import subprocess
from dataclasses import dataclass
from functools import partial
from threading import Event

import numpy as np

from kiosk.errors import DeviceError
from kiosk.media.formats import AutoSound, NamedSound
from kiosk.media.ports import BLOCK, SAMPLE_RATE, AudioBlock
from kiosk.media.sound_device import LineMicrophone, LineSpeaker

BYTES = BLOCK * 2
STALL_S = 1.0
"""A device that moves nothing for so long doesn't work any more."""
OPEN_S = 3.0
"""One that was just opened may take longer: it has to be woken."""
LIST_LIMIT_S = 5.0
END_LIMIT_S = 1.0
FORMAT = ("--raw", "--format=s16le", f"--rate={SAMPLE_RATE}", "--channels=1", "--client-name=kiosk")
STAY = "--property=node.dont-reconnect=true"
"""Ends the stream when its device goes away; PipeWire would move it to another one, unasked."""
LATENCY = {"microphone": ("--latency-msec=20",), "speaker": ("--latency-msec=60", "--process-time-msec=20")}
SPEAKER_LATENCY_MS = 80
"""60 ms in pacat's stream and 20 in the pipe; what the device itself holds, the service doesn't tell."""
SPEAKER_HELD_BLOCKS = 6
"""Beside these: 200 ms in all."""
PIPE_BYTES = 4096
"""The least that Linux allows: what waits in a pipe is delay."""
PROVING_BLOCKS = 6
"""So much silence a speaker has to take before it counts as working."""
NO_DEVICES = frozenset({"", "auto_null"})
"""The services' own stand-in for a speaker that isn't there."""
INSTALL = "Install the package pulseaudio-utils."
NO_SERVICE = "Start PipeWire with pipewire-pulse in this user's session."


@dataclass(frozen=True)
class Found:
    """A device as the sound service knows it: its ``name`` for parec and pacat, its ``description`` for people."""

    name: str
    description: str
    cancels_echo: bool = False
    """Whether it is the service's own echo canceller, not a microphone itself."""


def found(kind: str) -> list[Found]:
    """The ``microphone``s or ``speaker``s there are, the default one first. Raises `DeviceError` without sound service."""
    role = "source" if kind == "microphone" else "sink"
    listed = [(_entry(block), _cancels_echo(block)) for block in _ask(kind, "list", f"{role}s").split("\n\n")]
    default = _entry(_ask(kind, "info")).get(f"Default {role.title()}")
    real = [
        Found(entry["Name"], entry.get("Description", entry["Name"]), cancels_echo)
        for entry, cancels_echo in listed
        if entry.get("Name", "") not in NO_DEVICES and not _is_monitor(entry)
    ]
    return sorted(real, key=lambda device: device.name != default)


def _entry(block: str) -> dict[str, str]:
    """The ``Key: value`` lines at the first level of a paragraph; pactl's JSON loses every word that isn't ASCII."""
    lines = (line.removeprefix("\t") for line in block.splitlines())
    pairs = (line.partition(": ") for line in lines if not line.startswith(("\t", " ")))
    return {key: value for key, _, value in pairs}


def _is_monitor(entry: dict[str, str]) -> bool:
    """What a speaker plays can be recorded like a microphone, which nobody means by it."""
    return entry.get("Monitor of Sink", "n/a") != "n/a"


def _cancels_echo(block: str) -> bool:
    """PipeWire's and PulseAudio's module-echo-cancel name themselves in the source's name, group or description."""
    return re.search(r"echo[-_ .]?cancel", block, re.IGNORECASE) is not None


def _ask(kind: str, *question: str) -> str:
    try:
        answer = subprocess.run(
            ["pactl", *question], capture_output=True, timeout=LIST_LIMIT_S, check=True, env=plain_environment()
        )
    except FileNotFoundError:
        raise DeviceError(kind, "The program pactl isn't installed.", INSTALL) from None
    except subprocess.SubprocessError:
        raise DeviceError(kind, "The sound service doesn't answer.", NO_SERVICE) from None
    return answer.stdout.decode(errors="replace")


def plain_environment() -> dict[str, str]:
    """For children whose English words are read."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def choose(kind: str, form: AutoSound | NamedSound) -> Found:
    """The device that ``form`` means. Raises `DeviceError` that lists those that are there."""
    there = found(kind)
    wanted = form.name.casefold() if isinstance(form, NamedSound) else ""
    for device in there:
        if wanted in device.description.casefold() or wanted in device.name.casefold():
            return device
    if not there:
        raise DeviceError(kind, f"There is no {kind}.", "Plug one in; it is used as soon as it is there.")
    names = ", ".join(f'"{device.description}"' for device in there)
    raise DeviceError(kind, f'There is no {kind} "{form.name}".', f"Plug it in, or name one of {names}.")  # type: ignore[union-attr]  # "" of AutoSound is in any name


class _Stream:
    """One parec or pacat."""

    def __init__(self, kind: str, program: str, form: AutoSound | NamedSound) -> None:
        self.kind, self.device = kind, choose(kind, form)
        command = [program, *FORMAT, *LATENCY[kind], STAY, f"--device={self.device.name}"]
        inward = kind == "microphone"
        try:
            self.child = subprocess.Popen(
                command, bufsize=0, stdin=subprocess.DEVNULL if inward else subprocess.PIPE,
                stdout=subprocess.PIPE if inward else subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True, pipesize=PIPE_BYTES,
                env=plain_environment(),
            )  # fmt: skip
        except FileNotFoundError:
            raise DeviceError(kind, f"The program {program} isn't installed.", INSTALL) from None
        pipe = self.child.stdout if inward else self.child.stdin
        assert pipe is not None  # noqa: S101  asked for above
        self.pipe, self.patience_s = pipe.fileno(), OPEN_S
        os.set_blocking(self.pipe, False)

    def close(self) -> None:
        """End the child."""
        self.child.terminate()
        try:
            self.child.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        for pipe in (self.child.stdin, self.child.stdout, self.child.stderr):
            if pipe is not None:
                pipe.close()

    def ready(self, stopped: Event) -> None:
        """Wait until a byte can be moved. Raises `DeviceError` after `STALL_S`, or `OPEN_S` while it is new."""
        inward = self.kind == "microphone"
        reads, writes = ([self.pipe], []) if inward else ([], [self.pipe])
        if not any(select.select(reads, writes, [], self.patience_s)) and not stopped.is_set():
            raise self._stalled()

    def _stalled(self) -> DeviceError:
        """Why nothing moves. Raises `DeviceError` where the sound service doesn't answer either.

        PipeWire 1.4 leaves a speaker's stream open and deaf when its device goes; 0.3 ends it.
        """
        if all(device.name != self.device.name for device in found(self.kind)):
            return self._unplugged()
        return DeviceError(
            self.kind, f"{self._name} doesn't work: it moves no sound.", "Unplug it and plug it in again."
        )

    def _unplugged(self) -> DeviceError:
        return DeviceError(
            self.kind, f"{self._name} was unplugged.", "Plug it in again; it is used as soon as it is back."
        )

    def gone(self) -> DeviceError:
        """Why the child ended."""
        self.child.terminate()
        said = self.child.stderr.read().decode(errors="replace").strip() if self.child.stderr else ""
        if "Entity killed" in said or "No such entity" in said:
            return self._unplugged()
        if "Connection" in said or not said:
            return DeviceError(self.kind, "The sound service went away.", NO_SERVICE)
        return DeviceError(self.kind, f"{self._name} doesn't work ({said.splitlines()[-1][:80]}).", "Try another one.")

    @property
    def _name(self) -> str:
        return f'The {self.kind} "{self.device.description}"'


class PulseMicrophoneLine(_Stream):
    """A `MicrophoneLine`; it counts as open once sound has come."""

    def __init__(self, form: AutoSound | NamedSound) -> None:
        super().__init__("microphone", "parec", form)
        self._rest = b""
        try:
            self.read(Event())
            self.patience_s = STALL_S
        except DeviceError:
            self.close()
            raise

    def read(self, stopped: Event) -> AudioBlock:
        """The next block. Raises `DeviceError`."""
        while len(self._rest) < BYTES and not stopped.is_set():
            self.ready(stopped)
            more = os.read(self.pipe, BYTES - len(self._rest)) if not stopped.is_set() else b"\0"
            if not more:
                raise self.gone()
            self._rest += more
        block = np.frombuffer(self._rest.ljust(BYTES, b"\0")[:BYTES], "<i2").astype(np.int16)
        self._rest = b""
        return block


class PulseSpeakerLine(_Stream):
    """A `SpeakerLine`; it counts as open once it has taken some silence at the pace of sound."""

    def __init__(self, form: AutoSound | NamedSound) -> None:
        super().__init__("speaker", "pacat", form)
        try:
            for _ in range(PROVING_BLOCKS):
                self.wait(Event())
                self.write(np.zeros(BLOCK, np.int16))
            self.patience_s = STALL_S
        except DeviceError:
            self.close()
            raise

    def wait(self, stopped: Event) -> None:
        """Wait until the pipe is empty, so that a whole block fits. Raises `DeviceError`."""
        self.ready(stopped)

    def write(self, block: AudioBlock) -> None:
        """Hand over one block. Raises `DeviceError`."""
        try:
            os.write(self.pipe, block.astype("<i2").tobytes())
        except BrokenPipeError:
            raise self.gone() from None


class PulseMicrophone(LineMicrophone):
    """The microphone that ``form`` means."""

    def __init__(self, label: str, form: AutoSound | NamedSound) -> None:
        super().__init__(label, self._open)
        self._form = form
        self.cancels_echo = False
        """Whether the device that was opened last is the sound service's own echo canceller."""

    def _open(self) -> PulseMicrophoneLine:
        line = PulseMicrophoneLine(self._form)
        self.cancels_echo = line.device.cancels_echo
        return line


class PulseSpeaker(LineSpeaker):
    """The speaker that ``form`` means."""

    def __init__(self, label: str, form: AutoSound | NamedSound) -> None:
        super().__init__(label, partial(PulseSpeakerLine, form), SPEAKER_HELD_BLOCKS, SPEAKER_LATENCY_MS)
