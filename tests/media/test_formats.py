"""What the configuration may say about a camera."""

import pytest

from kiosk.errors import ConfigError
from kiosk.media.formats import (
    AutoCamera,
    CameraForm,
    FileCamera,
    PatternCamera,
    RibbonCamera,
    V4l2Camera,
    parse_camera,
)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("auto", AutoCamera()),
        ("rpicam", RibbonCamera()),
        ("pattern", PatternCamera()),
        ("v4l2:/dev/video0", V4l2Camera("/dev/video0")),
        ("v4l2:/dev/v4l/by-id/usb-A:B", V4l2Camera("/dev/v4l/by-id/usb-A:B")),
        ("file:/srv/a film: part 2.mp4", FileCamera("/srv/a film: part 2.mp4")),
        ("file:clip.mjpeg", FileCamera("clip.mjpeg")),
    ],
)
def test_the_forms(text: str, form: CameraForm) -> None:
    assert parse_camera(text) == form


@pytest.mark.parametrize(
    "text", ["", "AUTO", "webcam", "v4l2:", "v4l2:video0", "v4l2", "file:", "file", "rpicam:0", "pattern:"]
)
def test_others_are_refused_with_the_forms(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_camera(text)
    assert f'"{text}"' in caught.value.what
    for form in ("auto", "v4l2:/dev/video0", "rpicam", "pattern", "file:/path"):
        assert form in caught.value.advice
