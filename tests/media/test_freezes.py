"""Freezes by the W3C's definition."""

import pytest

from kiosk.media.freezes import FreezeMeter


def meter(*intervals: float) -> FreezeMeter:
    made, now = FreezeMeter(), 0.0
    made.feed(now)
    for interval in intervals:
        now += interval
        made.feed(now)
    return made


@pytest.mark.parametrize(
    ("intervals", "count"),
    [
        ((), 0),
        ((5.0,), 0),
        ((1 / 30,) * 60, 0),
        ((*[1 / 30] * 30, 0.18), 0),
        ((*[1 / 30] * 30, 0.19), 1),
        ((*[0.1] * 30, 0.29), 0),
        ((*[0.1] * 30, 0.31), 1),
        ((*[0.1] * 30, 1.0, *[0.1] * 30, 1.0), 2),
    ],
    ids=["one frame", "no average yet", "steady", "under 150 ms more", "over", "under three times", "over", "twice"],
)
def test_an_interval_that_is_long_beside_the_average_is_a_freeze(intervals: tuple[float, ...], count: int) -> None:
    assert meter(*intervals).count == count


def test_its_duration_is_the_whole_interval() -> None:
    assert meter(*[0.1] * 30, 1.5).seconds == pytest.approx(1.5)
