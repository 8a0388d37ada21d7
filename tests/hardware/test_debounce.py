"""Presses among the edges of a contact."""

from kiosk.hardware.debounce import Debounce


def presses(*edges: tuple[float, bool]) -> list[float]:
    debounce = Debounce()
    return [at_s for at_s, closed in edges if debounce.is_press(closed=closed, at_s=at_s)]


def test_a_clean_press_counts_at_its_edge() -> None:
    assert presses((1.0, True), (1.2, False)) == [1.0]


def test_bounces_of_closing_are_one_press_at_the_first_edge() -> None:
    assert presses((1.0, True), (1.002, False), (1.003, True), (1.009, False), (1.012, True)) == [1.0]


def test_bounces_of_opening_are_no_press() -> None:
    assert presses((1.0, True), (2.0, False), (2.004, True), (2.006, False)) == [1.0]


def test_a_second_press_counts() -> None:
    assert presses((1.0, True), (1.1, False), (1.14, True)) == [1.0, 1.14]


def test_a_contact_that_chatters_for_long_is_one_press() -> None:
    """Each edge starts the quiet time afresh, or a worn contact would press every 30 ms."""
    assert presses(*((1.0 + i * 0.01, i % 2 == 0) for i in range(200))) == [1.0]
