"""Devices that aren't there: the screen says so, a press does nothing, and it heals by itself."""

from pathlib import Path
from typing import Any

import pytest

from kiosk.media.pattern import write_numbered_clip
from tests.e2e.world import World

pytestmark = pytest.mark.e2e

HAS_PINS = any(Path("/dev").glob("gpiochip*"))


@pytest.mark.parametrize(
    ("device", "sections"),
    [
        ("camera", {"camera": {"source": "v4l2:/dev/video99"}}),
        ("camera", {"camera": {"source": f"file:{__file__}"}}),
        ("microphone", {"microphone": {"source": "device:no such thing"}}),
        ("speaker", {"speaker": {"sink": "device:no such thing"}}),
        ("button", {"button": {"pin": "gpio:17"}}),
    ],
    ids=["no camera", "broken video file", "no microphone", "no speaker", "no pins"],
)
async def test_a_missing_device_puts_it_out_of_service(
    here: World, device: str, sections: dict[str, dict[str, Any]]
) -> None:
    if device == "button" and HAS_PINS:
        pytest.skip("this machine has pins, so none is missing")
    terminal = await here.begin_terminal(**sections)
    out = await terminal.state("out_of_service")
    assert out["faults"] == [device]
    online = await terminal.hear_state(lambda line: line["online"])
    assert online["state"] == "out_of_service"


async def test_it_heals_when_the_device_appears(here: World, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    terminal = await here.begin_terminal(camera={"source": f"file:{clip}"})
    await terminal.state("out_of_service")
    write_numbered_clip(clip, seconds=1, width=320, height=240, fps=20)
    await terminal.state("idle")
