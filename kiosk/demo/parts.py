"""What the demo's terminal is made of on this machine: own devices where there are any, else virtual ones."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from kiosk.config import (
    ButtonSection,
    CameraSection,
    DistributorLinkSection,
    MicrophoneSection,
    PresenceSection,
    ScreenSection,
    SpeakerSection,
    TerminalConfig,
    TerminalSection,
)
from kiosk.errors import DeviceError
from kiosk.media.devices import open_camera, open_microphone, open_speaker
from kiosk.media.keeper import Device

S = TypeVar("S", CameraSection, MicrophoneSection, SpeakerSection)

WIDTH, HEIGHT = 1280, 800
"""The window, in pixels, of a demo on a desktop."""


def terminal_config(folder: Path, url: str, code: str, *, acted: bool) -> TerminalConfig:
    """The configuration of the demo's terminal, with its state in ``folder``; ``acted`` where the customer is played."""
    camera = _working(open_camera, CameraSection(), CameraSection(source="pattern"))
    virtual = acted or camera.source == "pattern"
    return TerminalConfig(
        terminal=TerminalSection(state_dir=folder, enrolment_code=code),
        distributor=DistributorLinkSection(url=url),
        camera=camera,
        presence=PresenceSection(source="virtual" if virtual else "auto"),
        microphone=_working(open_microphone, MicrophoneSection(), MicrophoneSection(source="speech")),
        speaker=_working(open_speaker, SpeakerSection(), SpeakerSection(sink="measure")),
        button=ButtonSection(pin="virtual", lamp="virtual"),
        screen=ScreenSection(fullscreen=False, width=WIDTH, height=HEIGHT),
        log_level="warning",
    )


def free_port(wanted: int) -> int:
    """``wanted`` if nobody listens there on loopback, else any free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return wanted


def _working(open_device: Callable[[S], Device], own: S, virtual: S) -> S:
    """``own`` if such a device can be opened here, else ``virtual``."""
    try:
        device = open_device(own)
        device.start(lambda _error: None)
    except DeviceError:
        return virtual
    device.stop()
    return own
