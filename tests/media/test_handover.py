"""Newest first between the reading and the decoding thread."""

import threading
from dataclasses import dataclass

from kiosk.media.handover import DEPTH, Handover


@dataclass(frozen=True)
class Fake:
    """A packet by its number."""

    number: int
    is_keyframe: bool = False


def taken(handover: Handover[Fake]) -> list[tuple[int, bool]]:
    """Everything that waits: number, and whether the decoder begins anew there."""
    found = []
    while (item := handover.take(0)) is not None:
        found.append((item.packet.number, item.fresh))
    return found


def test_of_whole_pictures_only_the_newest_waits() -> None:
    handover: Handover[Fake] = Handover(intra=True)
    for number in range(5):
        handover.put(Fake(number), float(number))
    item = handover.take(0)
    assert item is not None
    assert (item.packet.number, item.clock) == (4, 4.0)
    assert taken(handover) == []


def test_of_others_all_wait_in_order_from_a_key_frame_on() -> None:
    """What comes before the first key frame can't be decoded and is passed over."""
    handover: Handover[Fake] = Handover(intra=False)
    for packet in (Fake(0), Fake(1), Fake(2, is_keyframe=True), Fake(3)):
        handover.put(packet, 0)
    assert taken(handover) == [(2, True), (3, False)]


def test_too_many_are_dropped_up_to_the_next_key_frame() -> None:
    handover: Handover[Fake] = Handover(intra=False)
    handover.put(Fake(0, is_keyframe=True), 0)
    for number in range(1, DEPTH + 5):
        handover.put(Fake(number), 0)
    handover.put(Fake(100, is_keyframe=True), 0)
    assert taken(handover) == [(100, True)]


def test_after_skipping_decoding_begins_at_a_key_frame() -> None:
    handover: Handover[Fake] = Handover(intra=False)
    handover.put(Fake(0, is_keyframe=True), 0)
    handover.skip()
    handover.put(Fake(1), 0)
    handover.put(Fake(2, is_keyframe=True), 0)
    assert taken(handover) == [(2, True)]


def test_closed_it_gives_what_waits_and_then_ends() -> None:
    handover: Handover[Fake] = Handover(intra=True)
    handover.put(Fake(7), 0)
    handover.close()
    assert not handover.ended
    assert taken(handover) == [(7, True)]
    assert handover.ended


def test_a_waiting_taker_wakes_at_once() -> None:
    """For a packet, and for the end."""
    handover: Handover[Fake] = Handover(intra=True)
    got: list[Fake | None] = []

    def take() -> None:
        for _ in range(2):
            item = handover.take(30)
            got.append(item.packet if item else None)
            first.set()

    first = threading.Event()
    taker = threading.Thread(target=take)
    taker.start()
    handover.put(Fake(1), 0)
    assert first.wait(5)
    handover.close()
    taker.join(5)
    assert not taker.is_alive()
    assert got == [Fake(1), None]
