"""Which size and rate a bit rate gives, with time as an argument."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rtc.send.ladder import (
    DOWN_S,
    FULL_FPS,
    LEAST_FPS,
    SCALES,
    UP_S,
    Ladder,
    Rung,
    sized,
)

HD = 1280 * 720


@pytest.mark.parametrize(
    ("kbps", "rung"),
    [
        (2500, Rung(1.0, 30)),
        (750, Rung(1.0, 30)),
        (600, Rung(0.75, 30)),
        (300, Rung(0.5, 30)),
        (120, Rung(0.375, 30)),
        (50, Rung(0.25, 30)),
        (40, Rung(0.25, 20)),
        (25, Rung(0.25, 10)),
        (5, Rung(0.25, 5)),
    ],
)
def test_what_a_bit_rate_is_enough_for(kbps: int, rung: Rung) -> None:
    assert Ladder(HD).begin(kbps * 1000, 0) == rung


def test_sizes_are_even() -> None:
    assert [sized(1280, 720, scale) for scale in SCALES] == [
        (1280, 720),
        (960, 540),
        (640, 360),
        (480, 270),
        (320, 180),
    ]
    assert sized(853, 481, 0.375) == (320, 180)
    assert sized(2, 2, 0.25) == (2, 2)


def test_a_small_camera_is_not_made_smaller_than_a_face_can_be() -> None:
    assert Ladder(640 * 480).begin(1000, 9).scale == 0.5
    assert Ladder(160 * 120).begin(1000, 9) == Rung(1.0, 5)


def test_a_moment_changes_nothing_but_a_collapse_does() -> None:
    ladder = Ladder(HD)
    ladder.begin(1_500_000, 0)
    assert ladder.decide(600_000, 0, 1.0).scale == 1.0
    assert ladder.decide(1_500_000, 0, 1.2).scale == 1.0
    assert ladder.decide(600_000, 0, 1.4).scale == 1.0
    assert ladder.decide(600_000, 0, 1.4 + DOWN_S).scale == 0.75
    assert ladder.decide(150_000, 0, 2.0).scale == 0.375, "far too low: at once, and straight to what fits"


def test_it_rises_where_there_is_room_for_a_while() -> None:
    ladder = Ladder(HD)
    ladder.begin(500_000, 0)
    assert ladder.decide(800_000, 0, 0.0).scale == 0.75, "enough, but no room"
    assert ladder.decide(1_000_000, 0, 1.0).scale == 0.75
    assert ladder.decide(1_000_000, 0, 1.0 + UP_S).scale == 1.0


def test_a_size_that_was_taken_too_early_is_tried_later_each_time() -> None:
    ladder, now, rises = Ladder(HD), 0.0, []
    scale = ladder.begin(500_000, 0).scale
    for _ in range(4000):
        now += 0.05
        before, scale = scale, ladder.decide(1_000_000 if scale < 1.0 else 500_000, 0, now).scale
        if scale > before:
            rises.append(now)
    gaps = [later - earlier for earlier, later in pairwise(rises)]
    assert all(later > earlier - 0.1 for earlier, later in pairwise(gaps))
    assert gaps[-1] > 25
    now += 100
    ladder.decide(2_000_000, 0, now)
    now += 40
    assert ladder.decide(2_000_000, 0, now).scale == 1.0
    now += 100
    ladder.decide(100_000, 0, now)
    ladder.decide(2_000_000, 0, now)
    assert ladder.decide(2_000_000, 0, now + UP_S).scale == 1.0, "what held for long is trusted again"


def test_a_size_that_held_for_a_while_was_not_taken_too_early() -> None:
    """Given up after half a minute: neither a mistake that makes it more careful, nor so long that it forgets one."""
    ladder = Ladder(HD)
    ladder.begin(500_000, 0)
    ladder.decide(1_000_000, 0, 0.0)
    assert ladder.decide(1_000_000, 0, UP_S).scale == 1.0
    assert ladder.decide(300_000, 0, 30.0).scale == 0.5
    ladder.decide(1_000_000, 0, 31.0)
    assert ladder.decide(1_000_000, 0, 31.0 + UP_S).scale == 1.0


def test_the_board_s_word_binds_whatever_the_line_allows() -> None:
    ladder = Ladder(HD)
    assert ladder.begin(2_500_000, 2).scale == 0.5
    assert ladder.decide(2_500_000, 0, 1.0).scale == 1.0


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(1_000, 3_000_000), st.integers(0, 4), st.floats(0.01, 2)), max_size=200))
def test_resolution_goes_before_the_frame_rate(steps: list[tuple[float, int, float]]) -> None:
    """Fewer than 30 pictures a second only at the smallest size, fewer than 20 only where the line doesn't allow them."""
    ladder, now = Ladder(HD), 0.0
    for bps, down, pause in steps:
        now += pause
        rung = ladder.decide(bps, down, now)
        if rung.fps < FULL_FPS:
            assert rung.scale == SCALES[-1]
        if rung.fps < LEAST_FPS:
            assert bps < ladder.need_bps(len(SCALES) - 1, LEAST_FPS)
        assert rung.scale <= SCALES[down]


@settings(deadline=None)
@given(st.lists(st.floats(450_000, 880_000), min_size=100, max_size=300))
def test_a_bit_rate_that_swings_around_a_bound_does_not_change_the_size_all_the_time(rates: list[float]) -> None:
    """Ten times a second: once down for good, as none of them has room for more."""
    ladder, scales = Ladder(HD), [1.0]
    ladder.begin(900_000, 0)
    for number, bps in enumerate(rates):
        scales.append(ladder.decide(bps, 0, number / 10).scale)
    assert sum(earlier != later for earlier, later in pairwise(scales)) <= 1
