"""What calls leave behind is found and given back; each test in a process of its own, since it is about the process."""

import json
import subprocess
import sys
from typing import Any

import pytest

GARBAGE = """
import gc, json, psutil, weakref
from kiosk import memory

class Connection:
    def __init__(self):
        self.myself = self
        self.sent = [bytes(1200) for _ in range(40_000)]

def rss_mb():
    return psutil.Process().memory_info().rss / 1e6

gc.disable()
memory.few_arenas()
kept = Connection()
memory.begin()
frozen = gc.get_freeze_count()
before = rss_mb()
gone = weakref.ref(Connection())
held = rss_mb()
was_there = gone() is not None
memory.tidy()
print(json.dumps({"frozen": frozen, "held": held - before, "left": rss_mb() - before, "was_there": was_there,
                  "is_there": gone() is not None, "kept": len(kept.sent)}))
"""

ARENAS = """
import ctypes, json, sys, tempfile, threading
from pathlib import Path
from kiosk import memory

if "limited" in sys.argv:
    memory.few_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes, libc.fclose.argtypes = [ctypes.c_int, ctypes.c_void_p], [ctypes.c_void_p]
together = threading.Barrier(8)

def work():
    together.wait()
    libc.malloc(1000)
    together.wait()

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with tempfile.TemporaryDirectory() as folder:
    report = Path(folder) / "report"
    file = libc.fopen(str(report).encode(), b"w")
    libc.malloc_info(0, file)
    libc.fclose(file)
    print(json.dumps({"arenas": report.read_text().count("<heap nr=")}))
"""


def run(program: str, *arguments: str) -> dict[str, Any]:
    """What a Python program says, as JSON."""
    said = subprocess.run([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, check=True, timeout=60)
    answer: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return answer


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")
def test_what_refers_to_itself_goes_and_its_memory_is_given_back() -> None:
    said = run(GARBAGE)
    assert said["was_there"], "otherwise this test says nothing"
    assert not said["is_there"]
    assert said["held"] > 40
    assert said["left"] < 5


def test_what_was_there_at_the_beginning_stays_and_isnt_looked_through_again() -> None:
    said = run(GARBAGE)
    assert said["kept"] == 40_000
    assert said["frozen"] > 1000


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")
def test_threads_share_a_few_arenas() -> None:
    assert run(ARENAS)["arenas"] > 2, "glibc gives more by itself"
    assert run(ARENAS, "limited")["arenas"] <= 2
