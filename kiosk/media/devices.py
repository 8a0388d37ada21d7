"""Makes the configured devices."""

from kiosk.config import CameraSection
from kiosk.media.auto import AutoSource
from kiosk.media.camera import AvCamera
from kiosk.media.formats import AutoCamera, FileCamera, PatternCamera, RibbonCamera, V4l2Camera, parse_camera
from kiosk.media.ports import Camera
from kiosk.media.rpicam import RibbonSource
from kiosk.media.source import Source
from kiosk.media.sources import FileSource, PatternSource, V4l2Source


def open_camera(section: CameraSection) -> Camera:
    """The configured camera, not yet started. Raises `ConfigError` for a source that names none."""
    return AvCamera(_source(section), section.width, section.height, section.fps)


def _source(section: CameraSection) -> Source:
    size = (section.width, section.height, section.fps)
    match parse_camera(section.source):
        case AutoCamera():
            return AutoSource(section)
        case V4l2Camera(device):
            return V4l2Source(device, *size)
        case RibbonCamera():
            return RibbonSource(*size)
        case PatternCamera():
            return PatternSource(*size)
        case FileCamera(path):
            return FileSource(path, section.fps)
