"""Makes the configured devices."""

from pathlib import Path

from kiosk.config import CameraSection, MicrophoneSection, SpeakerSection
from kiosk.media.auto import AutoSource
from kiosk.media.camera import AvCamera
from kiosk.media.formats import (
    AutoCamera,
    AutoSound,
    BeepSound,
    FileCamera,
    FileSound,
    MeasuringSound,
    NamedSound,
    PatternCamera,
    RibbonCamera,
    SpeechSound,
    ToneSound,
    V4l2Camera,
    parse_camera,
    parse_microphone,
    parse_speaker,
)
from kiosk.media.ports import Camera, Microphone, Speaker
from kiosk.media.pulse import pulse_microphone, pulse_speaker
from kiosk.media.rpicam import RibbonSource
from kiosk.media.sound_sources import SPEECH, SoundFile, Tone
from kiosk.media.source import Source
from kiosk.media.sources import FileSource, PatternSource, V4l2Source
from kiosk.media.virtual_sound import MeasuringSpeaker, recording_speaker, virtual_microphone


def open_camera(section: CameraSection) -> Camera:
    """The configured camera, not yet started. Raises `ConfigError` for a source that names none."""
    return AvCamera(_source(section), section.width, section.height, section.fps)


def open_microphone(section: MicrophoneSection) -> Microphone:
    """The configured microphone, not yet started. Raises `ConfigError` for a source that names none."""
    match parse_microphone(section.source):
        case ToneSound(hz):
            return virtual_microphone(section.source, lambda: Tone(hz))
        case BeepSound(hz):
            return virtual_microphone(section.source, lambda: Tone(hz, beeping=True))
        case SpeechSound():
            return virtual_microphone(section.source, lambda: SoundFile(SPEECH))
        case FileSound(path):
            return virtual_microphone(section.source, lambda: SoundFile(Path(path)))
        case (AutoSound() | NamedSound()) as form:
            return pulse_microphone(section.source, form)


def open_speaker(section: SpeakerSection) -> Speaker:
    """The configured speaker, not yet started; ``measure`` gives a `MeasuringSpeaker`. Raises `ConfigError`."""
    match parse_speaker(section.sink):
        case MeasuringSound():
            return MeasuringSpeaker()
        case FileSound(path):
            return recording_speaker(section.sink, Path(path))
        case (AutoSound() | NamedSound()) as form:
            return pulse_speaker(section.sink, form)


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
