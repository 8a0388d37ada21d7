"""The jitter buffer for sound, in virtual time."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rtc.receive.playout import (
    MOST_WAITING,
    MOST_WITH_PICTURE_S,
    PATCHED_S,
    WISH,
    Patch,
    Play,
    Playout,
)

STEP_S = 0.02


def play(
    arrivals: list[tuple[float, int]], seconds: float, playout: Playout | None = None
) -> tuple[Playout, list[Play | Patch | None]]:
    """Packets of 20 ms by arrival time and number, and a player that asks every 20 ms. What it played."""
    playout = playout or Playout()
    waiting = sorted(arrivals)
    steps: list[Play | Patch | None] = []
    for tick in range(round(seconds / STEP_S)):
        now = tick * STEP_S
        while waiting and waiting[0][0] <= now:
            at, number = waiting.pop(0)
            playout.put(number, number * STEP_S, number.to_bytes(2, "big"), at)
        steps.append(playout.next_step(now, 0.0))
    return playout, steps


def numbers(steps: Sequence[Play | Patch | None]) -> list[int]:
    return [int.from_bytes(step.data, "big") for step in steps if isinstance(step, Play)]


def on_time(count: int, late_s: float = 0.0) -> list[tuple[float, int]]:
    return [(number * STEP_S + late_s, number) for number in range(count)]


def test_a_steady_stream_is_played_whole_after_the_least_delay() -> None:
    playout, steps = play(on_time(200), 4.0)
    assert steps.index(next(step for step in steps if step)) == round(WISH.least_s / STEP_S)
    played = numbers(steps)
    assert played == list(range(len(played)))
    assert all(step == Play(step.data) for step in steps[3:] if isinstance(step, Play)), "nothing is stretched"
    assert playout.patched == playout.late == 0


def test_a_lost_packet_is_patched_in_its_place() -> None:
    _, steps = play([packet for packet in on_time(100) if packet[1] != 50], 1.9)
    begun = [step for step in steps if step is not None]
    assert begun[50] == Patch(STEP_S)
    assert numbers(begun)[49:51] == [49, 51]


def test_what_comes_after_its_time_is_dropped() -> None:
    arrivals = [packet for packet in on_time(100) if packet[1] != 50]
    playout, steps = play([*arrivals, (50 * STEP_S + 0.2, 50)], 1.9)
    assert 50 not in numbers(steps)
    assert playout.late == 1


def test_jitter_raises_the_delay_at_once_and_a_good_line_lowers_it_slowly() -> None:
    chance = random.Random(5)
    jittery = [(number * STEP_S + chance.random() * 0.12, number) for number in range(400)]
    playout, _ = play(jittery, 8.0)
    high = playout.delay_s
    assert 0.09 < high < 0.14
    calm = [(number * STEP_S, number) for number in range(400, 1000)]
    _, steps = play([(at, number) for at, number in calm], 20.0, playout)
    assert playout.delay_s == WISH.least_s
    assert sum(step.stretch for step in steps if isinstance(step, Play)) < 0, "what waits is played faster"


def test_a_buffer_that_runs_low_is_stretched() -> None:
    """The line's delay grows by 50 ms: after the gap, sound is made longer, not torn apart again."""
    playout = Playout()
    _, steps = play(on_time(60), 1.2, playout)
    playout.picture_delay_s = 0.2
    more: list[Play | Patch | None] = []
    for number in range(60, 120):
        playout.put(number, number * STEP_S, b"xx", number * STEP_S)
        more.append(playout.next_step(number * STEP_S, 0.0))
    assert any(isinstance(step, Play) and step.stretch == 1 for step in more)
    assert steps


def test_the_delay_never_leaves_its_bounds() -> None:
    playout, _ = play([(number * STEP_S + 0.9 * (number % 2), number) for number in range(300)], 6.0)
    assert playout.delay_s == WISH.most_s
    playout.picture_delay_s = 9.0
    assert playout.delay_s == MOST_WITH_PICTURE_S


def test_the_sound_waits_for_its_picture() -> None:
    playout = Playout()
    playout.picture_delay_s = 0.3
    _, steps = play(on_time(100), 2.0, playout)
    assert steps.index(next(step for step in steps if step)) == round(0.3 / STEP_S)


def test_an_end_is_patched_for_a_moment_and_then_nothing_is_played() -> None:
    playout, steps = play(on_time(50), 3.0)
    patches = [step for step in steps if isinstance(step, Patch)]
    assert len(patches) == round(PATCHED_S / STEP_S)
    assert steps[-1] is None
    assert playout.idle


def test_after_a_pause_the_sound_begins_anew_with_its_delay() -> None:
    playout, steps = play([*on_time(50), *on_time(200)[150:]], 3.9)
    assert numbers(steps)[-1] > 150
    assert steps[150] is None
    assert isinstance(steps[153], Play)
    assert playout.late == 0


def test_a_hole_in_the_timestamps_is_a_pause_of_the_senders_and_no_loss() -> None:
    """A microphone that stalled: nothing is patched for what never was."""
    playout = Playout()
    steps = []
    for number in range(6):
        playout.put(number, number * STEP_S + 0.4 * (number == 5), b"x", number * STEP_S + 0.4 * (number == 5))
        steps.append(playout.next_step(number * STEP_S, 0.0))
    steps += [playout.next_step(number * STEP_S, 0.0) for number in (6, 7)]
    assert [type(step) for step in steps if step is not None] == [Play] * 6


def test_another_clock_is_begun_with_anew() -> None:
    playout, _ = play(on_time(50), 1.0)
    playout.put(51, 9000.0, b"z", 1.01)
    assert playout.next_step(1.02, 0.0) is None
    assert playout.next_step(1.2, 0.0) == Play(b"z", stretch=-1, hurry=True)


@pytest.mark.parametrize("clock_s", [-2.0, -0.4, 0.4, 2.0])
def test_after_a_pause_another_clock_doesnt_hold_the_sound_up(clock_s: float) -> None:
    """A link between two calls: the sender's timestamps stood still meanwhile, or were set."""
    first = round((10 + clock_s) / STEP_S)
    again = [(10 + number * STEP_S, first + number) for number in range(200)]
    _, steps = play([*on_time(100), *again], 14.5)
    assert numbers(steps)[100:] == [number for _, number in again], "nothing is left out"
    begun = next(tick for tick, step in enumerate(steps) if tick * STEP_S >= 10 and step is not None)
    assert begun * STEP_S - 10 <= WISH.least_s + STEP_S


def test_what_is_far_behind_is_caught_up_with_by_leaving_out() -> None:
    """A line that stood still for a second and then brings everything at once."""
    stalled = [(max(number * STEP_S, 2.0) if number > 50 else number * STEP_S, number) for number in range(200)]
    _, steps = play(stalled, 4.0)
    last = numbers(steps)[-1]
    assert last > 200 - (PATCHED_S + 0.25 + WISH.most_s) / STEP_S - 5


def test_other_packet_lengths_are_learnt() -> None:
    playout = Playout()
    for number in range(10):
        playout.put(number, number * 0.06, b"x", number * 0.06)
        if number >= 1:
            playout.next_step(number * 0.06, 0.0)
    assert playout._packet_s == pytest.approx(0.06)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1 << 30), st.floats(0, 0.4), st.floats(0, 0.3), st.floats(0, 0.2), st.floats(-5e-3, 5e-3))
def test_any_line(seed: int, loss: float, jitter_s: float, twice: float, drift: float) -> None:
    """Loss, jitter, reordering, duplicates, drift: in order, each once, bounded, and the delay stays near what is wanted."""
    chance = random.Random(seed)
    arrivals = [
        (n * STEP_S * (1 + drift) + chance.random() * jitter_s, n) for n in range(400) if chance.random() >= loss
    ]
    arrivals += [(at + 0.03, number) for at, number in arrivals if chance.random() < twice]
    playout, steps = play(arrivals, 9.0)
    played = numbers(steps)
    assert played == sorted(set(played))
    assert len(playout._waiting) <= MOST_WAITING
    assert WISH.least_s <= playout.delay_s <= WISH.most_s


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 70_000), st.floats(-1e5, 1e5), st.floats(0, 1)), max_size=150))
def test_hostile_packets_do_no_harm(packets: list[tuple[int, float, float]]) -> None:
    playout, now = Playout(), 0.0
    for number, media_s, wait in packets:
        now += wait
        playout.put(number, media_s, b"x", now)
        playout.next_step(now, 0.0)
        assert len(playout._waiting) <= MOST_WAITING


def test_what_waits_is_bounded() -> None:
    playout = Playout()
    for number in range(1000):
        playout.put(number, number * 0.003, b"x", 0.0)
    assert len(playout._waiting) == MOST_WAITING
