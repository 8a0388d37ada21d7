"""A whole connection with another stack's end: aiortc as it is, which answers as Chromium does."""

import asyncio

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

from kiosk.rtc.connect.connection import HastyPeerConnection, make_connection
from kiosk.rtc.connect.ice import HastyConnection

PATIENCE_S = 20


async def connect(near: RTCPeerConnection, far: RTCPeerConnection, answer_as: str | None = None) -> tuple[str, str]:
    """Offer from near to far until near is connected; both descriptions."""
    connected = asyncio.Event()

    def changed() -> None:
        if near.connectionState == "connected":
            connected.set()

    near.add_listener("connectionstatechange", changed)
    near.addTransceiver("audio", direction="sendrecv")
    near.addTransceiver("video", direction="sendrecv")
    await near.setLocalDescription(await near.createOffer())
    offer = near.localDescription.sdp
    far.addTrack(AudioStreamTrack())
    shown = offer if answer_as is None else offer.replace("a=setup:active", answer_as)
    await far.setRemoteDescription(RTCSessionDescription(shown, "offer"))
    await far.setLocalDescription(await far.createAnswer())
    answer = far.localDescription.sdp
    await near.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    async with asyncio.timeout(PATIENCE_S):
        await connected.wait()
    return offer, answer


@pytest.mark.parametrize(("answer_as", "role"), [(None, "client"), ("a=setup:actpass", "server")])
async def test_the_terminal_begins_the_handshake_unless_the_answer_wants_it_otherwise(
    answer_as: str | None, role: str
) -> None:
    """A far end that passes over ``active`` and answers ``active`` itself gets what it wants."""
    near, far = make_connection(()), RTCPeerConnection()
    try:
        offer, answer = await connect(near, far, answer_as)
        assert offer.count("a=setup:active\r\n") == 2
        assert ("a=setup:passive" in answer) is (role == "client")
        transport = near.getTransceivers()[0].receiver.transport
        assert transport._role == role
        assert isinstance(transport.transport._connection, HastyConnection)
        again = await near.createOffer()
        assert "a=setup:active" not in again.sdp, "a later offer leaves the choice, as it is made already"
    finally:
        await near.close()
        await far.close()


async def test_sound_goes_through_it() -> None:
    near, far = make_connection(()), RTCPeerConnection()
    try:
        await connect(near, far)
        async with asyncio.timeout(PATIENCE_S):
            frame = await near.getReceivers()[0].track.recv()
        assert frame.pts is not None
    finally:
        await near.close()
        await far.close()


async def test_both_audio_and_video_share_one_ice_connection() -> None:
    near = make_connection(())
    assert isinstance(near, HastyPeerConnection)
    near.addTransceiver("audio")
    near.addTransceiver("video")
    assert len({id(each.receiver.transport) for each in near.getTransceivers()}) == 1
    await near.close()
