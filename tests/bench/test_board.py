"""The quota that stands for a board: by published figures, and held by the kernel."""

import subprocess
import sys

import psutil
import pytest

from tests.bench.board import BOARDS, Board, events, limited, quota_cores
from tests.bench.processes import cpu_s

SAID = "General statistics:\n    total time:          3.0002s\n    total number of events:    9745\n"
BUSY = "import time\nuntil = time.monotonic() + 60\nwhile time.monotonic() < until: pass"


def test_a_boards_cores_in_cores_of_this_machine() -> None:
    assert events(SAID) == 9745
    assert quota_cores(Board("slow", 812.0), 3248.0) == 1.0
    assert [board.name for board in BOARDS] == ["Raspberry Pi 4", "Raspberry Pi 5"]
    with pytest.raises(OSError, match="no figure"):
        events("FATAL: unknown test")


def test_a_busy_process_is_held_to_its_quota() -> None:
    """A fifth of a core; it gets no more than that, whatever else runs here."""
    with subprocess.Popen([sys.executable, "-c", BUSY]) as child:
        process = psutil.Process(child.pid)
        try:
            with limited(process, 0.2):
                before = cpu_s(process)
                with pytest.raises(subprocess.TimeoutExpired):
                    child.wait(2)
                used = cpu_s(process) - before
        except OSError as error:
            pytest.skip(f"NO CPU QUOTA: {error}")
        finally:
            child.kill()
    assert used < 0.2 * 2 * 1.5
