"""CORE. What the configuration may say about a camera, a microphone and a speaker, as typed values."""

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


MICROPHONE_FORMS = "auto, device:NAME, tone:HZ, beep:HZ, speech or file:/path/to/sound"
SPEAKER_FORMS = "auto, device:NAME, measure or file:/path/to/record.wav"
LOWEST_HZ, HIGHEST_HZ = 20.0, 20_000.0


@dataclass(frozen=True)
class AutoSound:
    """The system's default microphone or speaker."""


@dataclass(frozen=True)
class NamedSound:
    """The microphone or speaker whose name holds ``name``, upper and lower case alike."""

    name: str


@dataclass(frozen=True)
class ToneSound:
    """A pure tone."""

    hz: float


@dataclass(frozen=True)
class BeepSound:
    """A tone that is on for 250 ms and off for 250 ms."""

    hz: float


@dataclass(frozen=True)
class SpeechSound:
    """The spoken clip that ships with the program, again and again."""


@dataclass(frozen=True)
class FileSound:
    """A sound file: played in a loop as a microphone, written as WAV by a speaker."""

    path: str


@dataclass(frozen=True)
class MeasuringSound:
    """A speaker that plays nothing and measures what it would."""


MicrophoneForm = AutoSound | NamedSound | ToneSound | BeepSound | SpeechSound | FileSound
SpeakerForm = AutoSound | NamedSound | MeasuringSound | FileSound


def parse_microphone(source: str) -> MicrophoneForm:
    """The typed value of ``[microphone] source``. Raises `ConfigError` that lists the allowed forms."""
    kind, _, rest = source.partition(":")
    hz = _frequency(rest)
    if kind == "tone" and hz is not None:
        return ToneSound(hz)
    if kind == "beep" and hz is not None:
        return BeepSound(hz)
    if source == "speech":
        return SpeechSound()
    form = _device_or_file(source)
    if form is not None:
        return form
    raise ConfigError(
        f'microphone.source: "{source}" names no microphone.',
        f"Write {MICROPHONE_FORMS}; HZ is between {LOWEST_HZ:.0f} and {HIGHEST_HZ:.0f}.",
    )


def parse_speaker(sink: str) -> SpeakerForm:
    """The typed value of ``[speaker] sink``. Raises `ConfigError` that lists the allowed forms."""
    if sink == "measure":
        return MeasuringSound()
    form = _device_or_file(sink)
    if form is not None:
        return form
    raise ConfigError(f'speaker.sink: "{sink}" names no speaker.', f"Write {SPEAKER_FORMS}.")


def _device_or_file(text: str) -> AutoSound | NamedSound | FileSound | None:
    if text == "auto":
        return AutoSound()
    kind, _, rest = text.partition(":")
    if kind == "device" and rest.strip():
        return NamedSound(rest.strip())
    if kind == "file" and rest:
        return FileSound(rest)
    return None


def _frequency(text: str) -> float | None:
    try:
        hz = float(text)
    except ValueError:
        return None
    return hz if LOWEST_HZ <= hz <= HIGHEST_HZ else None
