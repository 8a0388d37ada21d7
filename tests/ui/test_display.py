"""Finding out whether there is a display, in processes of their own: Qt can start once only, and aborts where it can't."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
START = """
from kiosk.errors import KioskError
from kiosk.ui.display import display_available, make_application
print(display_available())
try:
    application = make_application(headless={headless})
    print(application.platformName())
except KioskError as fault:
    print(type(fault).__name__, fault)
"""
NOWHERE = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": "", "QT_QUICK_BACKEND": ""}


def run(program: str, environment: dict[str, str], *before: str) -> list[str]:
    done = subprocess.run(
        [*before, sys.executable, "-c", program],
        env={**os.environ, **NOWHERE, **environment},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"DISPLAY": ":987"},
        {"DISPLAY": "nonsense"},
        {"WAYLAND_DISPLAY": "wayland-987", "XDG_RUNTIME_DIR": "/nowhere"},
    ],
)
def test_no_display_is_one_line_that_says_what_to_do(environment: dict[str, str]) -> None:
    """A server that is named but not there counts as none: Qt itself would abort the process."""
    available, fault = run(START.format(headless=False), environment)
    assert available == "False"
    assert fault.startswith("StartError There is no display. ")
    assert "Connect a screen" in fault


def test_headless_needs_no_display() -> None:
    assert run(START.format(headless=True), {}) == ["False", "offscreen"]


def test_a_platform_chosen_by_hand_is_taken() -> None:
    assert run(START.format(headless=False), {"QT_QPA_PLATFORM": "offscreen"}) == ["True", "offscreen"]


needs_xvfb = pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="Xvfb isn't installed")
XVFB = ("xvfb-run", "-a", "-s", "-screen 0 1280x800x24")


@needs_xvfb
def test_an_x_server_is_found() -> None:
    program = START.format(headless=False)
    shell = 'exec "$0" -c "$1"'
    done = subprocess.run(
        [*XVFB, "sh", "-c", shell, sys.executable, program],
        env={**os.environ, "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""},
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    assert done.stdout.splitlines() == ["True", "xcb"]


@needs_xvfb
@pytest.mark.parametrize(
    ("backend", "api", "surface"), [("rhi", "OpenGL", "SinkSurface"), ("software", "Software", "PaintedSurface")]
)
def test_both_ways_of_drawing_show_the_same_on_an_x_server(backend: str, api: str, surface: str) -> None:
    """Through a `VideoOutput` on (an emulated) OpenGL, and through the painted item: colours, mirror, drawn time."""
    done = subprocess.run(
        [*XVFB, sys.executable, str(HERE / "draw_a_call.py")],
        env={**os.environ, "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": "", "QT_QUICK_BACKEND": backend},
        cwd=HERE.parent.parent,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"{api} {surface} drew"
