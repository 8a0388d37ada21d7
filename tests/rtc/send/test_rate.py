"""How much may be sent, from estimates and reports, with time as an argument."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rtc.send.adaptation import EASY, LEAST_VOICE_BPS, TIGHT, TIGHT_FOR_S, VOICE_BPS, Adaptation
from kiosk.rtc.send.rate import ACCOUNTED_S, STALE_S, Limits, Rate

LIMITS = Limits(100_000, 1_500_000, 2_500_000)


def test_it_begins_as_configured_and_follows_the_estimate_within_its_limits() -> None:
    rate = Rate(LIMITS)
    assert rate.bps(0.0) == 1_500_000
    for bps, expected in ((800_000, 800_000), (9_000_000, 2_500_000), (1000, 100_000)):
        rate.told(bps, 1.0)
        assert rate.bps(1.0) == expected


def test_an_estimate_that_falls_says_that_the_line_is_narrow() -> None:
    rate = Rate(LIMITS)
    rate.told(1_600_000, 1.0)
    assert rate.congested_at == float("-inf")
    rate.told(800_000, 2.0)
    rate.told(900_000, 3.0)
    assert rate.congested_at == 2.0


def test_many_losses_bring_it_down_and_few_let_it_up_again() -> None:
    rate = Rate(LIMITS)
    rate.told(2_000_000, 0.0)
    rate.reported(0.2, 0.08, 1.0)
    assert rate.bps(1.0) == 1_800_000
    assert rate.congested_at == 1.0
    rate.reported(0.05, 0.08, 2.0)
    assert rate.bps(2.0) == 1_800_000, "losses that a bad line has anyway change nothing"
    rate.reported(0.0, 0.08, 3.0)
    assert rate.bps(3.0) == 2_000_000
    rate.told(2_000_000, 4.0)
    rate.reported(0.0, 0.08, 4.0)
    assert rate.bps(4.0) == 2_000_000


def test_an_estimate_that_fell_has_taken_account_of_the_losses() -> None:
    """A queue overflows: the estimate falls, and the reports of the same losses don't cut what is left."""
    rate = Rate(LIMITS)
    rate.told(600_000, 1.0)
    rate.reported(0.5, 0.3, 1.0 + ACCOUNTED_S)
    assert rate.bps(2.5) == 600_000
    rate.reported(0.5, 0.3, 2.6)
    assert rate.bps(2.6) == 450_000


def test_without_estimates_the_round_trip_decides() -> None:
    """A far end that sends none: a queue takes the bit rate down, an empty line lets it up, losses of a bad line leave it."""
    rate, now = Rate(LIMITS), 10.0
    for _ in range(5):
        now += 1
        rate.reported(0.0, 0.08, now)
    high = rate.bps(now)
    assert 1_500_000 < high <= 1_500_000 * 1.08**5
    rate.reported(0.0, 0.5, now + 1)
    assert rate.bps(now + 1) == pytest.approx(high * 0.8, abs=2)
    assert rate.congested_at == now + 1
    rate.reported(0.05, None, now + 2)
    assert rate.bps(now + 2) == pytest.approx(high * 0.8, abs=2)


def test_a_way_that_has_become_longer_is_no_queue_for_ever() -> None:
    rate, now = Rate(LIMITS), 0.0
    rate.reported(0.0, 0.08, now)
    for _ in range(60):
        now += 1
        rate.reported(0.0, 0.5, now)
    assert now - rate.congested_at > 20


def test_an_estimate_that_nobody_renews_ends() -> None:
    rate = Rate(LIMITS)
    rate.told(500_000, 0.0)
    rate.reported(0.0, None, STALE_S)
    assert rate.bps(STALE_S) == 500_000
    rate.reported(0.0, None, STALE_S + 1)
    rate.reported(0.0, None, STALE_S + 2)
    assert rate.bps(STALE_S + 2) > 500_000


EVENTS = st.lists(
    st.tuples(
        st.one_of(st.floats(0, 1e8), st.tuples(st.floats(0, 1), st.none() | st.floats(0, 10))), st.floats(0.001, 3)
    ),
    max_size=100,
)


@settings(deadline=None)
@given(EVENTS)
def test_whatever_is_said_it_stays_within_its_limits(
    events: list[tuple[float | tuple[float, float | None], float]],
) -> None:
    rate, now = Rate(LIMITS), 0.0
    for said, pause in events:
        now += pause
        if isinstance(said, tuple):
            rate.reported(*said, now)
        else:
            rate.told(said, now)
            assert rate.bps(now) <= max(said + 1, LIMITS.least)
        assert LIMITS.least <= rate.bps(now) <= LIMITS.most


def test_a_line_that_turned_out_narrow_is_filled_carefully_for_a_while() -> None:
    adaptation = Adaptation(LIMITS)
    assert adaptation.decide(1280, 720, 0.0).pacing_bps == 1_500_000 * EASY
    adaptation.rate.told(600_000, 1.0)
    wanted = adaptation.decide(1280, 720, 1.0)
    assert (wanted.bps, wanted.pacing_bps) == (600_000, 600_000 * TIGHT)
    adaptation.rate.told(600_000, 1.0 + TIGHT_FOR_S)
    assert adaptation.decide(1280, 720, 1.0 + TIGHT_FOR_S).pacing_bps == 600_000 * EASY


def test_the_voice_gives_way_only_where_the_picture_has() -> None:
    adaptation = Adaptation(LIMITS)
    adaptation.rate.told(150_000, 1.0)
    assert adaptation.decide(1280, 720, 1.0).voice_bps == VOICE_BPS
    adaptation.rate.told(20_000, 2.0)
    wanted = adaptation.decide(1280, 720, 2.0)
    assert (wanted.bps, wanted.voice_bps) == (LIMITS.least, LEAST_VOICE_BPS)


def test_another_camera_gets_another_ladder() -> None:
    adaptation = Adaptation(LIMITS)
    assert adaptation.growth() == 1
    adaptation.rate.told(300_000, 0.0)
    wanted = adaptation.decide(1280, 720, 0.0)
    assert (wanted.width, wanted.height) == (640, 360)
    assert adaptation.growth() == 2.25
    wanted = adaptation.decide(640, 480, 0.1)
    assert (wanted.width, wanted.height) == (640, 480)


def test_a_hot_board_makes_the_picture_smaller() -> None:
    adaptation = Adaptation(LIMITS)
    adaptation.decide(1280, 720, 0.0)
    adaptation.board.hot(0.0)
    wanted = adaptation.decide(1280, 720, 0.1)
    assert (wanted.width, wanted.height, wanted.bps) == (960, 540, 1_500_000)
