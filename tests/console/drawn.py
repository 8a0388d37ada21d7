"""People for the tests' cameras: head and shoulders before a wall, drawn, so that a screenshot looks like a call."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
WIDTH, HEIGHT = 1280, 720


@dataclass(frozen=True)
class Person:
    """Colours as (blue, green, red), 0 to 255; ``wall`` gets darker downwards."""

    wall: Colour
    shirt: Colour
    hair: Colour
    skin: Colour

    def picture(self, sway: int) -> NDArray[np.uint8]:
        """The person, ``sway`` pixels to the right: BGR, shape ``(720, 1280, 3)``."""
        shade = (np.arange(HEIGHT) // 9)[:, None, None]
        wall = np.broadcast_to(np.array(self.wall) - shade, (HEIGHT, WIDTH, 3))
        picture = np.ascontiguousarray(wall, dtype=np.uint8)
        neck: Colour = (self.skin[0] - 16, self.skin[1] - 18, self.skin[2] - 18)
        at = WIDTH // 2 + sway
        _oval(picture, (at - sway // 2, 770), (300, 250), self.shirt)
        _oval(picture, (at, 510), (62, 80), neck)
        _oval(picture, (at, 310), (140, 162), self.hair)
        _oval(picture, (at, 352), (122, 156), self.skin)
        for side in (-48, 48):
            _oval(picture, (at + side, 335), (10, 12), (46, 40, 38))
        cv2.ellipse(picture, (at, 408), (46, 26), 0, 20, 160, (74, 78, 150), 7, cv2.LINE_AA)
        return picture


CUSTOMER = Person(wall=(200, 208, 212), shirt=(110, 84, 58), hair=(40, 54, 74), skin=(142, 178, 222))
AGENT = Person(wall=(214, 222, 208), shirt=(84, 92, 36), hair=(52, 48, 46), skin=(96, 134, 182))


def clip(person: Person, frames: int = 60) -> bytes:
    """A second or two of this person as motion JPEG, for ``--use-file-for-fake-video-capture``."""
    sways = (14 * np.sin(np.arange(frames) * 2 * np.pi / frames)).round().astype(int)
    return b"".join(cv2.imencode(".jpg", person.picture(int(sway)))[1].tobytes() for sway in sways)


def _oval(picture: NDArray[np.uint8], centre: tuple[int, int], axes: tuple[int, int], colour: Colour) -> None:
    cv2.ellipse(picture, centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)
