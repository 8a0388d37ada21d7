"""The configuration of a terminal and of a distributor: TOML in, frozen values or every mistake at once out."""

from kiosk.config.distributor import DistributorConfig
from kiosk.config.files import load_distributor, load_terminal
from kiosk.config.form import Section
from kiosk.config.terminal import (
    ButtonSection,
    CameraSection,
    DistributorLinkSection,
    MicrophoneSection,
    PresenceSection,
    ScreenSection,
    SpeakerSection,
    TerminalConfig,
    TerminalSection,
    VideoSection,
)

__all__ = [
    "ButtonSection",
    "CameraSection",
    "DistributorConfig",
    "DistributorLinkSection",
    "MicrophoneSection",
    "PresenceSection",
    "ScreenSection",
    "Section",
    "SpeakerSection",
    "TerminalConfig",
    "TerminalSection",
    "VideoSection",
    "load_distributor",
    "load_terminal",
]
