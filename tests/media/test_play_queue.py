"""What waits to be played: in order, little, and never for long."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import MisuseError
from kiosk.media.play_queue import HELD_BLOCKS, STEADY_BLOCKS, WINDOW_BLOCKS, PlayQueue
from kiosk.media.ports import BLOCK, AudioBlock


def block(number: int) -> AudioBlock:
    return np.full(BLOCK, number, np.int16)


def taken(queue: PlayQueue, times: int) -> list[int | None]:
    """The first samples of the next blocks, None for silence."""
    blocks = [queue.take() for _ in range(times)]
    return [None if one is None else int(one[0]) for one in blocks]


def test_starts_at_once_with_two() -> None:
    queue = PlayQueue()
    queue.put(block(1))
    queue.put(block(2))
    assert taken(queue, 3) == [1, 2, None]


def test_one_alone_waits_for_one_beat() -> None:
    """A lone block is played too, 20 ms later; meanwhile a second one may come."""
    queue = PlayQueue()
    queue.put(block(1))
    assert taken(queue, 2) == [None, 1]


def test_oldest_give_way() -> None:
    queue = PlayQueue()
    for number in range(1, HELD_BLOCKS + 4):
        queue.put(block(number))
    assert queue.dropped == 3
    assert taken(queue, HELD_BLOCKS + 1) == [*range(4, HELD_BLOCKS + 4), None]


def test_underruns_are_ends_of_sound() -> None:
    """Silence before, between and after isn't counted block by block."""
    queue = PlayQueue()
    taken(queue, 3)
    assert queue.underruns == 0
    for _ in range(2):
        queue.put(block(1))
        queue.put(block(2))
        taken(queue, 5)
    assert queue.underruns == 2


def test_delay_that_built_up_is_worked_off() -> None:
    """After a hiccup of the network 180 ms wait; within seconds it is 60, one block at a time."""
    queue = PlayQueue()
    for _ in range(HELD_BLOCKS - 1):
        queue.put(block(1))
    waiting = []
    for _ in range(8 * WINDOW_BLOCKS):
        queue.put(block(1))
        queue.take()
        waiting.append(queue.waiting)
    assert waiting[-1] + 1 == STEADY_BLOCKS  # with the one that was just taken
    assert all(before - after <= 1 for before, after in itertools.pairwise(waiting))
    assert queue.underruns == 0


@given(st.lists(st.booleans(), max_size=400))
def test_order_is_kept_and_nothing_is_lost_unseen(puts: list[bool]) -> None:
    """Whatever the order of puts and takes: numbers only grow, and each was played, dropped, or waits."""
    queue = PlayQueue()
    played: list[int] = []
    put = 0
    for putting in puts:
        if putting:
            put += 1
            queue.put(block(put))
        else:
            played += [number for number in taken(queue, 1) if number is not None]
    assert played == sorted(set(played))
    assert put == len(played) + queue.dropped + queue.waiting
    assert queue.waiting <= HELD_BLOCKS


@pytest.mark.parametrize(
    "wrong",
    [np.zeros(959, np.int16), np.zeros((BLOCK, 1), np.int16), np.zeros(BLOCK, np.int32)],
    ids=["short", "2-d", "wide"],
)
def test_another_form(wrong: AudioBlock) -> None:
    with pytest.raises(MisuseError, match=r"\(960,\) int16"):
        PlayQueue().put(wrong)
