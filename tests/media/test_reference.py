"""What the speaker plays stays in step with what the microphone hears."""

import random
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from kiosk.media.levels import Samples
from kiosk.media.ports import BLOCK, AudioBlock
from kiosk.media.reference import HELD, MOST, Reference, held_for

SILENCE = np.zeros(BLOCK, np.int16)
HOUR_BLOCKS = 3600 * 50


def block(number: int) -> AudioBlock:
    return np.full(BLOCK, number, np.int16)


def numbers(reference: Reference, count: int) -> list[int]:
    return [int(reference.take()[0]) for _ in range(count)]


@pytest.fixture
def reference() -> Reference:
    return Reference()


@pytest.mark.parametrize(
    ("delay_ms", "blocks"), [(0, 1), (20, 1), (40, 1), (79, 1), (80, 2), (119, 2), (120, HELD), (500, HELD)]
)
def test_never_holds_more_than_half_the_delay(delay_ms: int, blocks: int) -> None:
    """An echo can't be cancelled before it is known; one block is what has to be there anyway."""
    assert held_for(delay_ms) == blocks


def test_in_step_when_both_are_in_time(reference: Reference) -> None:
    heard = []
    for number in range(1, 6):
        reference.put(block(number))
        heard += numbers(reference, 1)
    assert heard == [1, 2, 3, 4, 5]


def test_begins_when_enough_waits(reference: Reference) -> None:
    """Until then it gives silence, which isn't a hole."""
    reference.hold(3)
    heard = []
    for number in range(1, 6):
        reference.put(block(number))
        heard += numbers(reference, 1)
    assert heard == [0, 0, 1, 2, 3]
    assert reference.waiting_ms == 40
    assert reference.restarts == 0


def test_late_block_is_passed_over(reference: Reference) -> None:
    """A thread that was late tears one hole; what comes after is where it was before."""
    reference.put(block(1))
    assert numbers(reference, 2) == [1, 0]
    reference.put(block(2))
    reference.put(block(3))
    assert numbers(reference, 1) == [3]


def test_lined_up_anew_after_silence_in_the_air(reference: Reference) -> None:
    """When the speaker itself was late, what it plays next is played now."""
    reference.hold(2)
    for number in (1, 2):
        reference.put(block(number))
    assert numbers(reference, 10) == [1, 2, 0, 0, 0, 0, 0, 0, 0, 0]
    assert reference.restarts == 1
    for number in (3, 4):
        reference.put(block(number))
    assert numbers(reference, 2) == [3, 4]


def test_a_lasting_lag_does_not_stay_silent(reference: Reference) -> None:
    """A speaker that plays one block late for good costs a few holes, not every block from then on."""
    reference.put(block(1))
    assert numbers(reference, 2) == [1, 0]
    heard = []
    for number in range(2, 40):
        heard += numbers(reference, 1)
        reference.put(block(number))
    assert reference.restarts == 1
    assert all(heard[-20:])


def test_never_grows_while_nobody_listens(reference: Reference) -> None:
    """A microphone that was gone finds the newest blocks."""
    for number in range(1, 1000):
        reference.put(block(number))
        assert reference.waiting_ms <= MOST * 1000 / 48_000
    assert numbers(reference, 1)[0] > 999 - MOST // BLOCK - 1


def ticks(ppm: float, jitter: random.Random) -> Iterator[str]:
    """Who is next, playing or hearing, for an hour: each 20 ms by its own clock, and up to 15 ms late."""
    events = [(number * 0.02 / (1 + ppm / 1e6) + jitter.uniform(0, 0.015), "played") for number in range(HOUR_BLOCKS)]
    events += [(number * 0.02 + 0.01 + jitter.uniform(0, 0.015), "heard") for number in range(HOUR_BLOCKS)]
    return (what for at_s, what in sorted(events) if at_s < 3599)


@pytest.mark.parametrize("ppm", [100, -100, 0])
def test_two_clocks_for_an_hour(ppm: float) -> None:
    """Nothing is ever missing or thrown away, and what waits stays about as much: the step is kept sample by sample."""
    reference = Reference()
    levels: list[float] = []
    reference.hold(3)
    played = block(7)
    for what in ticks(ppm, random.Random(1)):
        if what == "played":
            reference.put(played)
        else:
            heard = reference.take()
            assert heard.all() or len(levels) < 5
            levels.append(reference.waiting_ms)
    assert len(levels) > HOUR_BLOCKS * 0.99
    assert reference.restarts == 0
    smooth = np.convolve(levels[50:], np.ones(500) / 500, "valid")
    assert np.abs(smooth - smooth[0]).max() < 15


def test_slipping_keeps_a_tone_whole() -> None:
    """Where blocks are squeezed by a sample there is no click."""
    reference, heard, at = Reference(), [], 0
    for beat in range(3000):
        for _ in range(2 if beat % 600 == 599 else 1):  # 1,667 ppm: far more than any two clocks
            wave = 8000 * np.sin(2 * np.pi * 440 / 48_000 * np.arange(at, at + BLOCK))
            reference.put(np.round(wave).astype(np.int16))
            at += BLOCK
        heard.append(reference.take())
    joined: Samples = np.concatenate(heard[5:])
    assert np.abs(np.diff(joined.astype(np.int32))).max() < 1.1 * 8000 * 2 * np.pi * 440 / 48_000 + 2


def test_two_threads(reference: Reference) -> None:
    """Nothing is torn, doubled or turned round while one thread puts and the other takes."""
    heard: list[AudioBlock] = []

    def put() -> None:
        for number in range(1, 20_001):
            reference.put(block(number))

    player = threading.Thread(target=put)
    player.start()
    while player.is_alive() or reference.waiting_ms > 20:
        heard.append(reference.take())
    player.join()
    whole = [piece for piece in heard if piece.any()]
    assert whole
    values = [int(piece[0]) for piece in whole if (piece == piece[0]).all()]
    assert values == sorted(set(values))
