"""The configuration of a terminal and of a distributor: TOML in, frozen values or every mistake at once out."""

from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_state_path
from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A table of the configuration; a key that isn't listed is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class TerminalSection(Section):
    """``[terminal]``: where it keeps its key and its id, and how it enrols."""

    state_dir: Annotated[Path, Field(strict=False)] = user_state_path("kiosk") / "terminal"
    enrolment_code: str | None = None
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    pool: str = "default"


class DistributorLinkSection(Section):
    """``[distributor]`` of a terminal: where the distributor is, and whom to trust beside the system's authorities."""

    url: Annotated[str, Field(pattern=r"^wss?://.+")] = "ws://127.0.0.1:8760/ws"
    ca_file: Annotated[Path, Field(strict=False)] | None = None


class CameraSection(Section):
    """``[camera]``: ``auto``, ``v4l2:/dev/video0``, ``rpicam``, ``pattern`` or ``file:/path``."""

    source: str = "auto"
    width: Annotated[int, Field(ge=160, le=1920)] = 1280
    height: Annotated[int, Field(ge=120, le=1080)] = 720
    fps: Annotated[int, Field(ge=5, le=60)] = 30


class MicrophoneSection(Section):
    """``[microphone]``: ``auto``, ``device:NAME``, ``tone:HZ``, ``speech`` or ``file:/path``."""

    source: str = "auto"


class SpeakerSection(Section):
    """``[speaker]``: ``auto``, ``device:NAME``, or ``measure`` (virtual: plays nothing, measures what it would)."""

    sink: str = "auto"


class ButtonSection(Section):
    """``[button]``: ``gpio:17`` (BCM number), ``virtual`` (gpiozero's mock pins), or ``none`` (the screen's button only)."""

    pin: str = "none"
    lamp: str = "none"


class ScreenSection(Section):
    """``[screen]``: how the window is shown."""

    fullscreen: bool = True
    width: Annotated[int, Field(ge=320, le=7680)] = 1280
    height: Annotated[int, Field(ge=240, le=7680)] = 800
    diagonal_mm: Annotated[float, Field(ge=100, le=3000)] = 396
    """The screen's diagonal: type sizes are in millimetres. 396 mm is 15.6 inches."""


class VideoSection(Section):
    """``[video]``: bit rates of what the terminal sends, in kbit/s."""

    start_kbps: Annotated[int, Field(ge=100, le=10_000)] = 1500
    max_kbps: Annotated[int, Field(ge=100, le=10_000)] = 2500


class TerminalConfig(Section):
    """A terminal's ``kiosk.toml``."""

    terminal: TerminalSection = TerminalSection()
    distributor: DistributorLinkSection = DistributorLinkSection()
    camera: CameraSection = CameraSection()
    microphone: MicrophoneSection = MicrophoneSection()
    speaker: SpeakerSection = SpeakerSection()
    button: ButtonSection = ButtonSection()
    screen: ScreenSection = ScreenSection()
    video: VideoSection = VideoSection()
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class DistributorConfig(Section):
    """A distributor's ``distributor.toml``."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8760
    """0 takes any free port; the log says which."""
    tls_certificate: Annotated[Path, Field(strict=False)] | None = None
    tls_key: Annotated[Path, Field(strict=False)] | None = None
    state_dir: Annotated[Path, Field(strict=False)] = user_state_path("kiosk") / "distributor"
    wrap_up_s: Annotated[float, Field(ge=0, le=3600)] = 10
    log_level: Literal["debug", "info", "warning", "error"] = "info"
