"""Packets into pictures."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rtc.receive.frames import CAPACITY, Frame, Frames, Packet


def picture(first: int, stamp: int, size: int = 3, *, key: bool = False, begins: bool | None = None) -> list[Packet]:
    """A picture's packets; a key frame's first is known to begin it."""
    return [
        Packet(
            first + place,
            stamp,
            marker=place == size - 1,
            data=f"{stamp}.{place} ".encode(),
            key=key and place == 0,
            begins=(key if begins is None else begins) and place == 0,
        )
        for place in range(size)
    ]


def stream(pictures: int, key_every: int = 1000, size: int = 3, start: int = 10) -> list[Packet]:
    return [
        packet
        for number in range(pictures)
        for packet in picture(start + number * size, number, size, key=number % key_every == 0)
    ]


def taken(frames: Frames, packets: list[Packet]) -> list[int]:
    """The timestamps of the pictures handed over while these packets come."""
    stamps = []
    for packet in packets:
        frames.add(packet)
        stamps += [frame.stamp for frame in frames.take()]
    return stamps


def test_a_picture_is_handed_over_with_its_marker() -> None:
    """Not with the next picture's first packet."""
    frames = Frames()
    first, second, third = picture(10, 0, key=True)
    assert taken(frames, [first, second]) == []
    frames.add(third)
    assert frames.take() == [Frame(0, b"0.0 0.1 0.2 ", key=True, end=12)]
    assert frames.head == 13
    assert frames.held == 0


def test_without_a_marker_the_next_timestamp_ends_it() -> None:
    packets = [Packet(p.number, p.stamp, marker=False, data=p.data, key=p.key, begins=p.begins) for p in stream(3)]
    assert taken(Frames(), packets) == [0, 1]


def test_nothing_begins_without_a_key_frame() -> None:
    frames = Frames()
    assert taken(frames, stream(5)[3:]) == []
    assert frames.head is None


def test_a_key_frame_whose_beginning_is_not_certain_waits() -> None:
    """Its first packet doesn't tell by itself (an IDR slice without its parameter sets in front)."""
    frames = Frames()
    uncertain = picture(13, 1, key=True, begins=False)
    assert taken(frames, uncertain) == []
    assert taken(frames, [picture(10, 0)[-1]]) == [1]


def test_a_key_frame_is_found_by_a_later_packet_of_it() -> None:
    """The key is not in its first packet: what is before it is another picture's, by its timestamp."""
    late_key = [Packet(11, 5, marker=False, data=b"a"), Packet(12, 5, marker=True, data=b"b", key=True)]
    assert taken(Frames(), [Packet(10, 4, marker=False, data=b"x"), *late_key]) == [5]


def test_a_hole_holds_back_what_follows_until_it_is_filled() -> None:
    frames, packets = Frames(), stream(4)
    assert taken(frames, [*packets[:4], *packets[5:]]) == [0]
    assert taken(frames, [packets[4]]) == [1, 2, 3]


def test_a_whole_key_frame_ends_the_waiting() -> None:
    frames, packets = Frames(), stream(6, key_every=4)
    assert taken(frames, [*packets[:4], *packets[5:]]) == [0, 4, 5]
    assert frames.skips == 1
    assert not frames.add(packets[4]), "too late now"


def test_after_a_skip_only_a_key_frame_goes_on() -> None:
    frames, packets = Frames(), stream(6, key_every=4)
    assert taken(frames, packets[:3]) == [0]
    frames.skip()
    assert taken(frames, packets[3:]) == [4, 5]


def test_after_a_skip_a_key_frame_that_follows_at_once_needs_no_sign_of_its_beginning() -> None:
    frames = Frames()
    taken(frames, stream(1))
    frames.skip()
    assert taken(frames, picture(13, 1, key=True, begins=False)) == [1]


def test_padding_is_no_picture() -> None:
    packets = [*stream(1), Packet(13, 0, marker=False, data=b""), *picture(14, 1)]
    assert taken(Frames(), packets) == [0, 1]


def test_after_a_new_beginning_the_old_is_forgotten() -> None:
    frames = Frames()
    taken(frames, stream(3)[:-1])
    frames.begin_anew()
    assert frames.held == 0
    assert taken(frames, stream(2, start=0)) == [0, 1]


def test_what_waits_is_bounded() -> None:
    frames = Frames()
    taken(frames, stream(1))
    packets = stream(CAPACITY, 1_000_000, size=2, start=14)
    assert taken(frames, packets[2:]) == []
    assert frames.held <= CAPACITY
    assert frames.head is None
    assert taken(frames, picture(5000, 9999, key=True)) == [9999]


@settings(deadline=None)
@given(st.integers(0, 1 << 30), st.floats(0, 0.3), st.integers(0, 12), st.floats(0, 0.3))
@pytest.mark.parametrize("key_every", [1000, 7])
def test_any_order_any_loss(key_every: int, seed: int, loss: float, shuffle: int, twice: float) -> None:
    """Pictures come in order, whole, each once, after a key frame or right after the one before."""
    chance = random.Random(seed)
    packets = stream(40, key_every)
    arriving = [packet for packet in packets if chance.random() >= loss]
    arriving += [packet for packet in arriving if chance.random() < twice]
    arriving.sort(key=lambda packet: packet.number + chance.random() * shuffle)
    frames, got = Frames(), list[Frame]()
    for packet in arriving:
        frames.add(packet)
        got += frames.take()
    wholes = {number: b"".join(p.data for p in packets if p.stamp == number) for number in range(40)}
    assert all(frame.data == wholes[frame.stamp] for frame in got)
    stamps = [frame.stamp for frame in got]
    assert stamps == sorted(set(stamps))
    for before, frame in zip([None, *got], got, strict=False):
        assert frame.key or (before is not None and frame.stamp == before.stamp + 1)
    if loss == 0 and key_every == 1000:
        assert stamps == list(range(40))
