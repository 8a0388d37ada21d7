"""A sound service of the tests' own: PipeWire with null devices, its own bus and its own folder for sockets."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from kiosk.media.levels import Samples

NEEDED = ("dbus-daemon", "pipewire", "wireplumber", "pipewire-pulse", "pactl", "parec", "pacat", "pw-link")
START_S = 20.0


class SoundSession:
    """A running PipeWire. Devices are null sinks: what is played into one can be recorded from its monitor."""

    def __init__(self, folder: Path, steps: ExitStack) -> None:
        self._folder, self._steps = folder, steps
        self._modules: dict[str, str] = {}
        self.env = {
            **os.environ,
            "XDG_RUNTIME_DIR": str(folder), "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_STATE_HOME": str(folder / "state"), "PULSE_SERVER": self.address,
        }  # fmt: skip
        bus = self._spawn("dbus-daemon", "--session", "--nofork", "--print-address=1", stdout=subprocess.PIPE)
        assert bus.stdout is not None
        self.env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        self._spawn("pipewire")
        wait_for((folder / "pipewire-0").exists, "PipeWire's socket")
        self._spawn("wireplumber")
        self.start_service()

    @property
    def address(self) -> str:
        """What PULSE_SERVER has to be for this session."""
        return f"unix:{self._folder}/pulse/native"

    def start_service(self) -> None:
        """Start what parec and pacat talk to, and wait until it answers."""
        self._service = self._spawn("pipewire-pulse")
        wait_for(lambda: self._try("pactl", "info") is not None, "pipewire-pulse")

    def stop_service(self) -> None:
        """End it; the null devices go with it."""
        end(self._service)
        self._modules.clear()

    def add_speaker(self, name: str, *, rate: int = 48_000, channels: str = "mono") -> None:
        """Plug in a speaker; its description is ``name`` in capitals."""
        self._add(name, "Audio/Sink", rate, channels)
        wait_for(lambda: name in self._names("sinks"), name)

    def add_microphone(self, name: str, hears: str, *, rate: int = 48_000, channels: str = "mono") -> None:
        """Plug in a microphone that hears what is played into the speaker ``hears``."""
        self._add(name, "Audio/Source/Virtual", rate, channels)
        wait_for(lambda: name in self._names("sources"), name)
        sides = ("FL", "FR") if channels == "stereo" else ("MONO",)
        for side in sides:
            wait_for(lambda side=side: self._link(hears, name, side), f"{hears} to {name}")  # type: ignore[misc]  # the loop's value now

    def add_canceller(self, name: str, *, speaker: str, microphone: str) -> None:
        """Load the service's own echo canceller; its microphone is called ``name``."""
        said = self._run(
            "pactl", "load-module", "module-echo-cancel", f"source_name={name}", f"sink_name={name}-sink",
            f"source_master={microphone}", f"sink_master={speaker}",
        )  # fmt: skip
        self._modules[name] = said.strip()
        wait_for(lambda: name in self._names("sources"), name)

    def remove(self, name: str) -> None:
        """Unplug a device."""
        self._run("pactl", "unload-module", self._modules.pop(name))

    def remove_all(self) -> None:
        """Unplug everything."""
        for name in list(self._modules):
            self.remove(name)

    @contextmanager
    def tone(self, speaker: str, hz: float, dbfs: float) -> Iterator[None]:
        """Play a tone into a speaker meanwhile, by the service's own player."""
        wave = (10 ** (dbfs / 20) * 32_768 * np.sin(2 * np.pi * hz / 48_000 * np.arange(48_000 * 60))).astype("<i2")
        path = self._folder / "tone.raw"
        path.write_bytes(wave.tobytes())
        with path.open("rb") as source, self._client("pacat", speaker, stdin=source):
            yield

    @contextmanager
    def monitor(self, speaker: str) -> Iterator[Callable[[float], Samples]]:
        """Record what a speaker plays; the function waits for the next so many seconds of it."""
        with self._client("parec", f"{speaker}.monitor", stdout=subprocess.PIPE) as recorder:
            assert recorder.stdout is not None
            pipe = recorder.stdout
            pipe.read(9600)
            yield lambda seconds: np.frombuffer(pipe.read(round(seconds * 48_000) * 2), "<i2").astype(np.int16)

    @contextmanager
    def _client(
        self, program: str, device: str, stdin: IO[bytes] | None = None, stdout: int | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        args = ("--raw", "--format=s16le", "--rate=48000", "--channels=1", "--latency-msec=20", f"--device={device}")
        child = subprocess.Popen([program, *args], env=self.env, stdin=stdin, stdout=stdout)
        try:
            yield child
        finally:
            end(child)

    def _add(self, name: str, kind: str, rate: int, channels: str) -> None:
        layout = "front-left,front-right" if channels == "stereo" else channels
        said = self._run(
            "pactl", "load-module", "module-null-sink", f"sink_name={name}", f"media.class={kind}",
            f"rate={rate}", f"channel_map={layout}", f"sink_properties=device.description={name.upper()}",
        )  # fmt: skip
        self._modules[name] = said.strip()

    def _link(self, speaker: str, microphone: str, side: str) -> bool:
        return self._try("pw-link", f"{speaker}:monitor_{side}", f"{microphone}:input_{side}") is not None

    def _names(self, what: str) -> set[str]:
        return {line.split("\t")[1] for line in self._run("pactl", "list", "short", what).splitlines()}

    def _run(self, *command: str) -> str:
        said = self._try(*command)
        assert said is not None, command
        return said

    def _try(self, *command: str) -> str | None:
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=START_S, check=False)
        return done.stdout if done.returncode == 0 else None

    def _spawn(self, *command: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
        log = self._steps.enter_context((self._folder / f"{command[0]}.log").open("ab"))
        child = subprocess.Popen(command, env=self.env, stdout=stdout or log, stderr=log)
        self._steps.callback(end, child)
        return child


def end(child: subprocess.Popen[bytes]) -> None:
    """End a process that this module started."""
    child.terminate()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()


def wait_for(happened: Callable[[], bool], what: str) -> None:
    """Ask until it has happened; fails the test after `START_S`."""
    until = time.monotonic() + START_S
    while not happened():
        assert time.monotonic() < until, f"{what} didn't come up within {START_S:.0f} s"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def sound_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundSession]:
    """One PipeWire for all tests that need one."""
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}: install the [test] packages of image-build/packages.list")
    folder = tmp_path_factory.mktemp("sound")
    folder.chmod(0o700)
    with ExitStack() as steps:
        yield SoundSession(folder, steps)


@pytest.fixture
def sound(sound_session: SoundSession, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundSession]:
    """The session without any device, and the adapter pointed to it."""
    monkeypatch.setenv("PULSE_SERVER", sound_session.address)
    yield sound_session
    sound_session.remove_all()
