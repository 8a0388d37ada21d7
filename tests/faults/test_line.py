"""The line's arithmetic, with time as an argument."""

from tests.faults.line import Counts, Direction, Line


def drain(direction: Direction, now: float) -> list[bytes]:
    out = []
    while (packet := direction.due(now)) is not None:
        out.append(packet)
    return out


def test_half_the_round_trip_each_way() -> None:
    direction = Direction(Line(rtt_ms=80), seed=1)
    direction.put(b"a", 10.0)
    assert direction.next_due() == 10.04
    assert drain(direction, 10.039) == []
    assert drain(direction, 10.04) == [b"a"]
    assert direction.next_due() is None


def test_the_rate_spreads_a_burst_and_the_queue_is_bounded() -> None:
    """80 kbit/s is 10 bytes a millisecond; 50 ms of queue hold the first six packets of 100 bytes, and no more."""
    direction = Direction(Line(kbps=80, queue_ms=50), seed=1)
    for number in range(20):
        direction.put(bytes([number]) * 100, 0.0)
    assert [len(drain(direction, at / 1000)) for at in (9, 10, 20, 59, 61, 1000)] == [0, 1, 1, 3, 1, 0]
    assert direction.counts == Counts(arrived=20, overflowed=14, passed=6, passed_bytes=600)


def test_the_loss_is_the_share_that_was_asked_for_and_the_same_each_time() -> None:
    """5% of 20,000 packets, within five standard deviations; the same ones with the same seed."""

    def survivors(seed: int) -> list[bytes]:
        direction = Direction(Line(loss=0.05), seed=seed)
        for number in range(20_000):
            direction.put(number.to_bytes(2, "big"), 0.0)
        return drain(direction, 0.0)

    assert abs(20_000 - len(survivors(1)) - 1000) < 155
    assert survivors(1) == survivors(1)
    assert survivors(1) != survivors(2)


def test_a_line_that_gets_shorter_keeps_the_order() -> None:
    direction = Direction(Line(rtt_ms=400), seed=1)
    direction.put(b"first", 0.0)
    direction.line = Line(rtt_ms=20)
    direction.put(b"second", 0.1)
    assert drain(direction, 0.15) == []
    assert drain(direction, 0.2) == [b"first", b"second"]


def test_a_line_as_json_is_the_same_line() -> None:
    line = Line(rtt_ms=240, loss=0.05, kbps=600, queue_ms=100)
    assert Line.of({**line.as_json(), "unknown": 1}) == line
