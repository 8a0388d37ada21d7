"""The door between threads, with real threads."""

import threading
from collections.abc import Callable
from functools import partial

import av
import pytest
from PySide6.QtGui import QGuiApplication

from kiosk.ui.marshal import Door, VideoSlot
from tests.qt import run_qt_until, turn_qt


@pytest.fixture
def door(qt_application: QGuiApplication) -> Door:
    assert qt_application
    return Door()


def in_thread(what: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=what)
    thread.start()
    return thread


def test_what_is_handed_in_runs_on_qts_thread_in_its_order(door: Door) -> None:
    ran: list[tuple[int, int]] = []

    def note(number: int) -> None:
        ran.append((number, threading.get_ident()))

    def hand_in() -> None:
        for number in range(500):
            door.to_qt(partial(note, number))

    thread = in_thread(hand_in)
    run_qt_until(lambda: len(ran) == 500)
    thread.join()
    assert ran == [(number, threading.get_ident()) for number in range(500)]


def test_nothing_runs_at_once(door: Door) -> None:
    """Not even when Qt's own thread hands it in: callers may hold locks."""
    ran: list[int] = []
    door.to_qt(lambda: ran.append(1))
    assert ran == []
    run_qt_until(lambda: ran == [1])


def test_a_defect_in_one_leaves_the_others_alone(door: Door) -> None:
    ran: list[int] = []
    door.to_qt(lambda: ran.append(1 // len(ran)))
    door.to_qt(lambda: ran.append(2))
    run_qt_until(lambda: ran == [2])


def test_many_threads_lose_nothing(door: Door) -> None:
    ran: list[int] = []

    def hand_in(base: int) -> None:
        for number in range(base, base + 200):
            door.to_qt(partial(ran.append, number))

    threads = [in_thread(partial(hand_in, base)) for base in (0, 1000, 2000, 3000)]
    run_qt_until(lambda: len(ran) == 800)
    for thread in threads:
        thread.join()
    assert len(set(ran)) == 800
    for base in (0, 1000, 2000, 3000):
        assert [n for n in ran if base <= n < base + 1000] == list(range(base, base + 200))


def test_a_closed_door_lets_nothing_in_or_out(door: Door) -> None:
    ran: list[int] = []
    door.to_qt(lambda: ran.append(1))
    door.close()
    door.to_qt(lambda: ran.append(2))
    turn_qt()
    assert ran == []


def test_the_newest_picture_wins(door: Door) -> None:
    """While Qt is busy, each new picture takes the place of the one before."""
    taken: list[av.VideoFrame] = []
    slot = VideoSlot(door, taken.append)
    pictures = [av.VideoFrame(16, 16, "yuv420p") for _ in range(10)]

    def offer_all() -> None:
        for picture in pictures:
            slot.offer(picture)

    in_thread(offer_all).join()
    run_qt_until(lambda: bool(taken))
    turn_qt()
    assert taken == [pictures[-1]]
    assert slot.dropped == 9


def test_pictures_that_come_one_by_one_are_all_taken(door: Door) -> None:
    taken: list[av.VideoFrame] = []
    slot = VideoSlot(door, taken.append)

    def reached(count: int) -> bool:
        return len(taken) == count

    for count in range(1, 6):
        slot.offer(av.VideoFrame(16, 16, "yuv420p"))
        run_qt_until(partial(reached, count))
    assert slot.dropped == 0


def test_pictures_are_taken_on_qts_thread(door: Door) -> None:
    threads: list[int] = []
    slot = VideoSlot(door, lambda _frame: threads.append(threading.get_ident()))
    in_thread(lambda: slot.offer(av.VideoFrame(16, 16, "yuv420p"))).join()
    run_qt_until(lambda: bool(threads))
    assert threads == [threading.get_ident()]
