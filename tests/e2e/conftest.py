"""What every end-to-end story needs: a world, and a browser whose camera and microphone can be told apart from others."""

import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from kiosk.media.pattern import write_numbered_clip
from tests.browser import RunningBrowser, chromium, executable
from tests.e2e.world import World, world

AGENT_HZ = 700
"""What Chromium's microphone sounds."""


@pytest.fixture(scope="session")
def agent_media(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A numbered clip and a beep that Chromium takes for its camera and its microphone."""
    folder = tmp_path_factory.mktemp("agent")
    clip, sound = folder / "clip.mjpeg", folder / "beep.wav"
    write_numbered_clip(clip, seconds=30, width=640, height=360, fps=20)
    time = np.arange(48_000 * 4) / 48_000
    beep = np.sin(2 * np.pi * AGENT_HZ * time) * (time % 0.5 < 0.25) * 16_000
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(beep.astype("<i2").tobytes())
    return clip, sound


def flags(agent_media: tuple[Path, Path]) -> tuple[str, str]:
    """What makes Chromium use them."""
    clip, sound = agent_media
    return f"--use-file-for-fake-video-capture={clip}", f"--use-file-for-fake-audio-capture={sound}"


@pytest.fixture
async def browser(agent_media: tuple[Path, Path]) -> AsyncIterator[RunningBrowser]:
    """A real Chromium of its own for this test, so that it may be killed."""
    if executable() is None:
        pytest.skip("Chromium isn't installed: `make test` installs it")
    async with chromium(*flags(agent_media)) as running:
        yield running


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    """A distributor without wrap-up times."""
    async with world(tmp_path) as everything:
        yield everything
