"""The demo's report: what counts as a completed call, and its percentiles."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.demo.report import CallEntry, finite, judge, percentile, summary, write

GOOD = CallEntry("c1", "completed", 200.0, 240.0, 60, 70, 50, 60, -20.0, -25.0, "warm")

SPANS = ("press_to_face_ms", "press_to_seen_ms")


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, "completed"),
        ({"press_to_face_ms": None}, "not_connected"),
        ({"press_to_seen_ms": None}, "not_connected"),
        ({"moved_in": 3}, "no_picture_in"),
        ({"moved_out": 3}, "no_picture_out"),
        ({"audio_in_dbfs": None}, "no_sound_in"),
        ({"audio_in_dbfs": -70.0}, "no_sound_in"),
        ({"audio_out_dbfs": -50.0}, "no_sound_out"),
    ],
)
def test_what_is_missing_is_named(change: dict[str, float | None], outcome: str) -> None:
    assert judge(replace(GOOD, **change)) == outcome  # type: ignore[arg-type]  # the table's values fit their keys


def test_percentiles_are_measured_values() -> None:
    values = [float(value) for value in range(20, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile([], 0.5)) == (10.0, 19.0, None)


def test_silence_is_written_as_none() -> None:
    assert (finite(-math.inf), finite(None), finite(-20.04)) == (None, None, -20.0)


def test_the_report_is_json_with_spans_and_calls(tmp_path: Path) -> None:
    failed = replace(GOOD, call_id="c2", outcome="not_connected", press_to_face_ms=None)
    write(tmp_path / "r.json", [GOOD, failed])
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["press_to_face_ms"] == {"p50": 200.0, "p95": 200.0}
    assert report["completed"] == 1
    assert [call["outcome"] for call in report["calls"]] == ["completed", "not_connected"]
    assert report == summary([GOOD, failed])
    assert report["by_path"] == {"warm": {"calls": 2, **{key: report[key] for key in SPANS}}}
    assert list(tmp_path.iterdir()) == [tmp_path / "r.json"]


def test_times_are_given_by_how_calls_were_made() -> None:
    """Cold, warm and hot apart, and what there was none of is left out; a call that nobody answered has no path."""
    times = (("cold", 300.0), ("warm", 90.0), ("warm", 110.0), (None, None))
    entries = [replace(GOOD, path=path, press_to_face_ms=ms) for path, ms in times]
    by_path = summary(entries)["by_path"]
    assert list(by_path) == ["warm", "cold"]
    assert by_path["warm"]["calls"] == 2
    assert by_path["warm"]["press_to_face_ms"] == {"p50": 90.0, "p95": 110.0}
    assert by_path["cold"]["press_to_face_ms"] == {"p50": 300.0, "p95": 300.0}
