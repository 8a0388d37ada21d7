"""What an overloaded or hot board does to the size, with time as an argument."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rtc.send.board import COOL_S, PATIENCE_S, Board


def run(board: Board, seconds: float, took_s: float, begin: float, *, dropped: int = 0) -> float:
    """30 pictures a second, each taking so long; the time afterwards."""
    now = begin
    for _ in range(round(seconds * 30)):
        now += 1 / 30
        board.encoded(took_s, dropped, 1.78, now)
    return now


def test_an_encoder_that_keeps_up_changes_nothing() -> None:
    board = Board(most=3)
    run(board, 60, 0.02, 0.0)
    assert board.steps == 0


def test_an_encoder_that_is_always_busy_makes_the_picture_smaller() -> None:
    board = Board(most=3)
    now = run(board, 1.2, 0.032, 0.0)
    assert board.steps == 0, "a moment is no rule"
    now = run(board, 1.2, 0.032, now)
    assert board.steps == 1
    run(board, 60, 0.032, now)
    assert board.steps == 3, "and no further than it may"


def test_pictures_that_come_in_vain_do_too() -> None:
    board = Board(most=3)
    run(board, 2.5, 0.01, 0.0, dropped=1)
    assert board.steps == 1


def test_a_size_that_would_fit_again_is_tried_after_a_pause_that_doubles() -> None:
    """The larger size takes 34 ms, the smaller one 8: as on a machine that others use whenever it is tried."""
    board, now, rises = Board(most=3), 0.0, []
    for _ in range(9000):
        before = board.steps
        now = run(board, 1 / 30, 0.034 if before == 0 else 0.008, now)
        if board.steps < before:
            rises.append(now)
    gaps = [later - earlier for earlier, later in pairwise(rises)]
    assert len(gaps) >= 3
    assert gaps[0] >= PATIENCE_S
    assert all(later > earlier * 1.5 for earlier, later in pairwise(gaps))


def test_a_size_that_would_not_fit_is_not_tried() -> None:
    board = Board(most=3)
    now = run(board, 2.5, 0.033, 0.0)
    run(board, 100, 0.014, now)
    assert board.steps == 1


def test_heat_takes_one_size_at_a_time_and_gives_it_back_when_it_is_over() -> None:
    board = Board(most=3)
    board.hot(0.0)
    board.hot(1.0)
    assert board.steps == 1
    board.hot(COOL_S)
    assert board.steps == 2
    now = run(board, COOL_S - 1, 0.002, COOL_S)
    assert board.steps == 2
    run(board, 30, 0.002, now)
    assert board.steps == 0


def test_a_pause_begins_anew() -> None:
    board = Board(most=3)
    now = run(board, 1.5, 0.033, 0.0)
    board.pause()
    run(board, 1.5, 0.033, now + 100)
    assert board.steps == 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.2), st.integers(0, 5), st.booleans()), max_size=300))
def test_the_steps_stay_in_bounds(frames: list[tuple[float, int, bool]]) -> None:
    board, now = Board(most=3), 0.0
    for took_s, dropped, hot in frames:
        now += max(took_s, 1 / 30)
        board.encoded(took_s, dropped, 1.78, now)
        if hot:
            board.hot(now)
        assert 0 <= board.steps <= 3
