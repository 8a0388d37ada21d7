"""Finds the machine's own camera."""

from kiosk.config import CameraSection
from kiosk.errors import DeviceError
from kiosk.media import rpicam, v4l2
from kiosk.media.faults import camera_error, device_fault
from kiosk.media.formats import CameraForm, RibbonCamera, V4l2Camera
from kiosk.media.rpicam import RibbonSource
from kiosk.media.source import Feed, Source
from kiosk.media.sources import V4l2Source


def real_camera() -> CameraForm | None:
    """The first USB camera, else the ribbon camera if rpicam-vid lists one, else None."""
    device = v4l2.find_camera()
    if device is not None:
        return V4l2Camera(str(device))
    return RibbonCamera() if rpicam.lists_camera() else None


class AutoSource:
    """The machine's own camera, looked for at each opening: one that is plugged in later is found then."""

    def __init__(self, section: CameraSection) -> None:
        self.section = section
        self.found: Source | None = None

    @property
    def name(self) -> str:
        """The found camera's name, else ``auto``."""
        return self.found.name if self.found else "auto"

    def open(self) -> Feed:
        """Open what is found. Raises `DeviceError` when there is none."""
        size = (self.section.width, self.section.height, self.section.fps)
        match real_camera():
            case V4l2Camera(device):
                self.found = V4l2Source(device, *size)
            case RibbonCamera():
                self.found = RibbonSource(*size)
            case _:
                raise camera_error(
                    "No camera was found.",
                    'Plug in a USB camera or connect a ribbon camera; source = "pattern" in [camera] needs none.',
                )
        return self.found.open()

    def fault(self, error: Exception) -> DeviceError:
        """The found camera's."""
        return self.found.fault(error) if self.found else device_fault("auto", error)
