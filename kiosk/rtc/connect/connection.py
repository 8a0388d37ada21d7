"""The one place where the terminal's peer connections are made."""

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection
from aiortc.rtcconfiguration import RTCBundlePolicy

from kiosk.protocol.messages import IceServer


def make_connection(ice_servers: tuple[IceServer, ...]) -> RTCPeerConnection:
    """A connection that uses the distributor's STUN and TURN servers, with everything on one transport. On the event loop."""
    servers = [RTCIceServer(urls=list(s.urls), username=s.username, credential=s.credential) for s in ice_servers]
    return RTCPeerConnection(RTCConfiguration(iceServers=servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
