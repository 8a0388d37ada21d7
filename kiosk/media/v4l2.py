"""Which of Linux's video devices is a camera that PyAV can read."""

import fcntl
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

QUERYCAP = 0x80685600
"""``VIDIOC_QUERYCAP``: ``_IOR('V', 0, struct v4l2_capability)`` of linux/videodev2.h."""
CAPABILITY = struct.Struct("=16s32s32sIII12x")
"""driver, card, bus_info, version, capabilities, device_caps, 3 reserved words."""
VIDEO_CAPTURE = 0x1
NOT_CAMERAS = frozenset({"unicam", "rp1-cfe", "bcm2835-isp", "bcm2835-codec", "pispbe", "rpi-hevc-dec", "rpivid"})
"""Drivers of the Pi's ribbon cameras and its codecs: raw sensor data or no picture at all."""


@dataclass(frozen=True)
class Capability:
    """What a driver says of a video device."""

    driver: str
    card: str
    device_caps: int

    @property
    def is_camera(self) -> bool:
        """Whether it delivers pictures of a camera that needs no image processing of ours."""
        return bool(self.device_caps & VIDEO_CAPTURE) and self.driver not in NOT_CAMERAS


def unpack(answer: bytes) -> Capability:
    """A ``struct v4l2_capability`` of 104 bytes."""
    driver, card, _, _, _, device_caps = CAPABILITY.unpack(answer)
    return Capability(
        driver.split(b"\0")[0].decode(errors="replace"), card.split(b"\0")[0].decode(errors="replace"), device_caps
    )


def query(device: Path) -> Capability:
    """Ask the driver. Raises `OSError`."""
    with device.open("rb", buffering=0) as file:
        return unpack(fcntl.ioctl(file, QUERYCAP, bytes(CAPABILITY.size)))


def find_camera(folder: Path = Path("/dev"), ask: Callable[[Path], Capability] = query) -> Path | None:
    """The camera with the lowest number, or None."""
    nodes = [node for node in folder.glob("video*") if node.name[5:].isdigit()]
    for node in sorted(nodes, key=lambda node: int(node.name[5:])):
        with suppress(OSError):
            if ask(node).is_camera:
                return node
    return None
