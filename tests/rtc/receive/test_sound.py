"""Concealment and stretching, heard by numbers."""

from itertools import pairwise

import numpy as np
import pytest

from kiosk.media.levels import dbfs
from kiosk.rtc.receive.sound import BLEND, FADE_AFTER, FADE_FOR, RATE, Concealer, Samples, period, stretched

BLOCK = 960


def voice(hz: float, count: int, start: int = 0, level: float = 8000) -> Samples:
    """A tone with harmonics, as a vowel has them."""
    at = (np.arange(count) + start) / RATE
    wave = sum(np.sin(2 * np.pi * hz * part * at) / part for part in (1, 2, 3, 5))
    return np.rint(level * wave / 2).astype(np.int16)


def noise(count: int, level: float = 3000) -> Samples:
    return np.random.default_rng(4).normal(0, level, count).clip(-32768, 32767).astype(np.int16)


def steepest(samples: Samples) -> int:
    return int(np.abs(np.diff(samples.astype(np.int32))).max())


@pytest.mark.parametrize("hz", [110, 150, 220, 330])
def test_the_period_is_found(hz: int) -> None:
    length, likeness = period(voice(hz, BLOCK))
    assert likeness > 0.97
    assert length % (RATE / hz) == pytest.approx(0, abs=3) or RATE / hz - length % (RATE / hz) < 3


@pytest.mark.parametrize("hz", [110, 220, 330])
def test_a_lost_block_of_a_vowel_is_hardly_told_from_it(hz: int) -> None:
    """The patch carries on the wave: no steps, and like what was lost."""
    concealer = Concealer()
    before = [concealer.good(voice(hz, BLOCK, number * BLOCK)) for number in range(3)]
    patch = concealer.lost(BLOCK)
    after = concealer.good(voice(hz, BLOCK, 4 * BLOCK))
    lost = voice(hz, BLOCK, 3 * BLOCK).astype(np.float64)
    error = patch - lost
    assert 10 * np.log10((lost**2).mean() / (error**2).mean()) > 10
    whole = np.concatenate([*before, patch, after])
    assert steepest(whole) < 1.5 * steepest(voice(hz, 5 * BLOCK))


def test_a_patch_fades_to_silence() -> None:
    concealer = Concealer()
    concealer.good(voice(200, BLOCK))
    concealer.good(voice(200, BLOCK, BLOCK))
    blocks = [concealer.lost(BLOCK) for _ in range(8)]
    levels = [dbfs(block) for block in blocks]
    assert levels[0] == pytest.approx(dbfs(voice(200, BLOCK)), abs=1)
    assert all(later <= earlier + 0.5 for earlier, later in pairwise(levels))
    assert not np.concatenate(blocks)[FADE_AFTER + FADE_FOR :].any()


def test_real_sound_is_left_as_it_is_but_for_the_blend_after_a_patch() -> None:
    concealer = Concealer()
    first, second = noise(BLOCK), voice(200, BLOCK)
    assert np.array_equal(concealer.good(first), first)
    concealer.lost(BLOCK)
    assert np.array_equal(concealer.good(second)[BLEND:], second[BLEND:])
    assert np.array_equal(concealer.good(first), first)


def test_nothing_is_made_of_nothing() -> None:
    assert not Concealer().lost(BLOCK).any()


def test_loudest_sound_does_not_wrap() -> None:
    concealer = Concealer()
    square = np.where(np.arange(2 * BLOCK) // 100 % 2, 32767, -32768).astype(np.int16)
    concealer.good(square)
    assert steepest(concealer.lost(BLOCK)) <= 65535
    assert np.abs(concealer.lost(BLOCK).astype(int)).max() > 30_000


@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize("hz", [110, 220, 330])
def test_stretching_keeps_the_tone(hz: int, by: int) -> None:
    """A whole number of periods is left out or repeated, without a step."""
    samples = voice(hz, BLOCK)
    changed = stretched(samples, by)
    difference = by * (len(changed) - len(samples))
    assert 120 <= difference <= 480
    assert min(difference % (RATE / hz), RATE / hz - difference % (RATE / hz)) < 3
    assert steepest(changed) < 1.3 * steepest(samples)
    assert changed[0] == samples[0]
    assert changed[-1] == samples[-1]


def test_noise_is_not_cut_while_it_is_loud() -> None:
    assert np.array_equal(stretched(noise(BLOCK), -1), noise(BLOCK))
    assert len(stretched(noise(BLOCK, 30), -1)) < BLOCK


def test_nothing_to_do() -> None:
    samples = voice(200, BLOCK)
    assert stretched(samples, 0) is samples
    short = samples[:100]
    assert stretched(short, -1) is short
