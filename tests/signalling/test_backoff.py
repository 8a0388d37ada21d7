"""How long a terminal waits between tries."""

import pytest

from kiosk.errors import MisuseError
from kiosk.signalling.backoff import REFUSAL, RETRY, Backoff, Pace, delay_s


def test_waits_double_up_to_the_cap() -> None:
    assert [delay_s(RETRY, attempt, 0) for attempt in range(6)] == [0.2, 0.4, 0.8, 1.6, 2.0, 2.0]


def test_jitter_takes_off_up_to_half_and_never_adds() -> None:
    assert [delay_s(Pace(1, 8), 2, jitter) for jitter in (0, 0.5, 1)] == [4, 3, 2]


def test_after_years_of_tries_the_wait_is_still_the_cap() -> None:
    """2.0 to the power of the attempt would overflow from about the 1,024th on."""
    assert delay_s(RETRY, 50_000_000, 0) == RETRY.cap_s


@pytest.mark.parametrize(("attempt", "jitter"), [(-1, 0), (0, -0.01), (0, 1.01)])
def test_nonsense_is_our_defect(attempt: int, jitter: float) -> None:
    with pytest.raises(MisuseError):
        delay_s(RETRY, attempt, jitter)


def test_a_terminal_reaches_a_distributor_that_returns_within_five_seconds() -> None:
    """The longest wait leaves 3 s for the connection's set-up and the handshake."""
    assert RETRY.cap_s <= 2


def test_failures_in_a_row_wait_longer_and_a_link_that_held_starts_afresh() -> None:
    backoff = Backoff()
    waits = [backoff.failed(refused=False, held_s=held, jitter=0) for held in (0, 0, 0.5, 5.0, 0)]
    assert waits == [0.2, 0.4, 0.8, 0.2, 0.4]


def test_refusals_have_their_own_slow_count() -> None:
    """Many failed tries before a refusal don't make the first wait after it the longest, nor the other way round."""
    backoff = Backoff()
    refusals = [False, False, False, True, True, False]
    waits = [backoff.failed(refused=refused, held_s=0, jitter=0) for refused in refusals]
    assert waits == [0.2, 0.4, 0.8, REFUSAL.first_s, 2 * REFUSAL.first_s, 0.2]
