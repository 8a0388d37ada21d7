"""The Pi's ribbon camera: rpicam-vid (rpicam-apps, libcamera) writes to a pipe that PyAV reads.

The codec is chosen by what it costs the CPU. ``yuv420`` is what the camera's own hardware makes: it is only copied (42 MB/s
at 720p30), nothing is encoded or decoded, no quality is lost, and it has no delay. ``mjpeg`` is encoded by rpicam-vid in
software on every Pi and decoded here again, and ``h264`` has hardware on the Pi 4 only, costs a decoder, and needs key frames.
rpicam-vid writes its rows with their padding, which bare video can't describe: rows are free of it when the width is a
multiple of 128 (blocks of 64 bytes, in the half-width chroma rows too); for other widths it is ``mjpeg``.

rpicam-vid ends when it can't write any more, so it doesn't outlive this process however that ends.
"""

import os
import select
import subprocess
import tempfile
from dataclasses import dataclass
from shutil import which
from typing import IO

import av

from kiosk.errors import DeviceError
from kiosk.media.faults import camera_error
from kiosk.media.source import Feed

PROGRAM = "rpicam-vid"
START_LIMIT_S = 15.0
"""A camera that gave no picture for so long after its start gives none at all."""
LIST_LIMIT_S = 10.0
END_LIMIT_S = 2.0
ROW_ALIGNMENT = 128
"""Rows of whole 64-byte blocks, in the half-width chroma planes too."""
CONNECT = "Switch the terminal off, check the ribbon cable at both ends, and start it again."
LAST_WORDS = 4096


@dataclass(frozen=True)
class RibbonSource:
    """The first ribbon camera."""

    width: int
    height: int
    fps: int
    name: str = "rpicam"

    def open(self) -> Feed:
        """Start rpicam-vid and wait for its first picture."""
        child = _Child(self.command())
        try:
            container = child.read(self.format(), self.options())
        except (av.FFmpegError, OSError, EOFError):
            fault = child.fault()
            child.end()
            raise fault from None
        return Feed(container, container.streams.video[0], live=True, interrupt=child.process.kill, on_close=child.end)

    def fault(self, error: Exception) -> DeviceError:
        """A pipe that ended or broke: the program is gone."""
        return camera_error("The ribbon camera stopped.", "It is started again; if it doesn't come back: " + CONNECT)

    def raw(self) -> bool:
        """Whether rows come without padding, so that bare video can be read."""
        return self.width % ROW_ALIGNMENT == 0

    def format(self) -> str:
        """PyAV's name of what the child writes."""
        return "rawvideo" if self.raw() else "mjpeg"

    def options(self) -> dict[str, str]:
        """How PyAV is to read it: bare video says nothing of itself, and probing a live pipe is delay."""
        if self.raw():
            size = f"{self.width}x{self.height}"
            return {"video_size": size, "pixel_format": "yuvj420p", "framerate": str(self.fps)}
        return {"framerate": str(self.fps), "probesize": "1000000", "fflags": "nobuffer"}

    def command(self) -> list[str]:
        """The program and its options (rpicam-apps 1.5 and newer)."""
        program = which(PROGRAM)
        if program is None:
            raise camera_error(
                f"{PROGRAM} isn't installed.", "Install the package rpicam-apps, or set another [camera] source."
            )
        codec = ["--codec", "yuv420"] if self.raw() else ["--codec", "mjpeg", "--quality", "90"]
        size = ["--width", str(self.width), "--height", str(self.height), "--framerate", str(self.fps)]
        return [program, "--nopreview", "--verbose", "0", "--timeout", "0", "--flush", *codec, *size, "--output", "-"]


class _Child:
    """A running rpicam-vid; its last words are kept for the message."""

    def __init__(self, command: list[str]) -> None:
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the child
        reading, writing = os.pipe()
        self.output = os.fdopen(reading, "rb")
        with os.fdopen(writing, "wb") as end:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=end, stderr=self.errors)

    def read(self, format_name: str, options: dict[str, str]) -> av.container.InputContainer:
        """Open the child's output. Raises `EOFError` where it ends or nothing comes within `START_LIMIT_S`."""
        waiting = select.poll()
        waiting.register(self.output, select.POLLIN)
        if not any(event & select.POLLIN for _, event in waiting.poll(START_LIMIT_S * 1000)):
            raise EOFError
        return av.open(f"pipe:{self.output.fileno()}", format=format_name, options=options)

    def fault(self) -> DeviceError:
        """What its last words mean (the texts are those of rpicam-apps' ``core/rpicam_app.cpp``)."""
        self.process.kill()
        self.process.wait(END_LIMIT_S)
        self.errors.seek(0)
        words = self.errors.read(LAST_WORDS).decode(errors="replace")
        if "no cameras available" in words:
            return camera_error("No ribbon camera is connected.", CONNECT)
        if "failed to acquire camera" in words:
            return camera_error("Another program is using the ribbon camera.", "Close that program.")
        return camera_error(f"{PROGRAM} gave no picture{_last_line(words)}.", CONNECT)

    def end(self) -> None:
        """End the child and close its pipe."""
        self.process.kill()
        self.process.wait(END_LIMIT_S)
        self.output.close()
        self.errors.close()


def lists_camera() -> bool:
    """Whether rpicam-vid is installed and sees a camera; it says ``No cameras available!`` otherwise."""
    program = which(PROGRAM)
    if program is None:
        return False
    try:
        listing = subprocess.run(
            [program, "--list-cameras"], capture_output=True, text=True, timeout=LIST_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return listing.returncode == 0 and "Available cameras" in listing.stdout


def _last_line(words: str) -> str:
    lines = [line.strip(" *") for line in words.splitlines() if line.strip()]
    return f" ({lines[-1][:120]})" if lines else ""
