"""When a key frame is asked for."""

from itertools import pairwise

import pytest

from kiosk.rtc.receive.keys import LONGEST_WAIT_S, MAKING_S, KeyRequests

RTT = 0.1


def test_nothing_is_asked_while_none_is_needed() -> None:
    keys = KeyRequests()
    keys.coming(0.0, RTT)
    assert not keys.wanted
    assert keys.next_deadline() is None
    assert not keys.due(100.0, RTT)


def test_it_is_asked_for_once_however_often_it_is_wanted() -> None:
    keys = KeyRequests()
    asked = 0
    for step in range(20):
        keys.want(step / 100)
        asked += keys.due(step / 100, RTT)
    assert asked == keys.asked == 1


def test_it_is_repeated_with_growing_distance_until_it_comes() -> None:
    keys = KeyRequests()
    keys.want(0.0)
    times = [step / 1000 for step in range(20_000) if keys.due(step / 1000, RTT)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    first = 1.5 * RTT + MAKING_S
    assert gaps[:4] == pytest.approx([first, 2 * first, 4 * first, 8 * first], abs=0.002)
    assert gaps[-1] == pytest.approx(LONGEST_WAIT_S, abs=0.002)
    keys.got()
    assert not keys.wanted
    assert keys.next_deadline() is None


def test_the_next_need_is_asked_for_at_once_again() -> None:
    keys = KeyRequests()
    keys.want(0.0)
    for step in range(30):
        keys.due(step / 10, RTT)
    keys.got()
    keys.want(5.0)
    assert keys.due(5.0, RTT)
    assert keys.next_deadline() == pytest.approx(5.0 + 1.5 * RTT + MAKING_S)


def test_one_that_is_on_its_way_gets_time() -> None:
    keys = KeyRequests()
    keys.want(1.0)
    keys.coming(0.9, RTT)
    assert not keys.due(1.0, RTT)
    assert keys.due(0.901 + 1.5 * RTT + MAKING_S, RTT)
