"""The sources that PyAV opens by itself: V4L2 devices, the pattern, and files."""

from dataclasses import dataclass
from itertools import islice

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from kiosk.errors import DeviceError
from kiosk.media import pattern
from kiosk.media.faults import camera_error, device_fault, file_fault, no_pictures
from kiosk.media.source import Feed, VideoPacket, first_video

PROBED_PACKETS = 150
"""So many packets of a file may be unreadable before its first picture (5 s at 30 a second)."""


@dataclass(frozen=True)
class V4l2Source:
    """A V4L2 capture device: motion JPEG where it has it (USB 2 carries 720p30 only so), else whatever raw format it has."""

    device: str
    width: int
    height: int
    fps: int

    @property
    def name(self) -> str:
        """The device's path."""
        return self.device

    def open(self) -> Feed:
        """Open the device with the wanted size and rate; the driver takes the nearest it has."""
        try:
            container = self._container()
        except (av.FFmpegError, OSError) as error:
            raise self.fault(error) from None
        return Feed(container, container.streams.video[0], live=True)

    def fault(self, error: Exception) -> DeviceError:
        """What the error number says."""
        return device_fault(self.device, error)

    def _container(self) -> InputContainer:
        wanted = {"video_size": f"{self.width}x{self.height}", "framerate": str(self.fps)}
        try:
            return av.open(self.device, format="v4l2", options={**wanted, "input_format": "mjpeg"})
        except av.ArgumentError:
            return av.open(self.device, format="v4l2", options=wanted)


@dataclass(frozen=True)
class PatternSource:
    """The virtual camera."""

    width: int
    height: int
    fps: int
    name: str = "pattern"

    def open(self) -> Feed:
        """Start the pattern from picture 0; its first picture was made for the probing."""
        container = av.open(pattern.graph(self.width, self.height, self.fps), format="lavfi")
        return Feed(container, container.streams.video[0], live=False, stale=1)

    def fault(self, error: Exception) -> DeviceError:
        """The pattern needs no device; only a lack of memory ends it."""
        return camera_error(f"The virtual camera stopped ({error}).", "Start the program again.")


@dataclass
class FileSource:
    """A video file; that it has a picture is checked when it is opened first. Bare MJPEG or H.264 is played at ``fps``."""

    path: str
    fps: int
    checked: bool = False

    @property
    def name(self) -> str:
        """The file's path."""
        return self.path

    def open(self) -> Feed:
        """Open the file at its start. Raises `DeviceError` unless at least one picture of it can be decoded."""
        try:
            if not self.checked:
                self._check()
            container, stream = self._container()
        except (av.FFmpegError, OSError) as error:
            raise self.fault(error) from None
        return Feed(container, stream, live=False)

    def fault(self, error: Exception) -> DeviceError:
        """What is wrong with the file."""
        return file_fault(self.path, error)

    def _container(self) -> tuple[InputContainer, VideoStream]:
        container = av.open(f"file:{self.path}", options={"framerate": str(self.fps)})
        stream = first_video(container)
        if stream is None:
            container.close()
            raise no_pictures(self.path)
        return container, stream

    def _check(self) -> None:
        container, stream = self._container()
        with container:
            if not any(_decodes(packet) for packet in islice(container.demux(stream), PROBED_PACKETS)):
                raise no_pictures(self.path)
        self.checked = True


def _decodes(packet: VideoPacket) -> bool:
    try:
        return bool(packet.decode())
    except av.FFmpegError:
        return False
