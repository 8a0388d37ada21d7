"""When a DTLS flight is sent again."""

import pytest

from kiosk.rtc.connect.flight import LEAST_S, MOST_KEPT, MOST_S, TRIES, Flight, is_dtls


def record(kind: int, epoch: int = 0, number: int = 0) -> bytes:
    return bytes([kind, 254, 253]) + epoch.to_bytes(2, "big") + number.to_bytes(6, "big") + b"\0\1x"


HELLO, DONE = record(22, number=1), record(22, epoch=1)


def test_an_unanswered_flight_is_sent_again_whole_ever_more_rarely_and_not_for_ever() -> None:
    flight = Flight()
    flight.sent(HELLO, 10.0, 0.1)
    flight.sent(record(20), 10.0, 0.1)
    at = []
    while (due := flight.next_deadline()) is not None:
        assert flight.again(due - 0.001) == ()
        assert flight.again(due) == (HELLO, record(20))
        at.append(round(due - 10.0, 3))
    assert at == [0.15, 0.45, 1.05, 2.25][:TRIES]
    assert flight.again(99.0) == ()


def test_the_first_time_is_one_and_a_half_round_trips_within_bounds() -> None:
    for rtt_s, waits_s in ((0.0, LEAST_S), (0.2, 0.3), (9.0, MOST_S)):
        flight = Flight()
        flight.sent(HELLO, 0.0, rtt_s)
        assert flight.next_deadline() == pytest.approx(waits_s)


def test_an_answer_does_not_end_it_but_the_next_flight_takes_its_place() -> None:
    """What came may be the far end's flight before, sent again because ours was lost."""
    flight = Flight()
    flight.sent(HELLO, 0.0, 0.1)
    flight.heard(record(22, number=3))
    assert flight.again(0.16) == (HELLO,)
    flight.sent(record(22, number=2), 0.2, 0.1)
    assert flight.again(0.36) == (record(22, number=2),)


def test_the_far_ends_last_flight_or_media_ends_it() -> None:
    for last in (record(20), DONE, b"\x80\x60" + bytes(10)):
        flight = Flight()
        flight.sent(HELLO, 0.0, 0.1)
        flight.heard(last)
        assert flight.next_deadline() is None


def test_what_is_no_handshake_is_not_kept_and_the_rest_within_bounds() -> None:
    """OpenSSL sends its own flight again, with new numbers."""
    flight = Flight()
    flight.sent(b"", 0.0, 0.1)
    flight.sent(record(23), 0.0, 0.1)
    assert flight.next_deadline() is None
    for number in range(20):
        flight.sent(record(22, number=number), 0.0, 0.1)
    assert flight.again(0.16) == tuple(record(22, number=number) for number in range(20 - MOST_KEPT, 20))


def test_dtls_is_told_by_its_first_byte() -> None:
    assert is_dtls(HELLO)
    assert not is_dtls(b"")
    assert not is_dtls(b"\x80")
    assert not is_dtls(b"\x01")
