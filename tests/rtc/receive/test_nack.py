"""What is asked for again, and when."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rtc.receive.nack import (
    MOST_MISSING,
    REORDER_S,
    RTT_FIRST_S,
    RTT_LEAST_S,
    RTT_MOST_S,
    SLACK_S,
    TRIES,
    Nacks,
    RoundTrip,
)


def nacks_after(*numbers: int, now: float = 0.0) -> Nacks:
    nacks = Nacks()
    for number in numbers:
        nacks.arrived(number, now, resent=False)
    return nacks


def test_nothing_is_missing_without_a_gap() -> None:
    nacks = nacks_after(1, 2, 3, 3, 2)
    assert nacks.due(10.0) == []
    assert nacks.next_deadline() is None
    assert nacks.give_up(10.0) is None


def test_a_gap_is_asked_for_after_the_time_that_reordering_gets() -> None:
    nacks = nacks_after(1, 4)
    assert nacks.next_deadline() == REORDER_S
    assert nacks.due(REORDER_S / 2) == []
    assert nacks.due(REORDER_S) == [2, 3]
    assert nacks.asked == 2


def test_what_was_only_overtaken_is_not_asked_for() -> None:
    nacks = nacks_after(1, 3, 2)
    assert nacks.due(1.0) == []
    assert nacks.rtt.s == RTT_FIRST_S


def test_an_answer_that_gets_lost_is_asked_for_again_by_the_round_trip() -> None:
    nacks = nacks_after(1, 3)
    assert nacks.due(REORDER_S) == [2]
    again = REORDER_S + RTT_FIRST_S + SLACK_S
    assert nacks.next_deadline() == pytest.approx(again)
    assert nacks.due(again - 0.001) == []
    assert nacks.due(again) == [2]


def test_where_losses_are_the_rule_requests_go_in_pairs() -> None:
    nacks = nacks_after(1, 3, 5, 7)
    nacks.due(1.0)
    for number in (2, 4, 6):
        nacks.arrived(number, 1.3, resent=True)
    nacks.arrived(9, 2.0, resent=False)
    times = [at for at in (2 + step / 1000 for step in range(700)) if nacks.due(at)]
    assert times == pytest.approx([2.005, 2.105, 2.325, 2.425, 2.645], abs=0.003)


def test_tries_are_bounded_even_where_patience_is_long() -> None:
    nacks = nacks_after(1, 3)
    for _ in range(15):
        nacks.rtt.answered(0.01)
    tries = sum(len(nacks.due(at / 1000)) for at in range(1000))
    assert tries == TRIES
    assert nacks.next_deadline() == pytest.approx(nacks.patience_s)


def test_it_is_given_up_when_patience_ends() -> None:
    nacks = nacks_after(1, 5)
    nacks.arrived(3, 0.1, resent=True)
    assert nacks.give_up(nacks.patience_s - 0.001) is None
    assert nacks.give_up(nacks.patience_s) == 4
    assert nacks.next_deadline() is None


def test_too_much_at_once_is_given_up_from_the_oldest() -> None:
    nacks = nacks_after(0, MOST_MISSING + 11)
    assert nacks.give_up(0.0) == 10
    assert nacks.due(1.0) == list(range(11, MOST_MISSING + 11))


def test_repairs_are_the_rule_after_three_within_ten_seconds() -> None:
    nacks = nacks_after(1, 3, 5, 7)
    nacks.due(1.0)
    for number, now in ((2, 1.2), (4, 2.0)):
        nacks.arrived(number, now, resent=True)
    assert not nacks.busy(2.0)
    nacks.arrived(6, 3.0, resent=True)
    assert nacks.busy(11.1)
    assert not nacks.busy(11.3)


def test_what_nobody_needs_is_forgotten() -> None:
    nacks = nacks_after(1, 5)
    nacks.forget_below(4)
    assert nacks.due(1.0) == [4]
    nacks.forget_all()
    assert nacks.due(1.0) == []
    nacks.arrived(500, 1.0, resent=False)
    assert nacks.due(2.0) == []


def test_the_round_trip_is_learnt_from_answers() -> None:
    nacks = nacks_after(1, 3)
    nacks.due(1.0)
    nacks.arrived(2, 1.24, resent=True)
    assert nacks.rtt.s == pytest.approx(0.24)
    assert nacks.patience_s == pytest.approx(3.5 * 0.26)


def test_the_round_trip_keeps_to_its_bounds_and_forgives_outliers() -> None:
    rtt = RoundTrip()
    rtt.answered(60.0)
    assert rtt.s == RTT_MOST_S
    for _ in range(15):
        rtt.answered(0.0)
    assert rtt.s == RTT_LEAST_S
    for _ in range(7):
        rtt.answered(5.0)
    assert rtt.s == RTT_LEAST_S


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.floats(0, 0.2)), max_size=200))
def test_it_stays_small_and_asks_only_for_what_is_missing(arrivals: list[tuple[int, float]]) -> None:
    """In any order, with any holes and duplicates: bounded, and never asking for what is there."""
    nacks, there, now = Nacks(), set[int](), 0.0
    for number, wait in arrivals:
        now += wait
        nacks.arrived(number, now, resent=number % 2 == 0)
        there.add(number)
        nacks.give_up(now)
        asked = nacks.due(now)
        assert not there & set(asked)
        assert all(min(there) < number < max(there) for number in asked)
        assert asked == sorted(asked)
        deadline = nacks.next_deadline()
        assert deadline is None or deadline > now - 1e-9
        assert len(nacks._missing) <= MOST_MISSING
