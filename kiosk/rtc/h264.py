"""The former place of the H.264 encoder, which is in `kiosk.rtc.send` now."""

from kiosk.rtc.send import sender
from kiosk.rtc.send.h264 import FastH264Encoder

__all__ = ["FastH264Encoder", "install"]
LEAST_KBPS = 100


def install(start_kbps: int, max_kbps: int) -> None:
    """As `kiosk.rtc.send.sender.install`, with the usual minimum."""
    sender.install(LEAST_KBPS, start_kbps, max_kbps)
