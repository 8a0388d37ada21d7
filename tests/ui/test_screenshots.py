"""The command that pictures the screens."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QGuiApplication, QImage

from kiosk.ui.screenshots import SCREENS, save, take
from tests.screens import Screens, near

Pixels = NDArray[np.int32]


def test_every_screen_is_a_picture_of_its_own(qt_application: QGuiApplication, tmp_path: Path) -> None:
    """One file a screen, of the wanted size, no two alike; the agent is seen in a call and nowhere else."""
    files = take(tmp_path, qt_application, ((640, 400),))
    assert [file.name for file in files] == [f"terminal-{name}-640x400.png" for name in SCREENS]
    images = {name: QImage(str(file)) for name, file in zip(SCREENS, files, strict=True)}
    assert all((image.width(), image.height()) == (640, 400) for image in images.values())
    assert len({bytes(image.constBits()) for image in images.values()}) == len(SCREENS)
    for name, image in images.items():
        skin = near(image.pixelColor(320, 190), (226, 178, 148), 20)
        assert skin == name.startswith("in-call"), name


def pixels(image: QImage) -> Pixels:
    rgb = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(rgb.constBits(), np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)


@pytest.mark.parametrize("name", ["idle", "out-of-service"])
def test_a_screen_keeps_its_colours_in_the_palette(qt_application: QGuiApplication, tmp_path: Path, name: str) -> None:
    """To the eye: nowhere far from what was on the screen, nearly everywhere the very same."""
    screens = Screens(qt_application)
    screens.show(SCREENS[name])
    shown = screens.window.grab()
    save(shown, tmp_path / "x.png")
    screens.window.close()
    difference = np.abs(pixels(shown) - pixels(QImage(str(tmp_path / "x.png"))))
    assert difference.max() <= 48
    assert (difference.max(1) == 0).mean() > 0.98


def test_a_picture_of_very_many_colours_is_kept_in_full(qt_application: QGuiApplication, tmp_path: Path) -> None:
    assert qt_application
    colours = (np.arange(200 * 200, dtype=np.uint32) * 97 | 0xFF000000).astype(np.uint32)
    image = QImage(colours.data, 200, 200, 800, QImage.Format.Format_RGB32)
    save(image, tmp_path / "x.png")
    np.testing.assert_array_equal(pixels(image), pixels(QImage(str(tmp_path / "x.png"))))
