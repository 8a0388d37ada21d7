"""Echo cancellation as calls use it (noise suppression and gain on, 20 ms blocks), in rooms made of numbers.

The room: direct sound and reverberation of 0.3 s, an echo as loud as the person in front of the terminal (-26 dBFS both), hiss
at -70 dBFS. Cases: delays of 20 to 200 ms between playing and hearing, clocks 100 ppm apart, a jump of the delay by 50 ms in
the middle, an amplifier that cuts everything above half of the highest peak. The canceller is told the delay, as the kiosk
knows it from its streams, but neither the drift nor the jump.

``erle_db``: how much quieter the echo comes out than it went in, while nobody else speaks: the energy of everything from 3 s
on, the worst case. Gain counts against it. The 3 s after a jump are a new beginning and not in it; ``recover_s`` says how long
it took until a second was 30 dB down again. ``first_3s_db`` and ``worst_second_db`` are in each case.
``near_loss_db``: how much quieter the person comes out while both speak than while the far end is silent, the worst case, from
8 s on. Everything is run twice, the second time with the person's voice upside down; half of the difference of what comes out
is the voice, the echo is in neither (level by energy, as in the attenuation range of ITU-T P.340). ``near_loss_coherent_db``
counts only what is still in phase with the voice, which takes the changes of its sound for loss, too.
What other libraries reach is in docs/adr/0008-echo-cancellation.md.
"""

import argparse
import importlib.metadata
import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np

from kiosk.media.levels import Samples
from kiosk.media.ports import SAMPLE_RATE, EchoCanceller
from kiosk.media.webrtc_audio import WebRtcEchoCanceller
from tests.bench.figures import Figures, main, median, no_options, say
from tests.room import NEAR_DBFS, OTHER_VOICE, Room, Wave, blocks, decibels, digital, noise, speech

SECONDS, QUICK_SECONDS = 32, 24
SETTLED_S = 3
BOTH_FROM_S = 8
GOAL_DB = 30.0
ROOMS, QUICK_ROOMS = (1, 2, 3), (1,)
CASES = {
    "20 ms": Room(delay_ms=20),
    "50 ms": Room(delay_ms=50),
    "80 ms": Room(),
    "120 ms": Room(delay_ms=120),
    "200 ms": Room(delay_ms=200),
    "drift": Room(drift_ppm=100),
    "drift the other way": Room(drift_ppm=-100),
    "jump": Room(jump_ms=50),
    "clipping": Room(cut_at=0.5),
}


def cancelled(heard: Samples, played: Samples, told_ms: float) -> Samples:
    """What comes out of a new canceller."""
    canceller: EchoCanceller = WebRtcEchoCanceller()
    canceller.set_delay_ms(round(told_ms))
    out = []
    for far, near in zip(blocks(played), blocks(heard), strict=True):
        canceller.render(far)
        out.append(canceller.capture(near))
    return np.concatenate(out)


def seconds(wave: Wave | Samples) -> list[float]:
    """The level of each second, in dB."""
    return [decibels(wave[at : at + SAMPLE_RATE]) for at in range(0, wave.size - SAMPLE_RATE + 1, SAMPLE_RATE)]


def alone(room: Room, echo: Wave, played: Samples) -> Figures:
    """Only the far end speaks."""
    began = time.process_time()
    out = cancelled(digital(echo + noise(echo.size)), played, room.delay_ms)
    cpu_s = time.process_time() - began
    gone = [before - after for before, after in zip(seconds(digital(echo)), seconds(out), strict=True)]
    counts = np.ones(len(gone), bool)
    counts[:SETTLED_S] = False
    middle = len(gone) // 2
    if room.jump_ms:
        counts[middle : middle + SETTLED_S] = False
    kept = np.repeat(counts, SAMPLE_RATE)
    figures = {
        "erle_db": decibels(digital(echo)[kept]) - decibels(out[kept]),
        "first_3s_db": min(gone[:SETTLED_S]),
        "worst_second_db": min(np.array(gone)[counts]),
        "cpu_percent": 100 * cpu_s * SAMPLE_RATE / echo.size,
    }
    if room.jump_ms:
        figures["recover_s"] = next((n + 1 for n, lost in enumerate(gone[middle:]) if lost >= GOAL_DB), None)
    return figures


def both(room: Room, echo: Wave, played: Samples) -> Figures:
    """From `BOTH_FROM_S` on the person speaks, too."""
    person = speech(echo.size / SAMPLE_RATE, dbfs=NEAR_DBFS, faster=OTHER_VOICE, later_s=3)
    start = BOTH_FROM_S * SAMPLE_RATE
    person[:start] = 0
    hiss = noise(echo.size)
    out = [cancelled(digital(echo + hiss + sign * person), played, room.delay_ms).astype(float) for sign in (1, -1)]
    voice = (out[0] - out[1])[start:] / 2
    wanted = cancelled(digital(hiss + person), np.zeros_like(played), room.delay_ms)[start:].astype(float)
    return {"near_loss_db": decibels(wanted) - decibels(voice), "near_loss_coherent_db": -coherent_db(voice, wanted)}


def coherent_db(out: Wave, wanted: Wave, size: int = 1920) -> float:
    """The level of the part of ``out`` that is ``wanted``, frequency by frequency, beside that of ``wanted``."""
    window = np.hanning(size)

    def spectra(wave: Wave) -> Any:
        return np.array([np.fft.rfft(window * wave[at : at + size]) for at in range(0, wave.size - size, size // 2)])

    y, s = spectra(out), spectra(wanted)
    power = (np.abs(s) ** 2).sum(0) + 1e-9
    same = np.abs((y * s.conj()).sum(0)) ** 2 / power
    return float(10 * np.log10(same.sum() / power.sum()))


def case(room: Room, length_s: int) -> Figures:
    """One room, alone and both."""
    far = speech(length_s)
    echo = room.echo(far)
    figures = {**alone(room, echo, digital(far)), **both(room, echo, digital(far))}
    return {key: None if value is None else round(float(value), 2) for key, value in figures.items()}


def benchmark(arguments: argparse.Namespace) -> Figures:
    """Every case in every room."""
    length_s, seeds = (QUICK_SECONDS, QUICK_ROOMS) if arguments.quick else (SECONDS, ROOMS)
    cases: dict[str, Figures] = {}
    for seed in seeds:
        for name, room in CASES.items():
            figures = cases[f"{name}, room {seed}"] = case(replace(room, seed=seed), length_s)
            say(f"{name}, room {seed}: {figures}")
    return {
        "erle_db": min(figures["erle_db"] for figures in cases.values()),
        "erle_median_db": median([figures["erle_db"] for figures in cases.values()]),
        "near_loss_db": max(figures["near_loss_db"] for figures in cases.values()),
        "near_loss_median_db": median([figures["near_loss_db"] for figures in cases.values()]),
        "cpu_percent_of_a_core": median([figures["cpu_percent"] for figures in cases.values()], 2),
        "seconds_each": length_s,
        "library": f"livekit {importlib.metadata.version('livekit')}",
        "cases": cases,
    }


if __name__ == "__main__":
    sys.exit(main("echo", __doc__, benchmark, no_options))
