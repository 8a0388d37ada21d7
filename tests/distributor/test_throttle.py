"""Counting what happens too often: pure, with the time as an argument."""

import pytest

from kiosk.distributor.outbox import Closing, Outbox, OutboxFullError
from kiosk.distributor.throttle import Admission, Bucket, Failures, Window


def test_a_window_counts_the_last_ones_only() -> None:
    """Three within ten seconds fill it; as the first grows old it is free again."""
    window = Window(3, 10.0)
    assert not window.full(0.0)
    assert [window.add(now) for now in (0.0, 1.0, 2.0)] == [False, False, True]
    assert window.free_in(4.0) == pytest.approx(6.0)
    assert not window.full(10.0)
    assert window.free_in(10.0) == 0.0
    assert window.add(10.5)
    assert not window.add(21.0)


def test_the_last_of_a_window_can_be_taken_back() -> None:
    """Also where there is none."""
    window = Window(1, 10.0)
    window.take_back()
    assert window.add(0.0)
    window.take_back()
    assert not window.full(0.0)


def test_failures_are_counted_by_address() -> None:
    """One address that fails doesn't block another; the oldest address is forgotten beyond the bound."""
    times = [0.0]
    failures = Failures(2, 60.0, lambda: times[-1], addresses=2)
    failures.add("a")
    times.append(1.0)
    failures.add("a")
    times.append(2.0)
    assert failures.blocked_s("a") == pytest.approx(58.0)
    assert failures.blocked_s("b") == 0.0
    failures.forgive("a")
    assert failures.blocked_s("a") == 0.0
    failures.add("a")
    assert failures.blocked_s("a") > 0.0
    failures.add("b")
    failures.add("c")
    failures.forgive("a")
    assert failures.blocked_s("a") == 0.0


def test_a_bucket_fills_again_up_to_its_size() -> None:
    """Two at once, then one a second, never more than two however long it rested."""
    bucket = Bucket(2, 1.0, 0.0)
    assert [bucket.take(now) for now in (0.0, 0.0, 0.0, 0.5, 1.0, 1.0)] == [True, True, False, False, True, False]
    assert [bucket.take(100.0) for _ in range(3)] == [True, True, False]


def test_admission_counts_in_all_and_by_address() -> None:
    """Whoever leaves makes room."""
    admission = Admission(3, 2)
    assert [admission.enter(address) for address in "aaabb"] == [True, True, False, True, False]
    admission.leave("a")
    assert admission.enter("b")
    admission.leave("a")
    admission.leave("b")
    admission.leave("b")
    assert [admission.enter("c") for _ in range(3)] == [True, True, False]


async def test_an_outbox_is_bounded_in_messages_and_bytes() -> None:
    """What was taken makes room."""
    outbox = Outbox(2, 10)
    outbox.put("12345")
    with pytest.raises(OutboxFullError):
        outbox.put("123456")
    outbox.put("1")
    with pytest.raises(OutboxFullError):
        outbox.put("1")
    assert await outbox.take(1.0) == "12345"
    outbox.put(b"123456")
    assert [await outbox.take(1.0), await outbox.take(1.0)] == ["1", b"123456"]
    assert await outbox.take(0.0) is None


async def test_nothing_follows_a_closing() -> None:
    """What waits is sent before it, or thrown away; the first closing counts."""
    for at_once, expected in ((False, ["a", "last"]), (True, ["last"])):
        outbox = Outbox(1, 10)
        outbox.put("a")
        outbox.close(Closing(1008, "x"), last="last", at_once=at_once)
        outbox.close(Closing(1000, "y"))
        outbox.put("b")
        assert [await outbox.take(1.0) for _ in expected] == expected
        assert await outbox.take(1.0) == Closing(1008, "x")
        assert outbox.closed
