"""A terminal's configuration."""

from collections.abc import Iterator
from typing import Annotated, Literal

from platformdirs import user_state_path
from pydantic import Field

from kiosk.config.form import ConfigPath, Conflict, Form, Secret, Section, matching
from kiosk.hardware.formats import EXPECTED as PIN_FORMS
from kiosk.hardware.formats import parse_pin
from kiosk.media.formats import (
    CAMERA_FORMS,
    MICROPHONE_FORMS,
    SPEAKER_FORMS,
    parse_camera,
    parse_microphone,
    parse_speaker,
)
from kiosk.signalling.address import fault_of

Pin = Annotated[str, Form(PIN_FORMS, parse_pin)]
LANGUAGE = matching("a language tag such as en or de-CH", r"(?=.{2,35}$)[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
POOL = matching("1 to 64 letters, digits or any of _ . : -", r"[A-Za-z0-9_.:-]{1,64}")
LogLevel = Literal["debug", "info", "warning", "error"]
EchoCancellation = Literal["auto", "on", "off"]


def _check_url(url: str) -> None:
    if wrong := fault_of(url):
        raise ValueError(wrong)


class TerminalSection(Section):
    """Where the terminal keeps its key and its id, how it enrols, and what its customers ask for."""

    state_dir: ConfigPath = user_state_path("kiosk") / "terminal"
    """The directory for the terminal's key and id; made, for its owner only, where it doesn't exist."""
    enrolment_code: Annotated[str, Field(min_length=1, max_length=128), Secret()] | None = None
    """The one-time code from `kiosk distributor enrolment-code`; once used it may stay here, a new one enrols anew."""
    language: Annotated[str, LANGUAGE] = "en"
    """The language of the screen and of the agents asked for (BCP 47)."""
    pool: Annotated[str, POOL] = "default"
    """The pool of agents that a press asks for."""


class DistributorLinkSection(Section):
    """Where the distributor is, and whom to trust beside the system's authorities."""

    url: Annotated[str, Form("wss://HOST/ws (or ws:// to this machine) with no name or password in it", _check_url)] = (
        "ws://127.0.0.1:8760/ws"
    )
    """The distributor's address; without TLS (`ws://`) only on the same machine."""
    ca_file: ConfigPath | None = None
    """A PEM file of authorities to trust beside the system's, for a distributor with a certificate of your own."""


class CameraSection(Section):
    """The camera, and the pictures it is asked for."""

    source: Annotated[str, Form(CAMERA_FORMS, parse_camera)] = "auto"
    """`auto`: the first USB camera, else the ribbon camera; `pattern` and `file:` are virtual cameras."""
    width: Annotated[int, Field(ge=160, le=1920)] = 1280
    """Pixels."""
    height: Annotated[int, Field(ge=120, le=1080)] = 720
    """Pixels."""
    fps: Annotated[int, Field(ge=5, le=60)] = 30
    """Pictures a second."""


class MicrophoneSection(Section):
    """The microphone."""

    source: Annotated[str, Form(MICROPHONE_FORMS, parse_microphone)] = "auto"
    """`auto`: the system's default; `tone:`, `beep:`, `speech` and `file:` are virtual microphones."""
    echo_cancellation: EchoCancellation = "auto"
    """Echo cancellation, noise suppression and gain; `auto`: with a real microphone and speaker. Never on top of PipeWire's own."""


class SpeakerSection(Section):
    """The speaker."""

    sink: Annotated[str, Form(SPEAKER_FORMS, parse_speaker)] = "auto"
    """`auto`: the system's default; `measure` (plays nothing) and `file:` (writes WAV) are virtual speakers."""


class ButtonSection(Section):
    """The call button and the lamp in it."""

    pin: Pin = "none"
    """The contact, to ground; `virtual` is gpiozero's mock pins, with `none` there is only the screen's button."""
    lamp: Pin = "none"
    """The lamp, bright while the pin is high."""


class ScreenSection(Section):
    """How the window is shown."""

    fullscreen: bool = True
    """Whether the window covers the whole screen."""
    width: Annotated[int, Field(ge=320, le=7680)] = 1280
    """Pixels, where it isn't fullscreen."""
    height: Annotated[int, Field(ge=240, le=7680)] = 800
    """Pixels, where it isn't fullscreen."""
    diagonal_mm: Annotated[float, Field(ge=100, le=3000)] = 396
    """The screen's diagonal, from which type gets its size in millimetres; 396 mm is 15.6 inches."""


class VideoSection(Section):
    """Bit rates of what the terminal sends, in kbit/s."""

    min_kbps: Annotated[int, Field(ge=30, le=10_000)] = 100
    """However bad the line is; sound has its own part beside it."""
    start_kbps: Annotated[int, Field(ge=100, le=10_000)] = 1500
    """At the beginning of a call."""
    max_kbps: Annotated[int, Field(ge=100, le=10_000)] = 2500
    """However good the line is."""

    def conflicts(self) -> Iterator[Conflict]:
        """A call can't begin outside its limits."""
        if self.min_kbps > self.start_kbps:
            wrong = f"found {self.min_kbps}; expected no more than start_kbps, which is {self.start_kbps}"
            yield Conflict("min_kbps", wrong, beside=("start_kbps",))
        if self.start_kbps > self.max_kbps:
            wrong = f"found {self.start_kbps}; expected no more than max_kbps, which is {self.max_kbps}"
            yield Conflict("start_kbps", wrong, beside=("max_kbps",))


class StandbySection(Section):
    """What is kept ready before anybody presses, so that the agent is there at once."""

    links: Annotated[int, Field(ge=0, le=8)] = 2
    """Connections to agents' consoles that stand by, with nothing on them; `0` on a metered line."""
    pre_roll: bool = True
    """Whether an agent's picture may be fetched, and not shown, while somebody stands in front of the screen."""


class PresenceSection(Section):
    """Whether somebody stands in front of the terminal, which pre-roll needs to know."""

    source: Literal["auto", "camera", "virtual", "none"] = "auto"
    """`camera`: by the camera's pictures, which stay on the device; `auto`: that, unless the camera is virtual or pre-roll is off."""


class TerminalConfig(Section):
    """A terminal's `kiosk.toml`, for `kiosk run --config FILE`. Every key may be left out."""

    log_level: LogLevel = "info"
    """The least weighty lines that are logged."""
    terminal: TerminalSection = TerminalSection()
    distributor: DistributorLinkSection = DistributorLinkSection()
    camera: CameraSection = CameraSection()
    microphone: MicrophoneSection = MicrophoneSection()
    speaker: SpeakerSection = SpeakerSection()
    button: ButtonSection = ButtonSection()
    screen: ScreenSection = ScreenSection()
    video: VideoSection = VideoSection()
    standby: StandbySection = StandbySection()
    presence: PresenceSection = PresenceSection()
