"""What a whole tree of processes takes of the machine: CPU, and memory as its proportional set size (PSS)."""

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Load:
    """What a tree took over a stretch of time."""

    cores: float
    """CPU seconds a second."""
    pss_mb: float
    """At the end, all processes together; memory that they share counts once."""
    processes: int
    seconds: float


def tree(root: psutil.Process) -> list[psutil.Process]:
    """``root`` and everything below it."""
    return [root, *root.children(recursive=True)]


def cpu_s(root: psutil.Process) -> float:
    """CPU seconds of the tree so far, with those of children that have ended."""
    total = 0.0
    for process in tree(root):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def pss_mb(root: psutil.Process) -> float:
    """The tree's PSS in MB (of 10^6 bytes), from ``smaps_rollup``."""
    total = 0
    for process in tree(root):
        with suppress(psutil.NoSuchProcess):
            total += process.memory_full_info().pss
    return total / 1e6


async def measure(root: psutil.Process, seconds: float) -> Load:
    """What the tree takes in the next so many seconds."""
    began, before = time.monotonic(), cpu_s(root)
    await asyncio.sleep(seconds)
    took, used = time.monotonic() - began, cpu_s(root) - before
    return Load(used / took, pss_mb(root), len(tree(root)), took)


@contextmanager
def screen(width: int, height: int) -> Iterator[str]:
    """An X server of one's own, drawn into memory; its display. Raises OSError where Xvfb isn't installed."""
    path = shutil.which("Xvfb")
    if path is None:
        raise OSError("Xvfb isn't installed: `make bench` installs it.")
    told, say_number = os.pipe()
    words = [path, "-displayfd", str(say_number), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(words, pass_fds=(say_number,), stderr=subprocess.DEVNULL)
    os.close(say_number)
    try:
        with os.fdopen(told) as number:
            display = number.readline().strip()
        if not display:
            raise OSError("Xvfb didn't start.")
        yield f":{display}"
    finally:
        server.terminate()
        server.wait(10)
