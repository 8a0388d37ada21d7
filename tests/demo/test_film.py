"""The built-in agent's face and voice."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise

import av
import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError

from kiosk.demo.film import BLINK_EVERY_S, FPS, Film, FilmTrack, split
from kiosk.demo.portrait import HEIGHT, WIDTH
from kiosk.demo.voice import Voice, VoiceTrack
from kiosk.media.levels import dbfs
from kiosk.media.motion import MotionMeter
from kiosk.media.ports import BLOCK


@pytest.fixture(scope="module")
def voice() -> Voice:
    return Voice()


@pytest.fixture(scope="module")
def film(voice: Voice) -> Film:
    return Film(voice)


def test_the_voice_can_be_heard(voice: Voice) -> None:
    """Over any 3 s of the first 15 it is far above what the demo takes for silence, and it never clips."""
    seconds = [
        np.concatenate([voice.block(number)[0] for number in range(first, first + 150)]) for first in range(0, 750, 50)
    ]
    assert all(dbfs(samples) > -35 for samples in seconds)
    assert max(int(np.abs(samples.astype(np.int32)).max()) for samples in seconds) < 32_000


def test_the_voice_goes_round(voice: Voice) -> None:
    """After the clip's end it begins anew; no block is short."""
    assert {voice.block(number).shape for number in range(0, 5000, 7)} == {(1, BLOCK)}


def test_the_mouth_follows_the_voice(voice: Voice) -> None:
    """It is shut before the first word, and both shut and wide open later."""
    opened = [voice.openness(seconds) for seconds in np.arange(0, 15, 1 / FPS)]
    assert opened[0] < 0.05
    assert min(opened) >= 0.0
    assert 0.6 < max(opened) <= 1.0


def test_pictures_have_the_form_and_move(film: Film) -> None:
    """While the agent speaks at least two of three pictures differ from the one before, so that nobody takes it for frozen."""
    meter = MotionMeter()
    for number in range(FPS, 4 * FPS):
        picture = film.picture(number)
        assert picture.shape == (HEIGHT * 3 // 2, WIDTH)
        meter.feed(av.VideoFrame.from_ndarray(picture, format="yuv420p"))
    assert meter.moved >= 2 * meter.frames / 3 - 20


def test_it_blinks(film: Film) -> None:
    """At the end of each interval the eyes' whites are gone for a moment."""
    number = round(BLINK_EVERY_S * FPS)
    eyes = (slice(300, 360), slice(520, 600))
    whites = [int((split(film.picture(near))[0][eyes] > 225).sum()) for near in (number - 30, number - 2)]
    assert whites[0] > 200
    assert whites[1] < whites[0] / 10


def test_a_picture_is_cheap(film: Film) -> None:
    """About 0.2 ms of processor time where this was written."""
    before = time.process_time()
    for number in range(50):
        film.picture(number)
    assert (time.process_time() - before) / 50 < 0.004


async def collect(recv: Callable[[], Awaitable[av.VideoFrame | av.AudioFrame]], number: int) -> list[tuple[int, float]]:
    """The pts and arrival times of so many frames."""
    found = []
    for _ in range(number):
        frame = await recv()
        assert frame.pts is not None
        found.append((frame.pts, time.monotonic()))
    return found


async def test_the_tracks_keep_real_time(film: Film, voice: Voice) -> None:
    """Both begin together, their pts grow evenly, and they are as long as the time that passed."""
    began = time.monotonic()
    pictures, sounds = FilmTrack(film, began), VoiceTrack(voice, began)
    seen, heard = await asyncio.gather(collect(pictures.recv, FPS), collect(sounds.recv, 50))
    assert {later[0] - earlier[0] for earlier, later in pairwise(heard)} == {BLOCK}
    assert all(later[0] > earlier[0] for earlier, later in pairwise(seen))
    assert seen[0][1] - began < 0.5
    for pts, clock, arrived in ((seen[-1][0], 90_000, seen[-1][1]), (heard[-1][0], 48_000, heard[-1][1])):
        assert 0 <= arrived - began - pts / clock < 0.5


async def test_late_pictures_are_left_out(film: Film) -> None:
    """A sender that dawdled gets the picture of now, not those it missed."""
    track = FilmTrack(film, time.monotonic() - 10)
    frame = await track.recv()
    assert frame.pts is not None
    assert frame.pts >= 10 * 90_000


async def test_tracks_that_follow_one_another_have_one_clock(film: Film, voice: Voice) -> None:
    """Their time counts from the link's beginning: to an encoder that goes on, it never runs backwards."""
    now = time.monotonic()
    pictures, sounds = FilmTrack(film, now, now - 10), VoiceTrack(voice, now, now - 10)
    picture, sound = await pictures.recv(), await sounds.recv()
    assert picture.pts is not None
    assert sound.pts is not None
    assert 10 <= picture.pts / 90_000 < 11
    assert 10 <= sound.pts / 48_000 < 11


async def test_stopped_tracks_say_so(film: Film, voice: Voice) -> None:
    for track in (FilmTrack(film, time.monotonic()), VoiceTrack(voice, time.monotonic())):
        track.stop()
        with pytest.raises(MediaStreamError):
            await track.recv()
