"""EXTENDS aiortc's DTLS transport: what may go out and come in on a standby link, decided at the last point before the line.

aiortc 1.16 goes on reporting each second and answering requests for packets while nothing is attached, and hands every
packet that comes to its receiver. `Gate` stands where its senders and receivers meet the encryption; a test fails when a
release changes that.
"""

from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtp import is_rtcp


class Gate:
    """Around one transport: shut until it is opened."""

    def __init__(self, transport: RTCDtlsTransport) -> None:
        self.sending = False
        """Media and reports go out."""
        self.receiving = False
        """Media and reports come in, and reports about them go out."""
        self._send = transport._send_rtp  # noqa: SLF001 the seam
        self._take_rtp = transport._handle_rtp_data  # noqa: SLF001 the seam
        self._take_rtcp = transport._handle_rtcp_data  # noqa: SLF001 the seam
        transport._send_rtp = self._send_if_open  # type: ignore[method-assign]  # noqa: SLF001 the seam
        transport._handle_rtp_data = self._take_rtp_if_open  # type: ignore[method-assign]  # noqa: SLF001 the seam
        transport._handle_rtcp_data = self._take_rtcp_if_open  # type: ignore[method-assign]  # noqa: SLF001 the seam

    async def _send_if_open(self, data: bytes) -> None:
        if self.sending or (self.receiving and is_rtcp(data)):
            await self._send(data)

    async def _take_rtp_if_open(self, data: bytes, arrival_time_ms: int) -> None:
        if self.receiving:
            await self._take_rtp(data, arrival_time_ms=arrival_time_ms)

    async def _take_rtcp_if_open(self, data: bytes) -> None:
        if self.receiving:
            await self._take_rtcp(data)
