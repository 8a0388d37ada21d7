"""The pacer, the key frames' pauses, the thinner and the RTP clock, with time as an argument."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rtc.send.key_requests import KeyRequests
from kiosk.rtc.send.pacer import BURST_S, Pacer
from kiosk.rtc.send.rtp_clock import MODULUS, RtpClock
from kiosk.rtc.send.thinner import Thinner


def test_a_large_picture_is_spread_over_the_time_that_it_takes() -> None:
    """50 packets of 1,250 bytes at 1 Mbit/s are half a second, but for what may leave at once."""
    pacer, now = Pacer(1_000_000), 10.0
    for _ in range(50):
        now += pacer.wait_s(now)
        pacer.sent(1250, now)
    assert now == pytest.approx(10.0 + 49 * 0.01 - BURST_S)
    assert pacer.queued_s(now) == pytest.approx(0.01 + BURST_S)
    assert pacer.queued_s(now + 1) == 0


def test_a_small_packet_does_not_wait_for_the_one_long_before() -> None:
    pacer = Pacer(1_000_000)
    pacer.sent(1250, 10.0)
    assert pacer.wait_s(10.1) == 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(50, 1400), st.floats(0, 0.05)), min_size=2), st.integers(100_000, 5_000_000))
def test_no_more_leaves_than_the_rate_and_one_burst(packets: list[tuple[int, float]], bps: int) -> None:
    pacer, now, sent = Pacer(bps), 0.0, []
    for size, pause in packets:
        now += pause
        now += pacer.wait_s(now)
        pacer.sent(size, now)
        sent.append((now, size))
    for first in range(len(sent)):
        bits = sum(size for _, size in sent[first:-1]) * 8
        assert bits <= bps * (sent[-1][0] - sent[first][0] + BURST_S) + 1e-3


def test_a_key_frame_is_due_at_once_and_then_once_a_second() -> None:
    keys = KeyRequests()
    assert not keys.due(0.0)
    keys.ask()
    assert keys.due(0.0)
    keys.made(0.0)
    keys.ask()
    assert not keys.due(0.9)
    assert keys.due(1.0)


@settings(deadline=None)
@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=300))
def test_a_storm_of_requests_gets_one_key_frame_a_second(pauses: list[float]) -> None:
    """And the last request is answered, at the latest a second after the key frame before it."""
    keys, now, made = KeyRequests(), 0.0, []
    for pause in pauses:
        now += pause
        keys.ask()
        if keys.due(now):
            keys.made(now)
            made.append(now)
    assert made[0] == pauses[0]
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(made))
    assert now - made[-1] < 1.0


@pytest.mark.parametrize(
    ("camera", "wanted", "expected"), [(30, 30, 300), (30, 20, 200), (30, 10, 100), (15, 20, 150), (25, 20, 200)]
)
def test_pictures_are_left_out_evenly(camera: int, wanted: int, expected: int) -> None:
    thinner = Thinner()
    kept = [at for number in range(camera * 10) if thinner.keep(at := number / camera, wanted)]
    assert abs(len(kept) - expected) <= 2
    gaps = [later - earlier for earlier, later in pairwise(kept)]
    assert max(gaps) <= 1 / min(camera, wanted) + 1 / camera


@settings(deadline=None)
@given(st.lists(st.floats(-0.012, 0.012), min_size=60, max_size=60))
def test_a_camera_that_is_not_exact_loses_nothing_at_its_own_rate(shakes: list[float]) -> None:
    thinner = Thinner()
    assert all(thinner.keep(number / 30 + shake, 30) for number, shake in enumerate(shakes))


def test_another_track_s_times_begin_anywhere() -> None:
    thinner = Thinner()
    assert thinner.keep(5000.0, 30)
    assert [thinner.keep(number / 30, 30) for number in range(5)] == [True] * 5


def test_a_new_track_goes_on_where_the_time_is() -> None:
    clock = RtpClock(1000, 90_000)
    assert clock.stamp(7, 10.0, fresh=True) == 1000
    assert clock.stamp(3007, 10.03, fresh=False) == 4000
    assert clock.stamp(500_000, 12.03, fresh=True) == 4000 + 180_000, "two seconds later on the line's clock"
    assert clock.stamp(503_000, 12.07, fresh=False) == 187_000


def test_a_track_that_jumps_back_does_not_run_backwards_on_the_line() -> None:
    clock = RtpClock(MODULUS - 100, 1000)
    assert clock.stamp(5000, 1.0, fresh=True) == MODULUS - 100
    assert clock.stamp(5050, 1.05, fresh=False) == MODULUS - 50
    assert clock.stamp(0, 1.15, fresh=False) == 50, "wraps around"


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000_000), st.floats(0, 5), st.booleans()), min_size=2))
def test_timestamps_always_grow(steps: list[tuple[int, float, bool]]) -> None:
    clock, now, before = RtpClock(0, 90_000), 0.0, -1
    for ticks, pause, fresh in steps:
        now += pause
        stamp = clock.stamp(ticks, now, fresh=fresh)
        assert 0 < (stamp - before) % MODULUS < MODULUS // 2
        before = stamp
