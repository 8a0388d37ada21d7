"""A CPU quota that stands for a Raspberry Pi: an estimate, since caches, memory and instruction sets differ.

The boards' speeds are published: sysbench's CPU test with one thread (primes up to 10,000), events a second, from
https://zbotic.in/raspberry-pi-5-benchmarks-real-performance-numbers-vs-pi-4/. This machine's is measured with the same
program. A board's four cores are worth four times its share of one core here, and what stands at the customer's may take no more
than that of every 100 ms. One thread may run faster under a quota than on the board, and the test says little about pictures.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.processes import tree

ROOT = Path("/sys/fs/cgroup")
PERIOD_US = 100_000
TEST_S = 3


@dataclass(frozen=True)
class Board:
    """A board by its name, with sysbench's events a second of one core."""

    name: str
    events_s: float
    cores: int = 4


BOARDS = (Board("Raspberry Pi 4", 812.0), Board("Raspberry Pi 5", 1847.0))


def own_events_s() -> float:
    """Events a second of one core here, by CPU time, so that others' load doesn't count. Raises OSError without sysbench."""
    program = shutil.which("sysbench")
    if program is None:
        raise OSError("sysbench isn't installed: `make bench` installs it.")
    before = os.times()
    words = [program, "cpu", "--threads=1", f"--time={TEST_S}", "--cpu-max-prime=10000", "run"]
    said = subprocess.run(words, capture_output=True, text=True, check=False, timeout=TEST_S + 30).stdout
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return events(said) / max(used, 0.01)


def events(said: str) -> int:
    """How many, out of what sysbench says. Raises OSError where it isn't there."""
    found = re.search(r"total number of events:\s+(\d+)", said)
    if found is None:
        raise OSError("sysbench gave no figure.")
    return int(found[1])


def quota_cores(board: Board, own: float) -> float:
    """What the board's cores are worth, in cores of this machine."""
    return board.cores * board.events_s / own


@contextmanager
def limited(root: psutil.Process, cores: float) -> Iterator[None]:
    """The tree under ``root``, and what it starts meanwhile, may take so many cores. Raises OSError where it can't be held to it."""
    group, home = _group()
    try:
        _limit(group, cores)
        _move(root, group)
        yield
    finally:
        with suppress(OSError):
            _move(root, home)
        with suppress(OSError):
            group.rmdir()


def _group() -> tuple[Path, Path]:
    """A new group for CPU time, and the one above it, of whichever version of control groups is there."""
    second = ROOT / "cgroup.controllers"
    if second.exists() and "cpu" in second.read_text().split():
        (ROOT / "cgroup.subtree_control").write_text("+cpu")
        home = ROOT
    elif (ROOT / "cpu" / "cpu.cfs_period_us").exists():
        home = ROOT / "cpu"
    else:
        raise OSError("There are no control groups for CPU time here.")
    group = home / "kiosk-bench"
    group.mkdir(exist_ok=True)
    return group, home


def _limit(group: Path, cores: float) -> None:
    quota = round(cores * PERIOD_US)
    if (group / "cpu.max").exists():
        (group / "cpu.max").write_text(f"{quota} {PERIOD_US}")
        return
    (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
    (group / "cpu.cfs_quota_us").write_text(str(quota))
    if (group / "cpu.rt_runtime_us").exists():  # without it Chromium's audio thread, a real-time one, can't be taken in
        (group / "cpu.rt_runtime_us").write_text(str(PERIOD_US // 2))


def _move(root: psutil.Process, group: Path) -> None:
    for process in tree(root):
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            (group / "cgroup.procs").write_text(str(process.pid))
