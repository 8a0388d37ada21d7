"""Makes the configured devices."""

from pathlib import Path

from kiosk.config import CameraSection, MicrophoneSection, SpeakerSection
from kiosk.media.auto import AutoSource
from kiosk.media.camera import AvCamera
from kiosk.media.echo import EchoFreeMicrophone, try_canceller, webrtc_canceller
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
from kiosk.media.pulse import PulseMicrophone, PulseSpeaker
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
            return PulseMicrophone(section.source, form)


def open_speaker(section: SpeakerSection) -> Speaker:
    """The configured speaker, not yet started; ``measure`` gives a `MeasuringSpeaker`. Raises `ConfigError`."""
    match parse_speaker(section.sink):
        case MeasuringSound():
            return MeasuringSpeaker()
        case FileSound(path):
            return recording_speaker(section.sink, Path(path))
        case (AutoSound() | NamedSound()) as form:
            return PulseSpeaker(section.sink, form)


def without_echo(microphone: Microphone, speaker: Speaker, section: MicrophoneSection) -> Microphone:
    """The same microphone as calls are to hear it: what ``speaker`` plays is taken out where the section wants it."""
    return EchoFreeMicrophone(microphone, speaker, lambda: _why_not(microphone, speaker, section))


def load_echo_canceller(microphone: MicrophoneSection, speaker: SpeakerSection) -> None:
    """Load the library now where these may need it, so that a press needn't wait for it; takes some 0.3 s."""
    forms = parse_microphone(microphone.source), parse_speaker(speaker.sink)
    real = all(isinstance(form, AutoSound | NamedSound) for form in forms)
    if microphone.echo_cancellation == "on" or (microphone.echo_cancellation == "auto" and real):
        try_canceller(webrtc_canceller)


def _why_not(microphone: Microphone, speaker: Speaker, section: MicrophoneSection) -> str:
    """Why no echo is to be cancelled now; empty where it is."""
    if section.echo_cancellation == "off":
        return "switched off"
    if isinstance(microphone, PulseMicrophone) and microphone.cancels_echo:
        return "the microphone is the sound service's own echo canceller"
    real = isinstance(microphone, PulseMicrophone) and isinstance(speaker, PulseSpeaker)
    return "" if real or section.echo_cancellation == "on" else "a virtual device has no echo"


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
