"""The emulated WAN measured from outside: what it says it does is what packets meet."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.faults.line import Line
from tests.faults.wan import Wan, line_here, wan

__all__ = ["line_here"]
pytestmark = pytest.mark.usefixtures("line_here")
PROBE = str(Path(__file__).with_name("probe.py"))
PORT = 5000
ROOT = Path(__file__).parents[2]


@contextmanager
def echo_at(net: Wan) -> Iterator[None]:
    command = net.far.command(sys.executable, PROBE, "echo", str(PORT))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "up\n"
            yield
        finally:
            process.kill()


def ask(net: Wan, count: int, size: int, gap_s: float) -> dict[str, Any]:
    command = net.near.command(sys.executable, PROBE, "ask", net.far.address, *map(str, (PORT, count, size, gap_s)))
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    answer: dict[str, Any] = json.loads(said)
    return answer


def test_the_round_trip_takes_so_long() -> None:
    """No packet is faster than the line; the median is little slower, also while others use the machine."""
    with wan(Line(rtt_ms=80)) as net, echo_at(net):
        rtt = ask(net, count=60, size=200, gap_s=0.01)["rtt_ms"]
        assert len(rtt) == 60
        assert min(rtt) >= 80
        assert median(rtt) < 110
        net.set(Line(rtt_ms=20))
        assert 20 <= min(ask(net, count=20, size=200, gap_s=0.01)["rtt_ms"]) < 60


def test_so_many_packets_are_lost() -> None:
    """10% each way, within five standard deviations, and the counts say the same as the ends saw."""
    with wan(Line(loss=0.1)) as net, echo_at(net):
        answer = ask(net, count=1500, size=60, gap_s=0.0007)
        up, down = net.counts()
        assert up.arrived == 1500
        assert down.passed == len(answer["rtt_ms"])
        assert abs(len(answer["rtt_ms"]) / 1500 - 0.81) < 0.051
        assert up.lost == up.arrived - up.passed


def test_one_direction_can_be_worse() -> None:
    with wan(Line()) as net, echo_at(net):
        net.set(up=Line(loss=1.0))
        assert ask(net, count=5, size=60, gap_s=0.001)["rtt_ms"] == []
        up, down = net.counts()
        assert (up.lost, down.arrived) == (5, 0)


def test_the_rate_is_limited_and_the_queue_bounded() -> None:
    """1,000 kbit/s: what comes back comes no faster, and nothing waits much longer than the queue is long."""
    with wan(Line()) as net, echo_at(net):
        net.set(up=Line(kbps=1000, queue_ms=100))
        answer = ask(net, count=150, size=972, gap_s=0.004)
        up, _ = net.counts()
        assert up.overflowed > 50
        assert answer["bytes"] * 8 / answer["seconds"] / 1000 < 1050
        assert median(answer["rtt_ms"]) < 170


CRASHING = """
import subprocess
import sys
from tests.faults.line import Line
from tests.faults.wan import wan
with wan(Line()) as net:
    there = subprocess.Popen(net.far.command("sh", "-c", "echo up; exec sleep 1000"), stdout=subprocess.PIPE)
    there.stdout.readline()
    print(net._forwarder.pid, there.pid, flush=True)
    sys.stdin.read()
"""


def test_nothing_is_left_after_a_crash() -> None:
    """The forwarder, with its networks, and what was started there end when whoever asked for them is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", CRASHING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as owner:
        assert owner.stdout is not None
        watched = [os.pidfd_open(int(pid)) for pid in owner.stdout.readline().split()]
        owner.send_signal(signal.SIGKILL)
    for process in watched:
        ended, _, _ = select.select([process], [], [], 10)
        os.close(process)
        assert ended, "a process outlived its owner"
