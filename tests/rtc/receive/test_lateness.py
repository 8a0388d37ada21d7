"""How long to wait for what comes late."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rtc.receive.lateness import LEAP_S, Lateness, Pace, Wish

WISH = Wish(body=0.9, tail=0.99, forgiven_s=0.1, least_s=0.0, most_s=0.4)


def pace_of(lateness: list[float], wish: Wish = WISH, drift: float = 0.0) -> tuple[Pace, list[float]]:
    """A pace that has seen pictures 40 ms apart come that late; by how much each was shown after its time."""
    pace = Pace(wish)
    shown = []
    for number, late in enumerate(lateness):
        media_s = number * 0.04
        shown.append(pace.due(media_s, 100 + media_s * (1 + drift) + late) - 100 - media_s)
    return pace, shown


def test_a_steady_line_adds_no_delay() -> None:
    pace, shown = pace_of([0.0] * 500)
    assert pace.delay_s == pytest.approx(0, abs=1e-9)
    assert shown == pytest.approx([0.0] * 500, abs=1e-9)


def test_before_the_first_arrival_the_least_is_wanted() -> None:
    assert Lateness(Wish(0.9, 0.99, 0.1, 0.04, 0.2)).wanted_s() == 0.04


def test_jitter_is_waited_for() -> None:
    chance = random.Random(1)
    pace, _ = pace_of([chance.random() * 0.05 for _ in range(400)])
    assert 0.03 < pace.delay_s < 0.06


def test_rare_lateness_is_covered_but_for_what_is_forgiven() -> None:
    pace, _ = pace_of([0.3 if number % 30 == 0 else 0.0 for number in range(1, 400)])
    assert pace.delay_s == pytest.approx(0.2, abs=0.01)


def test_the_delay_has_a_limit() -> None:
    pace, _ = pace_of([2.0 * (number % 2) for number in range(400)])
    assert pace.delay_s == WISH.most_s


def test_it_grows_at_once_and_shrinks_slowly() -> None:
    """A burst of late pictures is followed at once; when the line is well again, the delay goes by 2% of the time."""
    pace, shown = pace_of([0.0] * 100 + [0.24] * 40 + [0.0] * 2000)
    assert shown[139] == pytest.approx(0.24, abs=0.02)
    assert shown[-1] == pytest.approx(0.0, abs=0.01)
    steps = [later - earlier for earlier, later in pairwise(shown[140:])]
    assert min(steps) >= -Pace.GIVE_BACK * 0.04 - 1e-9
    assert pace.lateness.leaps == 0


def test_a_clock_that_drifts_is_followed() -> None:
    """A sender whose clock is 0.05% slow: after 200 s its pictures come 100 ms later, and aren't taken for late."""
    pace, _ = pace_of([0.0] * 5000, drift=5e-4)
    assert pace.delay_s < 0.01


def test_another_clock_is_taken_over() -> None:
    pace = Pace(WISH)
    for number in range(50):
        pace.due(number * 0.04, number * 0.04)
    jump = 1000 * LEAP_S
    assert pace.due(jump, 2.0) == 2.0
    assert pace.lateness.leaps == 1
    assert pace.due(jump + 0.04, 2.04) == pytest.approx(2.04)


def test_what_is_only_prudent_grows_by_a_fifth_of_the_time() -> None:
    """A delay that is there at once is a freeze of that length."""
    pace = Pace(WISH)
    shown = [pace.due(number * 0.04, 5 + number * 0.04, floor_s=0.1) for number in range(100)]
    assert shown[0] == 5.0
    assert max(later - earlier for earlier, later in pairwise(shown)) == pytest.approx(0.04 * (1 + Pace.SLOW_DOWN))
    assert shown[-1] == pytest.approx(5 + 99 * 0.04 + 0.1)


def fed(pace: Pace, begin: float, count: int, late_s: float = 0.0, clock_s: float = 0.0) -> list[float]:
    """By how much each of ``count`` pictures was shown after it had come; its sender's clock says ``clock_s`` more."""
    waits = []
    for number in range(count):
        now = begin + number * 0.04 + late_s
        waits.append(pace.due(begin + number * 0.04 + clock_s, now, paused=number == 0) - now)
    return waits


@pytest.mark.parametrize("clock_s", [-2.9, -0.5, -0.16, 0.0, 0.16, 0.5, 2.9, 5000.0])
def test_after_a_pause_the_first_pictures_are_shown_at_once_whatever_their_clock_says(clock_s: float) -> None:
    """A link between two calls: the line is the same, the sender's timestamps may be others."""
    pace = Pace(WISH)
    fed(pace, 0.0, 100)
    assert max(fed(pace, 10.0, 100, clock_s=clock_s)) < 0.01


def test_after_a_pause_the_delay_of_the_same_line_comes_back_little_by_little() -> None:
    pace, _ = pace_of([0.3 if number % 30 == 0 else 0.0 for number in range(1, 400)])
    assert pace.delay_s == pytest.approx(0.2, abs=0.01)
    waits = fed(pace, 20.0, 40, late_s=100.0)  # by the same clock
    assert waits[0] == 0.0
    assert waits[-1] > 0.15


def test_without_a_pause_what_is_late_is_late() -> None:
    pace = Pace(WISH)
    for number, late in enumerate([0.0] * 50 + [0.25] + [0.0] * 50):
        pace.due(number * 0.04, number * 0.04 + late)
    assert pace.lateness.leaps == 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 10)), max_size=100))
def test_nothing_is_due_in_the_past_nor_far_ahead_of_its_fellows(arrivals: list[tuple[float, float]]) -> None:
    """Whatever the timestamps are."""
    pace, now = Pace(WISH), 0.0
    for media_s, wait in arrivals:
        now += wait
        due = pace.due(media_s, now)
        assert now <= due <= now + WISH.most_s + 2 * LEAP_S * len(arrivals)
        assert 0 <= pace.delay_s <= WISH.most_s
