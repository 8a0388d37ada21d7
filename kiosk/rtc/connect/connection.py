"""The one place where the terminal's peer connections are made."""

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcconfiguration import RTCBundlePolicy
from aiortc.rtcdtlstransport import RTCDtlsTransport

from kiosk.protocol.messages import IceServer
from kiosk.rtc.connect import ciphers
from kiosk.rtc.connect.ice import HastyConnection
from kiosk.rtc.connect.servers import Servers, parse


class HastyPeerConnection(RTCPeerConnection):
    """REPLACES two things in aiortc's connection: the ICE connection in it, and who begins the DTLS handshake.

    Our first offer says ``a=setup:active`` (RFC 8842, 5.2 prefers ``actpass``, and has the answerer accept it): then the
    ClientHello is ours and goes out when the answer comes in, a round trip before Chromium could send its own.
    """

    def __init__(self, servers: Servers) -> None:
        super().__init__(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._servers = servers

    async def createOffer(self) -> RTCSessionDescription:  # noqa: N802 aiortc's name
        """The offer; the first one makes us the DTLS client."""
        offer = await super().createOffer()
        if self.remoteDescription is None:
            offer = RTCSessionDescription(offer.sdp.replace("a=setup:actpass", "a=setup:active"), offer.type)
        return offer

    def _RTCPeerConnection__createDtlsTransport(self) -> RTCDtlsTransport:  # noqa: N802 the seam
        dtls: RTCDtlsTransport = super()._RTCPeerConnection__createDtlsTransport()  # type: ignore[misc]  # private there
        ice = dtls.transport
        connection = HastyConnection(self._servers)
        ice.iceGatherer._connection = ice._connection = connection  # noqa: SLF001 the seam; the one there hasn't begun
        ice._recv, ice._send = connection.recv, connection.send  # noqa: SLF001 the seam
        return dtls


def make_connection(ice_servers: tuple[IceServer, ...]) -> RTCPeerConnection:
    """A connection that uses the distributor's STUN and TURN servers, with everything on one transport. On the event loop."""
    ciphers.install()
    return HastyPeerConnection(parse(ice_servers))
