"""An offer that waits for somebody to press: its addresses are kept alive, and when they don't hold any more it is given up."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiortc import RTCPeerConnection

from kiosk.distributor.ice_servers import IceServers
from kiosk.protocol.messages import IceServer
from kiosk.rtc.connect import gather, upkeep
from kiosk.rtc.connect.connection import make_connection
from kiosk.rtc.connect.servers import parse
from kiosk.rtc.connect.upkeep import still_good
from tests.rtc.connect.coturn import SECRET, coturn, free_udp_port
from tests.rtc.connect.far import OWN, near_end

PATIENCE_S = 20
NOBODY = (IceServer(urls=(f"turn:{OWN}:9",), username="1:t", credential="c"),)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "KEEP_S", 0.01)


@pytest.fixture
async def peer() -> AsyncIterator[RTCPeerConnection]:
    """With an offer that nobody has answered."""
    made = await offered(())
    yield made
    await made.close()


async def offered(servers: tuple[IceServer, ...]) -> RTCPeerConnection:
    made = make_connection(servers)
    made.addTransceiver("audio")
    await made.setLocalDescription(await made.createOffer())
    return made


async def closed(peer: RTCPeerConnection) -> None:
    """Until it has closed itself."""
    over = asyncio.Event()
    peer.add_listener("connectionstatechange", over.set)
    async with asyncio.timeout(PATIENCE_S):
        await over.wait()
    assert peer.connectionState == "closed"


async def test_an_offer_whose_addresses_are_gone_is_given_up(
    peer: RTCPeerConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cable was pulled, and another network found: whoever keeps the offer hears of a closed connection."""
    monkeypatch.setattr(gather, "own_addresses", lambda: frozenset({"10.0.0.1"}))
    await closed(peer)


async def test_an_offer_whose_addresses_hold_is_kept(peer: RTCPeerConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = asyncio.Event()
    looks: list[frozenset[str]] = []
    real = gather.own_addresses

    def look() -> frozenset[str]:
        looks.append(real())
        if len(looks) == 3:
            looked.set()
        return looks[-1]

    monkeypatch.setattr(gather, "own_addresses", look)
    async with asyncio.timeout(PATIENCE_S):
        await looked.wait()
    assert peer.connectionState == "new"


async def test_an_offer_without_the_relay_that_there_should_be_is_made_anew_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The TURN server was down just then."""
    monkeypatch.setattr(upkeep, "INCOMPLETE_S", 0.02)
    await closed(await offered(NOBODY))


async def test_a_relay_and_a_mapping_are_kept_alive_until_their_server_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "ASK_S", 0.5)
    async with coturn(tmp_path, OWN, free_udp_port(OWN)) as turn:
        near = await near_end(parse(IceServers((), (turn.url,), SECRET, 600, time.time).of("t-1")))
        assert near._asking is not None
        await near._asking
        assert near.complete
        assert near.relays
        assert await still_good(near)
        await turn.logged("refreshed")
    assert not await still_good(near)
    async with asyncio.timeout(PATIENCE_S):  # aioice alone would tell the server, which is gone, for over a minute
        await near.close()
