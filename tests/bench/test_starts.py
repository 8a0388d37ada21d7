"""How starts.py judges what it saw."""

import numpy as np
import pytest

from tests.bench.starts import judged, offsets, summary
from tests.bench.starts_near import Edges, Watched


def call(gap_s: float = 0.0, behind_s: float = 0.05) -> dict[str, list[float]]:
    """Five seconds of pictures with one gap after a second, flashes and beeps."""
    frames = [number / 30 + (gap_s if number > 30 else 0.0) for number in range(150)]
    flashes = [0.5 + number for number in range(5)]
    return {"frames": frames, "flashes": flashes, "beeps": [at + behind_s for at in flashes]}


def test_an_even_start_has_no_freeze() -> None:
    figures = judged(call())
    assert figures["frozen_s"] == 0
    assert figures["longest_gap_ms"] == 33
    assert figures["sync_ms"] == [50] * 5


def test_a_start_that_stands_still_is_counted() -> None:
    made = summary([judged(call()), judged(call(gap_s=0.25)), judged(call(behind_s=-0.12))])
    assert made["frozen_starts"] == 1
    assert made["longest_gap_ms"] == 283
    assert made["sync_ms"] == -120
    assert made["sync_p95_ms"] == 120


def test_a_beep_without_a_flash_is_none() -> None:
    assert offsets([1.0, 2.0], [1.05, 4.0]) == [pytest.approx(0.05)]
    assert offsets([1.0], []) == []


def test_a_call_in_which_nothing_can_be_compared_is_a_fault_of_the_benchmark() -> None:
    with pytest.raises(AssertionError, match="flash"):
        summary([judged({**call(), "beeps": []})])
    with pytest.raises(AssertionError, match="picture"):
        judged({"frames": [], "flashes": [], "beeps": []})


def test_an_edge_is_where_it_begins_and_not_what_was_there_before() -> None:
    edges = Edges()
    for at, now in enumerate([True, False, True, True, False, True]):
        edges.note(float(at), now=now)
    assert edges.times == [2.0, 5.0]


def test_a_beep_is_heard_and_silence_isnt() -> None:
    watched = Watched()
    quiet, loud = np.zeros(960, np.int16), np.full(960, 8000, np.int16)
    for block in (quiet, loud, loud, quiet):
        watched.on_played(block)
    assert len(watched.beeps.times) == 1
