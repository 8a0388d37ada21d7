"""An emulated WAN between two places on one machine: ``with wan(Line(rtt_ms=80)) as net: net.near.command(...)``.

Two network namespaces are joined through two TUN devices and a small forwarder process (see forwarder.py) that delays,
drops and limits. It needs root, iproute2, util-linux and /dev/net/tun; `missing` says what isn't there.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.faults.forwarder import FAR, NEAR
from tests.faults.line import Counts, Line

END_S = 5.0


def missing() -> str:
    """Why there can't be an emulated WAN here; empty where there can."""
    if os.geteuid() != 0:
        return "it needs root"
    absent = [name for name in ("ip", "nsenter", "setpriv") if shutil.which(name) is None]
    if absent:
        return f"it needs {' and '.join(absent)} (Debian packages iproute2 and util-linux)"
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "it needs /dev/net/tun"
    return ""


@dataclass(frozen=True)
class Place:
    """One end of the line: its address, and how a program is started there."""

    address: str
    namespace: str

    def command(self, *words: str) -> list[str]:
        """``words`` as a command that runs here, and that is told to end when the thread that started it is gone."""
        return ["nsenter", f"--net={self.namespace}", "setpriv", "--pdeathsig", "TERM", "--", *words]


class Wan:
    """A line that is up. ``near`` is where the customer is, ``far`` where the agent is; up is from near to far."""

    def __init__(self, forwarder: "subprocess.Popen[str]") -> None:
        self._forwarder = forwarder
        self._lock = threading.Lock()
        opened = json.loads(self._read())
        self.near = Place(NEAR, f"/proc/{forwarder.pid}/fd/{opened['near']}")
        self.far = Place(FAR, f"/proc/{forwarder.pid}/fd/{opened['far']}")

    def set(self, line: Line | None = None, *, up: Line | None = None, down: Line | None = None) -> None:
        """Change the line while it is used: both directions, or one of them. Begins new counts."""
        lines = {"line": line, "up": up, "down": down}
        self._order({name: value.as_json() for name, value in lines.items() if value is not None})

    def counts(self) -> tuple[Counts, Counts]:
        """What became of the packets up and down since it was asked, or the line changed, last."""
        answer = self._order({})
        return Counts(**answer["up"]), Counts(**answer["down"])

    def _order(self, order: dict[str, dict[str, float]]) -> dict[str, dict[str, int]]:
        assert self._forwarder.stdin is not None
        with self._lock:
            self._forwarder.stdin.write(json.dumps(order) + "\n")
            self._forwarder.stdin.flush()
            answer: dict[str, dict[str, int]] = json.loads(self._read())
        return answer

    def _read(self) -> str:
        assert self._forwarder.stdout is not None
        line = self._forwarder.stdout.readline()
        if not line:
            raise OSError("The emulated WAN didn't come up, or has ended; its reason stands in the lines above.")
        return line


@contextmanager
def wan(line: Line) -> Iterator[Wan]:
    """A WAN of one's own until the end of the block; it goes by itself when this process dies.

    Raises OSError where there can't be one; ask `missing` before.
    """
    forwarder = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.forwarder"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        net = Wan(forwarder)
        net.set(line)
        yield net
    finally:
        _end(forwarder)


def _end(forwarder: "subprocess.Popen[str]") -> None:
    assert forwarder.stdin is not None
    assert forwarder.stdout is not None
    forwarder.stdin.close()
    try:
        forwarder.wait(END_S)
    except subprocess.TimeoutExpired:
        forwarder.kill()
        forwarder.wait()
    forwarder.stdout.close()


@pytest.fixture
def line_here() -> None:
    """Skips the test, loudly, where there can't be an emulated WAN."""
    if why := missing():
        pytest.skip(f"NO EMULATED WAN HERE, this test has not run: {why}")
