"""Gathering and connecting with STUN and TURN servers: a real coturn, one that never answers, and wrong passwords."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aioice.ice import StunProtocol

from kiosk.distributor.ice_servers import IceServers
from kiosk.protocol.messages import IceServer
from kiosk.rtc.connect.gathering import WAIT_S
from kiosk.rtc.connect.ice import HastyConnection
from kiosk.rtc.connect.servers import Servers, parse
from tests.rtc.connect.coturn import SECRET, Coturn, coturn, free_udp_port
from tests.rtc.connect.far import CLIENT_HELLO, OWN, FarEnd, near_end

LIFETIME_S = 600


@pytest.fixture
async def turn(tmp_path: Path) -> AsyncIterator[Coturn]:
    """One server for each test."""
    async with coturn(tmp_path, OWN, free_udp_port(OWN)) as server:
        yield server


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes everything and never says a word, over UDP and TCP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        udp.bind((OWN, 0))
        port = udp.getsockname()[1]
        tcp.bind((OWN, port))
        tcp.listen()
        yield f"{OWN}:{port}"


def passwords(server: Coturn, wall: float | None = None, secret: bytes = SECRET, party: str = "t-1") -> Servers:
    """As the distributor makes them at ``wall``, now if none."""
    now = time.time() if wall is None else wall
    return parse(IceServers((), (server.url,), secret, LIFETIME_S, lambda: now).of(party))


async def everything(near: HastyConnection) -> set[str]:
    """The kinds of addresses, once all servers have answered or failed."""
    assert near._asking is not None
    await near._asking
    return {each.type for each in near.local_candidates}


async def without_direct_ways(near: HastyConnection) -> None:
    """As behind a firewall that lets nothing out but what goes to the TURN server."""
    for protocol in [each for each in near._protocols if each.local_candidate.type == "host"]:
        near._protocols.remove(protocol)
        await protocol.close()


async def test_a_relay_is_had_with_the_distributors_password_and_carries_data(turn: Coturn) -> None:
    """With the direct ways taken away, a far end that knows nothing of TURN is reached, and answers."""
    near, far = await near_end(passwords(turn)), await FarEnd.open()
    try:
        assert "relay" in await everything(near)
        await without_direct_ways(near)
        connecting = asyncio.create_task(near.connect())
        await near.add_remote_candidate(far.candidate())
        async with asyncio.timeout(20):
            check, addr = await far.checks.get()
            assert addr[1] == next(each.port for each in near.local_candidates if each.type == "relay")
            far.answer(check, addr)
            await connecting
            await near.send(CLIENT_HELLO)
            assert await far.data.get() == CLIENT_HELLO
            far.transport.sendto(b"\x80back", addr)
            assert await near.recv() == b"\x80back"
    finally:
        await near.close()
        far.transport.close()


@pytest.mark.parametrize("fault", ["expired", "wrong secret", "wrong party"])
async def test_a_password_that_is_not_good_costs_the_relay_and_nothing_else(turn: Coturn, fault: str) -> None:
    servers = {
        "expired": lambda: passwords(turn, time.time() - LIFETIME_S - 60),
        "wrong secret": lambda: passwords(turn, secret=b"f" * 32),
        "wrong party": lambda: _as_another(turn),
    }[fault]()
    near = await near_end(servers)
    try:
        assert "host" in {each.type for each in near.local_candidates}
        assert "relay" not in await everything(near)
    finally:
        await near.close()


def _as_another(turn: Coturn) -> Servers:
    (server,) = IceServers((), (turn.url,), SECRET, LIFETIME_S, time.time).of("t-1")
    return parse((server.model_copy(update={"username": f"{server.username}x"}),))


async def test_silent_servers_are_waited_for_for_the_bound_and_asked_on_behind(silent: str) -> None:
    """Gathering has ended while the questions are still open: no wall clock needed to see that nobody waited for them."""
    urls = (f"stun:{silent}", f"turn:{silent}?transport=udp", f"turn:{silent}?transport=tcp")
    began = time.monotonic()
    near = await near_end(parse((IceServer(urls=urls, username="1:t", credential="c"),)))
    try:
        assert near._asking is not None
        assert not near._asking.done()
        assert time.monotonic() - began < 10 * WAIT_S, "aioice waits for 5 s; a busy machine may be late"
        assert {each.type for each in near.local_candidates} == {"host"}
        began = time.monotonic()
        await near.gather_candidates()
        assert not near._asking.done(), "a second gathering doesn't wait for another bound"
    finally:
        await near.close()
    assert near._asking.done(), "closing ends the questions"


async def test_the_first_server_that_answers_is_used(turn: Coturn, silent: str) -> None:
    good = IceServers((), (turn.url,), SECRET, LIFETIME_S, time.time).of("t-1")
    near = await near_end(parse((IceServer(urls=(f"turn:{silent}",), username="1:t", credential="c"), *good)))
    try:
        assert "relay" in await everything(near)
        await turn.logged("ALLOCATE processed, success")
    finally:
        await near.close()


async def test_a_relay_that_is_found_late_is_used_after_all(turn: Coturn, silent: str) -> None:
    """The silent server's head start is longer than gathering waits: the call has begun when the relay is there."""
    good = IceServers((), (turn.url,), SECRET, LIFETIME_S, time.time).of("t-1")
    near = await near_end(parse((IceServer(urls=(f"turn:{silent}",), username="1:t", credential="c"), *good)))
    far = await FarEnd.open()
    try:
        await without_direct_ways(near)
        connecting = asyncio.create_task(near.connect())
        await near.add_remote_candidate(far.candidate())
        async with asyncio.timeout(20):
            check, addr = await far.checks.get()
            far.answer(check, addr)
            await connecting
        assert near._nominated[1].local_candidate.type == "relay"
    finally:
        await near.close()
        far.transport.close()


async def test_an_unneeded_relay_is_given_back(turn: Coturn) -> None:
    """A direct way was found: the allocation isn't kept for the call's whole length."""
    near, far = await near_end(passwords(turn)), await FarEnd.open()
    try:
        assert "relay" in await everything(near)
        far.check(near)
        await near.connect()
        async with asyncio.timeout(20):
            far.answer(*await far.checks.get())
            await turn.logged("refreshed, realm=<kiosk.test>, username=")
            await turn.logged("lifetime=0")
        assert all(each.local_candidate.type == "host" for each in near._protocols)
    finally:
        await near.close()
        far.transport.close()


async def test_without_nat_the_stun_servers_answer_adds_nothing(turn: Coturn) -> None:
    near = await near_end(Servers(stun=((turn.address, turn.port),)))
    try:
        assert await everything(near) == {"host"}
    finally:
        await near.close()


@pytest.mark.parametrize(
    "url", ["turn:nowhere.invalid:3478", "stun:nowhere.invalid", "turn:192.0.2.77:9?transport=tcp"]
)
async def test_a_server_that_is_not_there_is_logged_and_passed_over(url: str) -> None:
    near = await near_end(parse((IceServer(urls=(url,), username="1:t", credential="secret-word"),)))
    try:
        assert {each.type for each in near.local_candidates} >= {"host"}
        assert all(isinstance(each, StunProtocol) for each in near._protocols)
    finally:
        await near.close()
