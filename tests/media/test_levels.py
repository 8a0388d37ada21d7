"""Levels in dBFS and frequencies in Hz, against signals that are known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.media.levels import LevelMeter, Samples, dbfs, dominant_hz, tone_level


def sine(hz: float, peak: float, seconds: float = 0.5, phase: float = 0.0) -> Samples:
    when = np.arange(round(48_000 * seconds)) / 48_000
    return np.round(peak * np.sin(2 * math.pi * hz * when + phase)).astype(np.int16)


@pytest.mark.parametrize(("peak", "level"), [(32_767, 0.0), (3276.8, -20.0), (327.68, -40.0), (32.768, -60.0)])
def test_level_of_a_sine(peak: float, level: float) -> None:
    """A sine at full scale is 0 dBFS (AES17)."""
    assert dbfs(sine(997, peak)) == pytest.approx(level, abs=0.05)


def test_level_of_a_square_wave() -> None:
    """At full scale it is 3 dB above a sine."""
    assert dbfs(np.full(960, -32_768, np.int16)) == pytest.approx(3.01, abs=0.01)


@pytest.mark.parametrize("samples", [np.zeros(960, np.int16), np.zeros(0, np.int16)])
def test_silence(samples: Samples) -> None:
    assert dbfs(samples) == float("-inf")
    assert dominant_hz(samples) == 0
    assert tone_level(samples, 440) == float("-inf")


@given(st.floats(100, 20_000), st.floats(0, 6.28), st.floats(100, 32_000))
def test_frequency_is_found(hz: float, phase: float, peak: float) -> None:
    """Within 1 Hz in 100 ms, whatever the phase and the level."""
    assert dominant_hz(sine(hz, peak, 0.1, phase)) == pytest.approx(hz, abs=1)


@given(st.floats(100, 20_000), st.floats(0, 6.28))
def test_level_of_one_tone(hz: float, phase: float) -> None:
    assert tone_level(sine(hz, 3276.8, 0.1, phase), hz) == pytest.approx(-20, abs=0.1)


def test_tones_are_told_apart() -> None:
    """The stronger one dominates; each has its own level; a third one isn't there."""
    both = sine(1000, 3276.8) + sine(3000, 327.68)
    assert dominant_hz(both) == pytest.approx(1000, abs=0.5)
    assert tone_level(both, 3000) == pytest.approx(-40, abs=0.2)
    assert tone_level(both, 2000) < -75


def test_tone_in_noise() -> None:
    """A tone 10 dB under white noise is found."""
    noise = np.random.default_rng(1).normal(0, 3000, 48_000)
    heard = (noise + sine(440, 1340, 1.0)).astype(np.int16)
    assert dominant_hz(heard) == pytest.approx(440, abs=1)


def test_meter_is_the_level_of_everything_together() -> None:
    meter = LevelMeter()
    assert (meter.blocks, meter.dbfs) == (0, float("-inf"))
    blocks = [sine(400, peak, 0.02) for peak in (100, 20_000, 0)]
    for block in blocks:
        meter.add(block)
    assert meter.blocks == 3
    assert meter.dbfs == pytest.approx(dbfs(np.concatenate(blocks)))
