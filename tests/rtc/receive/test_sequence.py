"""Numbers that wrap."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rtc.receive.sequence import FAR, PORTION, Sequence, Unwrapped


@settings(deadline=None)
@given(st.integers(0, PORTION - 1), st.lists(st.integers(-FAR, FAR), max_size=200))
def test_near_steps_are_followed_through_every_wrap(first: int, steps: list[int]) -> None:
    """Whatever is at most `FAR` from the newest number comes out at its true place."""
    sequence = Sequence()
    newest = true = first
    assert sequence.place(first) == first
    for step in steps:
        true = newest + step
        assert sequence.place(true % PORTION) == true
        newest = max(newest, true)
    assert sequence.newest == newest
    assert sequence.restarts == 0


def test_one_stray_is_ignored() -> None:
    sequence = Sequence()
    assert [sequence.place(number) for number in (10, 30_000, 11, 30_001, 12)] == [10, None, 11, None, 12]


def test_two_in_a_row_elsewhere_are_a_new_beginning_above_everything_before() -> None:
    sequence = Sequence()
    sequence.place(60_000)
    assert sequence.place(5_000) is None
    placed = sequence.place(5_001)
    assert placed is not None
    assert placed > 60_000
    assert placed % PORTION == 5_001
    assert sequence.restarts == 1
    assert sequence.place(5_002) == placed + 1


def test_a_stray_at_the_wrap_is_carried_on_from_too() -> None:
    sequence = Sequence()
    sequence.place(30_000)
    assert sequence.place(PORTION - 1) is None
    assert sequence.place(0) is not None


@settings(deadline=None)
@given(st.integers(0, (1 << 32) - 1), st.lists(st.integers(-(1 << 31) + 1, (1 << 31) - 1), max_size=50))
def test_timestamps_are_followed_both_ways(first: int, steps: list[int]) -> None:
    stamps, true = Unwrapped(), first
    assert stamps.place(first) == first
    for step in steps:
        true += step
        assert stamps.place(true % (1 << 32)) == true
