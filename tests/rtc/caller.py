"""Our real peer with virtual devices, ready to call whatever far end a test has."""

import asyncio

import av
import pytest
from aioice.ice import StunProtocol
from aiortc import rtcpeerconnection
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtcrtpsender import RTCRtpSender

from kiosk.config import CameraSection, MicrophoneSection
from kiosk.media.devices import open_camera, open_microphone
from kiosk.media.ports import MediaDevices
from kiosk.media.virtual_sound import MeasuringSpeaker
from kiosk.rtc.peer import AiortcPeer
from kiosk.rtc.port import PeerEvents
from kiosk.rtc.receive import receiver
from kiosk.rtc.send import sender

LIMIT_S = 10.0
HZ = 440.0
"""What our microphone hears."""


def put_in(patch: pytest.MonkeyPatch) -> None:
    """Our receiver, guards and encoder in aiortc's places, as the terminal does at its start, until ``patch`` is undone."""
    patch.setattr(rtcpeerconnection, "RTCRtpReceiver", RTCRtpReceiver)
    patch.setattr(rtcpeerconnection, "RTCRtpSender", RTCRtpSender)
    patch.setattr("aiortc.rtcrtpsender.RTP_HISTORY_SIZE", 128)
    for name in ("_recv_next", "_handle_rtp_data", "_handle_rtcp_data"):
        patch.setattr(RTCDtlsTransport, name, getattr(RTCDtlsTransport, name))
    patch.setattr(StunProtocol, "datagram_received", StunProtocol.datagram_received)
    sender.install(100, 800, 1000)
    receiver.install()


class Caller:
    """The terminal's side of a call. Make it on the event loop."""

    def __init__(self, width: int = 320, height: int = 180, fps: int = 15) -> None:
        self.speaker = MeasuringSpeaker()
        camera = open_camera(CameraSection(source="pattern", width=width, height=height, fps=fps))
        self.devices = MediaDevices(camera, open_microphone(MicrophoneSection(source=f"tone:{HZ:.0f}")), self.speaker)
        self.lost = False
        self.pictures = 0
        self.size = ""
        self._seen = asyncio.Event()
        self.ready = asyncio.Event()
        self.peer = AiortcPeer(lambda: self.devices, self._on_frame, (), PeerEvents(self.ready.set, self._on_lost))

    async def offer(self, *, attached: bool = True) -> str:
        """Switch the devices on, put them on the peer unless it is a standby link, and offer."""
        for device in (self.devices.camera, self.devices.microphone, self.devices.speaker):
            device.start(lambda _: None)
        if attached:
            self.peer.attach()
        return await self.peer.offer()

    async def close(self) -> None:
        """End the call, and switch the devices off."""
        await self.peer.close()
        for device in (self.devices.camera, self.devices.microphone, self.devices.speaker):
            await asyncio.to_thread(device.stop)

    async def sees(self, pictures: int, size: str) -> None:
        """So many more pictures come, the last of that size. Raises TimeoutError where they don't."""
        until = self.pictures + pictures
        async with asyncio.timeout(LIMIT_S):
            while self.pictures < until or self.size != size:
                self._seen.clear()
                await self._seen.wait()

    async def hears(self, hz: float) -> None:
        """The speaker plays that tone. Raises TimeoutError where it doesn't."""
        async with asyncio.timeout(LIMIT_S):
            while self.speaker.tone_level(hz, 0.1) < -30:  # noqa: ASYNC110 a speaker has no event
                await asyncio.sleep(0.05)

    def _on_frame(self, frame: av.VideoFrame) -> None:
        self.pictures += 1
        self.size = f"{frame.width}x{frame.height}"
        self._seen.set()

    def _on_lost(self) -> None:
        self.lost = True
