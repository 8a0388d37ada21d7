"""CORE. What the configuration may say about a camera, as typed values."""

from dataclasses import dataclass

from kiosk.errors import ConfigError

CAMERA_FORMS = "auto, v4l2:/dev/video0, rpicam, pattern or file:/path/to/video"


@dataclass(frozen=True)
class AutoCamera:
    """The first USB camera, or else the ribbon camera."""


@dataclass(frozen=True)
class V4l2Camera:
    """A camera that Linux shows as a video device, e.g. ``/dev/video0``."""

    device: str


@dataclass(frozen=True)
class RibbonCamera:
    """The Raspberry Pi's ribbon (CSI) camera, through rpicam-vid."""


@dataclass(frozen=True)
class PatternCamera:
    """The virtual camera: a moving picture with a machine-readable number and time."""


@dataclass(frozen=True)
class FileCamera:
    """A video file, played in a loop."""

    path: str


CameraForm = AutoCamera | V4l2Camera | RibbonCamera | PatternCamera | FileCamera

_WORDS: dict[str, CameraForm] = {"auto": AutoCamera(), "rpicam": RibbonCamera(), "pattern": PatternCamera()}


def parse_camera(source: str) -> CameraForm:
    """The typed value of a configuration's ``[camera] source``. Raises `ConfigError` that lists the allowed forms."""
    if source in _WORDS:
        return _WORDS[source]
    kind, _, rest = source.partition(":")
    if kind == "v4l2" and rest.startswith("/dev/"):
        return V4l2Camera(rest)
    if kind == "file" and rest:
        return FileCamera(rest)
    raise ConfigError(f'camera.source: "{source}" names no camera.', f"Write {CAMERA_FORMS}.")
