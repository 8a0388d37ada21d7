"""Recorded timestamps on the real clock."""

import pytest

from kiosk.media.pace import LATE_S, Pace


def test_the_first_packet_is_due_at_once_and_the_others_by_their_times() -> None:
    pace = Pace()
    assert pace.due(5.0, 0.04, now=100.0) == 100.0
    assert pace.due(5.04, 0.04, now=100.01) == pytest.approx(100.04)
    assert pace.due(6.0, 0.04, now=100.05) == pytest.approx(101.0)
    assert pace.next_due == pytest.approx(101.04)


def test_a_loop_begins_where_the_last_one_ended() -> None:
    """Opening the file again took 20 ms; the schedule doesn't slip by it."""
    pace = Pace()
    pace.due(0.0, 0.04, now=10.0)
    pace.due(0.04, 0.04, now=10.04)
    pace.restart()
    assert pace.due(0.0, 0.04, now=10.10) == pytest.approx(10.08)
    assert pace.due(0.04, 0.04, now=10.11) == pytest.approx(10.12)


def test_a_source_far_behind_goes_on_from_now() -> None:
    pace = Pace()
    pace.due(0.0, 0.04, now=10.0)
    assert pace.due(0.04, 0.04, now=10.04 + LATE_S + 1) == pytest.approx(10.04 + LATE_S + 1)


def test_a_little_behind_is_made_up() -> None:
    pace = Pace()
    pace.due(0.0, 0.04, now=10.0)
    assert pace.due(0.04, 0.04, now=10.3) == pytest.approx(10.04)


def test_a_slow_loop_never_has_a_burst_to_make_up() -> None:
    """The file took 3 s to open again: at most `LATE_S` is made up."""
    pace = Pace()
    pace.due(0.0, 0.04, now=10.0)
    pace.restart()
    assert pace.due(0.0, 0.04, now=13.0) == pytest.approx(13.0 - LATE_S)


def test_after_a_pause_the_next_packet_is_due_at_once() -> None:
    pace = Pace()
    pace.due(0.0, 0.04, now=10.0)
    pace.resume()
    assert pace.due(0.04, 0.04, now=60.0) == 60.0
