"""Starting ``kiosk`` with no display and with every default directory inside the test's own."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.command import KIOSK, Run, Running


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """No display, and every default directory inside the test's own."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    return {
        **kept,
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_RUNTIME_DIR": str(tmp_path / "runtime"),
    }


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """Run ``kiosk`` with these arguments to its end."""

    def _run(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [str(KIOSK), *(str(argument) for argument in arguments)]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, input=stdin, capture_output=True, text=True, timeout=60, check=False
        )

    return _run


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """A configuration file with this text."""

    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start ``kiosk`` with these arguments; what still runs after the test is ended."""
    started: list[Running] = []

    def _start(*arguments: object) -> Running:
        command = [str(KIOSK), *(str(argument) for argument in arguments)]
        process = subprocess.Popen(
            command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(Running(process))
        return started[-1]

    yield _start
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.communicate()
