"""What every benchmark shares: its command line, its progress, its statistics, and its one JSON line at the end.

A benchmark calls `main` with a function that takes the parsed arguments and gives its keys. Progress goes to standard error,
the last line of standard output is the JSON object, the exit status says whether it ran.
"""

import argparse
import asyncio
import importlib.metadata
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kiosk.demo.report import percentile
from kiosk.errors import KioskError
from tests.browser import executable

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "bench"
"""Clips and what is made of them; may be deleted at any time."""

Figures = dict[str, Any]
Benchmark = Callable[[argparse.Namespace], Figures | Awaitable[Figures]]


def say(line: str) -> None:
    """Progress, for whoever watches."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def median(values: Sequence[float], digits: int = 1) -> float | None:
    """The median; none without values."""
    return round(statistics.median(values), digits) if values else None


def p95(values: Sequence[float], digits: int = 1) -> float | None:
    """The nearest-rank 95th percentile: a value that was really measured; none without values."""
    value = percentile(list(values), 0.95)
    return None if value is None else round(value, digits)


def ratio(ours: float | None, peer: float | None) -> float | None:
    """``ours`` by ``peer``; none where one of them is missing or the peer's is nothing."""
    if ours is None or not peer:
        return None
    return round(ours / peer, 3)


def machine() -> Figures:
    """What the figures were measured on, and how busy it was with other things."""
    return {
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "system": _system_name(),
        "load_1min": round(os.getloadavg()[0], 1),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def versions() -> Figures:
    """Of what is compared."""
    names = ("kiosk", "aiortc", "av", "PySide6-Essentials")
    found = {name: importlib.metadata.version(name) for name in names}
    return {"python": platform.python_version(), **found, "chromium": _chromium_version()}


def _cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith(("model name", "Model"))), "unknown")


def _system_name() -> str:
    return f"{platform.freedesktop_os_release().get('PRETTY_NAME', 'Linux')}, {platform.machine()}"


def _chromium_version() -> str:
    path = executable()
    if path is None:
        return "not installed"
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout
    return said.strip().removeprefix("Chromium ").partition(" ")[0]


def finite(value: Any) -> Any:
    """``value`` with nothing in it that JSON can't say."""
    if isinstance(value, dict):
        return {str(key): finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def main(name: str, doc: str | None, benchmark: Benchmark, options: Callable[[argparse.ArgumentParser], None]) -> int:
    """Run ``benchmark`` as the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(prog=f"{name}.py", description=(doc or name).partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="an answer within about 50 s, by the same method")
    options(parser)
    arguments = parser.parse_args()
    began = time.monotonic()
    before = machine()
    try:
        outcome = benchmark(arguments)
        figures = asyncio.run(_awaited(outcome)) if not isinstance(outcome, dict) else outcome
    except (KioskError, OSError, TimeoutError, AssertionError) as error:
        say(f"{name} did not run: {error or type(error).__name__}")
        return 1
    about = {"machine": before, "versions": versions(), "quick": arguments.quick}
    took = round(time.monotonic() - began, 1)
    print(json.dumps(finite({"bench": name, **figures, **about, "took_s": took})), flush=True)
    return 0


async def _awaited(outcome: Awaitable[Figures]) -> Figures:
    return await outcome


def no_options(_parser: argparse.ArgumentParser) -> None:
    """For a benchmark with nothing but ``--quick``."""
