"""Whether an H.264 encoder of this board can be used: tried in a child process, since ``h264_v4l2m2m`` has crashed programs.

What was found holds until the next boot and is kept in a file; one that can't be read is found anew.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kiosk import logs

log = logs.get(__name__)

HARDWARE = "h264_v4l2m2m"
TIME_S = 15.0
"""A Pi needs about a second; what takes longer hangs."""
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Verdict:
    """What the trial showed."""

    works: bool
    why: str = ""
    """Why not."""


def trial(codec: str) -> list[str]:
    """The command that tries ``codec``."""
    return [sys.executable, "-m", "kiosk.rtc.send.trial", codec]


def run(command: Sequence[str], time_s: float = TIME_S) -> Verdict:
    """What a trial's process found; crashing and hanging are answers too."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=time_s, check=False)
        if done.returncode != 0:
            return Verdict(works=False, why=f"the trial ended with status {done.returncode}")
        return _read(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        return Verdict(works=False, why=f"the trial hung for {time_s:g} s")
    except (OSError, IndexError, ValueError, TypeError) as error:
        return Verdict(works=False, why=f"the trial said nothing ({type(error).__name__})")


def _read(line: str) -> Verdict:
    """Raises ValueError or TypeError where the line isn't a verdict."""
    found = json.loads(line)
    if not isinstance(found, dict) or not isinstance(found.get("works"), bool):
        raise TypeError("no verdict")
    return Verdict(found["works"], str(found.get("why", "")))


def probe(codec: str, folder: Path) -> Verdict:
    """Whether ``codec`` works here; tried once a boot, with the result in ``folder``. Blocks for up to `TIME_S`."""
    file, boot = folder / f"encoder-{codec}.json", BOOT_ID.read_text().strip() if BOOT_ID.exists() else ""
    try:
        known = json.loads(file.read_text())
        if boot and known["boot"] == boot:
            return _read(json.dumps(known))
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not tried yet, or not readable: try
    verdict = run(trial(codec))
    log.info("encoder.probed", codec=codec, works=verdict.works, why=verdict.why)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"boot": boot, **asdict(verdict)}))
    except OSError as error:
        log.warning("encoder.probe_not_kept", why=str(error))
    return verdict
