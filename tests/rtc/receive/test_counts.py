"""What receiver reports say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rtc.receive.counts import LOST_LEAST, LOST_MOST, UINT32, StreamCounts


def counted(*numbers: int) -> StreamCounts:
    counts = StreamCounts(90_000)
    for place, number in enumerate(numbers):
        counts.add(number, place * 3600, place * 0.04)
    return counts


def test_before_the_first_packet_nothing_is_expected() -> None:
    counts = StreamCounts(90_000)
    assert (counts.packets_expected, counts.packets_lost, counts.fraction_lost, counts.max_seq) == (0, 0, 0, 0)


def test_losses_are_counted_over_the_wrap() -> None:
    counts = counted(65_534, 65_535, 1, 2)
    assert (counts.packets_received, counts.packets_expected, counts.packets_lost) == (4, 5, 1)
    assert counts.max_seq == 65_536 + 2
    assert counts.fraction_lost == 256 // 5


def test_the_fraction_is_of_what_came_since_it_was_read() -> None:
    counts = counted(1, 2, 3, 5)
    assert counts.fraction_lost == 51
    counts.add(6, 0, 1.0)
    assert counts.fraction_lost == 0
    counts.add(8, 0, 1.0)
    assert counts.fraction_lost == 128


def test_duplicates_make_the_loss_negative_but_not_the_fraction() -> None:
    counts = counted(1, 2, 2, 2)
    assert counts.packets_lost == -2
    assert counts.fraction_lost == 0


def test_a_stray_is_not_counted_and_a_new_beginning_counts_anew() -> None:
    counts = counted(1, 2, 30_000)
    assert counts.packets_received == 2
    counts.add(30_001, 0, 1.0)
    assert (counts.packets_received, counts.packets_expected) == (1, 1)


def test_jitter_is_the_mean_difference_of_transit_times() -> None:
    counts = StreamCounts(90_000)
    for place in range(400):
        counts.add(place, place * 3600, place * 0.04 + 0.01 * (place % 2))
    assert counts.jitter == pytest.approx(900, rel=0.05)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 65_535), st.integers(0, UINT32), st.floats(0, 1e9)), max_size=100))
def test_every_figure_fits_its_field(packets: list[tuple[int, int, float]]) -> None:
    """Whatever comes, a report can be packed."""
    counts = StreamCounts(90_000)
    for number, stamp, now in packets:
        counts.add(number, stamp, now)
        assert 0 <= counts.fraction_lost <= 255
        assert LOST_LEAST <= counts.packets_lost <= LOST_MOST
        assert 0 <= counts.jitter <= UINT32
        assert 0 <= counts.max_seq <= UINT32
