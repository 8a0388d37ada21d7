"""Lips and voice, in virtual time: the picture's pace and the sound's jitter buffer over the same line."""

from collections.abc import Callable

import pytest

from kiosk.rtc.receive.lateness import Pace
from kiosk.rtc.receive.playout import Play, Playout
from kiosk.rtc.receive.sound import LONGEST, RATE
from kiosk.rtc.receive.video import WISH
from kiosk.rtc.receive.voice import BLOCK_S, HURRY_EVERY, SPEAKER_S, STRETCH_EVERY

LATEST_S = 0.1
"""EN 301 549, 6.5.4."""
FPS = 30
PERIOD_S = LONGEST / RATE / 2
"""What one stretch changes, of a voice of 200 Hz."""


def apart(seconds: float, late: Callable[[int], float], floor_s: float = 0.0) -> list[tuple[float, float]]:
    """``(when, seconds that the sound is behind its picture)`` for each packet of sound that is played."""
    pace, playout = Pace(WISH), Playout()
    shown: dict[int, float] = {}
    delays: list[tuple[float, float]] = []
    for number in range(round(seconds * FPS)):
        arrived = number / FPS + late(number)
        before = delays[-1][0] if delays else 0.0
        shown[number] = pace.due(number / FPS, max(arrived, before), floor_s)
        delays.append((max(arrived, before), pace.delay_s))
    found, in_hand, since = [], 0.0, 0
    for tick in range(round((seconds - 1) / BLOCK_S)):
        now = tick * BLOCK_S
        while delays and delays[0][0] <= now:
            playout.picture_delay_s = max(0.0, delays.pop(0)[1] - SPEAKER_S)
        playout.put(tick, now, tick.to_bytes(3, "big"), now)
        while in_hand < BLOCK_S - 1e-9:
            step = playout.next_step(now, in_hand)
            if step is None:
                break
            since += 1
            if isinstance(step, Play):
                media_s = int.from_bytes(step.data, "big") * BLOCK_S
                number = round(media_s * FPS)
                found.append((now, now + in_hand + SPEAKER_S - shown[number] - (media_s - number / FPS)))
                changed = step.stretch != 0 and since >= (HURRY_EVERY if step.hurry else STRETCH_EVERY)
                in_hand += BLOCK_S + (step.stretch * PERIOD_S if changed else 0.0)
                since = 0 if changed else since
            else:
                in_hand += step.s
        in_hand = max(0.0, in_hand - BLOCK_S)
    return found


def worst(found: list[tuple[float, float]], after_s: float) -> float:
    return max(abs(behind) for at, behind in found if at >= after_s)


def test_on_a_good_line_lips_and_voice_are_together_from_the_first_word() -> None:
    assert worst(apart(20, lambda _: 0.0), 0.0) < LATEST_S


@pytest.mark.parametrize("late_s", [0.15, 0.25, 0.35])
def test_a_picture_that_waits_for_repairs_isnt_overtaken_by_its_voice(late_s: float) -> None:
    """Every twelfth picture is repaired, and once that is learnt, the voice keeps up. The rarest stay late: they are forgiven."""
    found = apart(40, lambda number: late_s if number % 12 == 5 else 0.0)
    steady = sorted(abs(behind) for at, behind in found if at >= 12)
    assert steady[int(len(steady) * 0.9)] < LATEST_S


def test_a_delay_that_grows_out_of_prudence_takes_the_voice_along() -> None:
    found = apart(30, lambda _: 0.0, floor_s=0.44)
    assert worst(found, 6.0) < LATEST_S
    assert worst(found, 0.0) < 0.25


def test_when_the_line_is_well_again_both_come_back() -> None:
    found = apart(60, lambda number: 0.4 if number % 12 == 5 and number < 20 * FPS else 0.0)
    well = [behind for at, behind in found if at >= 45]
    assert 0 < min(well) <= max(well) < LATEST_S
