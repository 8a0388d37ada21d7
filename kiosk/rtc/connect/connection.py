"""The one place where the terminal's peer connections are made."""

import asyncio

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcconfiguration import RTCBundlePolicy
from aiortc.rtcdtlstransport import RTCDtlsTransport

from kiosk import logs
from kiosk.protocol.messages import IceServer
from kiosk.rtc.connect import ciphers
from kiosk.rtc.connect.ice import HastyConnection
from kiosk.rtc.connect.servers import Servers, parse
from kiosk.rtc.connect.upkeep import until_stale

log = logs.get(__name__)


class HastyPeerConnection(RTCPeerConnection):
    """REPLACES things in aiortc's connection: the ICE connection in it, and who begins the DTLS handshake.

    Our first offer says ``a=setup:active`` (RFC 8842, 5.2 prefers ``actpass``, and has the answerer accept it): then the
    ClientHello is ours and goes out when the answer comes in, a round trip before Chromium could send its own.

    While its offer waits for an answer, the addresses in it are kept alive. It closes itself when they don't hold any more,
    as it does when it is lost later.
    """

    def __init__(self, servers: Servers) -> None:
        super().__init__(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._servers = servers
        self._ice: HastyConnection | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def createOffer(self) -> RTCSessionDescription:  # noqa: N802 aiortc's name
        """The offer; the first one makes us the DTLS client."""
        offer = await super().createOffer()
        if self.remoteDescription is None:
            offer = RTCSessionDescription(offer.sdp.replace("a=setup:actpass", "a=setup:active"), offer.type)
        return offer

    async def setLocalDescription(self, sessionDescription: RTCSessionDescription | None = None) -> None:  # noqa: N802, N803 aiortc's names
        """Gather for the description; a first offer is kept good from now on."""
        await super().setLocalDescription(sessionDescription)
        if self.remoteDescription is None:
            self._keeping = asyncio.create_task(self._keep(), name="keep an offer")

    async def setRemoteDescription(self, sessionDescription: RTCSessionDescription) -> None:  # noqa: N802, N803 aiortc's names
        """The answer: ICE itself keeps the way alive from now on."""
        self._keep_no_more()
        await super().setRemoteDescription(sessionDescription)

    async def close(self) -> None:
        """End everything."""
        self._keep_no_more()
        await super().close()

    async def _keep(self) -> None:
        if self._ice is None:
            return
        await until_stale(self._ice)
        log.info("ice.offer_stale")
        self._keeping = None
        await self.close()

    def _keep_no_more(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            self._keeping = None

    def _RTCPeerConnection__createDtlsTransport(self) -> RTCDtlsTransport:  # noqa: N802 the seam
        dtls: RTCDtlsTransport = super()._RTCPeerConnection__createDtlsTransport()  # type: ignore[misc]  # private there
        ice = dtls.transport
        connection = self._ice = HastyConnection(self._servers)
        ice.iceGatherer._connection = ice._connection = connection  # noqa: SLF001 the seam; the one there hasn't begun
        ice._recv, ice._send = connection.recv, connection.send  # noqa: SLF001 the seam
        return dtls


def make_connection(ice_servers: tuple[IceServer, ...]) -> RTCPeerConnection:
    """A connection that uses the distributor's STUN and TURN servers, with everything on one transport. On the event loop."""
    ciphers.install()
    return HastyPeerConnection(parse(ice_servers))
