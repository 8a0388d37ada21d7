"""What a peer does wrong harms nobody else: too large, malformed, unknown, too much, too slow. Over real sockets."""

import asyncio
import contextlib
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from kiosk.protocol.codec import encode
from kiosk.protocol.fields import MAX_MESSAGE_BYTES, EndReason
from kiosk.protocol.messages import Answer, Assigned, Ended, Error, Incoming, Offer, Ping, Pong, Status
from tests.distributor.conftest import PATIENT, Opens
from tests.distributor.house import House


@pytest.mark.parametrize(
    "size", [MAX_MESSAGE_BYTES + 1, 4 * MAX_MESSAGE_BYTES - 1, 4 * MAX_MESSAGE_BYTES + 1, 3_000_000]
)
async def test_an_oversized_message_gets_a_typed_error_and_the_end(house: House, size: int) -> None:
    """Whether the codec or already the socket's reader finds it; before the hello too."""
    agent = await house.agent()
    for client in (agent, await house.client()):
        with contextlib.suppress(ConnectionError):
            await client.socket.send_str(encode(Ping()).ljust(size))
        await client.expect_error("too_big", fatal=True)
    await (await house.agent()).expect_nothing_before(Ping())


async def test_the_largest_message_passes(house: House) -> None:
    """Just at the bound."""
    terminal = await house.terminal()
    await terminal.send_text(encode(Ping()).ljust(MAX_MESSAGE_BYTES))
    await terminal.expect(Pong)


async def test_malformed_and_unknown_messages_are_answered_and_the_peer_stays(house: House) -> None:
    """Two malformed ones are forgiven; unknown types always. The error names the message where it can."""
    terminal = await house.terminal()
    await terminal.send_text("rubbish")
    assert (await terminal.expect_error("malformed", fatal=False)).re is None
    await terminal.send_text(json.dumps({"type": "ping", "id": "p-1", "colour": "red"}))
    assert (await terminal.expect_error("malformed", fatal=False)).re == "p-1"
    for _ in range(5):
        await terminal.send_text('{"type":"dance","id":"d.1"}')
        assert (await terminal.expect_error("unknown_type", fatal=False)).re == "d.1"
    await terminal.expect_nothing_before(Ping())


async def test_the_third_malformed_message_is_one_too_many(house: House) -> None:
    """Also where it is a binary frame; the peer goes."""
    terminal = await house.terminal()
    for _ in range(2):
        await terminal.socket.send_bytes(b"\x00\xff")
        await terminal.expect_error("malformed", fatal=False)
    await terminal.send_text("[" * 40_000)
    await terminal.expect_error("malformed", fatal=False)
    await terminal.expect_error("too_many", fatal=True)


async def test_strikes_are_forgiven_in_time(opens: Opens) -> None:
    """Two in each window are no reason to go."""
    house = await opens(limits=replace(PATIENT, strikes=2, strike_window_s=0.05))
    terminal = await house.terminal()
    for _ in range(4):
        await terminal.send_text("rubbish")
        await terminal.expect_error("malformed", fatal=False)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(terminal.next_message(), 0.1)


async def test_text_that_isnt_utf8_ends_the_connection_as_websockets_lay_down(house: House) -> None:
    """RFC 6455, 8.1: close code 1007."""
    client = await house.client()
    await client.socket.send_frame(b"\xff\xfe", aiohttp.WSMsgType.TEXT)
    assert await client.expect_closed() == 1007


async def test_a_flood_is_too_many(opens: Opens) -> None:
    """What comes faster than allowed costs the sender its connection, and nobody else anything."""
    house = await opens(limits=replace(PATIENT, messages_at_once=50, messages_per_s=1.0))
    terminal, agent = await house.terminal(), await house.agent()
    with contextlib.suppress(ConnectionError):
        for _ in range(60):
            await terminal.send(Ping())
    assert (await terminal.expect(Error)).code == "too_many"
    await terminal.expect_closed()
    await agent.expect_nothing_before(Ping())


async def test_a_slow_reader_is_dropped_and_stalls_nobody(opens: Opens) -> None:
    """A terminal that doesn't read while its agent sends a lot: it is cut off, the agent is served all the time."""
    house = await opens(limits=replace(PATIENT, messages_at_once=10_000, close_within_s=0.3))
    agent, terminal = await house.agent(), await house.terminal()
    call_id = await terminal.press()
    await agent.expect(Incoming)
    await terminal.expect(Assigned)
    terminal.stop_reading()
    for _ in range(400):  # 18 MB, more than the systems' buffers and the queue hold
        await agent.send(Answer(call_id=call_id, sdp="v=0".ljust(45_000)))
    await agent.send(Ping())
    await agent.expect(Pong, passing_over=(Status, Error))
    assert (await agent.expect(Ended, passing_over=(Status, Error))).reason is EndReason.CUSTOMER_GONE
    await (await house.terminal()).expect_nothing_before(Ping())
    terminal.vanish()


async def test_one_peers_faults_leave_a_call_alone(house: House) -> None:
    """While a stranger misbehaves in every way, a call between two others goes through."""
    agent, terminal = await house.agent(), await house.terminal()
    stranger = await house.terminal()
    call_id = await terminal.press()
    await agent.expect(Incoming)
    await terminal.expect(Assigned)
    await stranger.send(Offer(call_id=call_id, sdp="x"))
    await stranger.send_text("}{")
    await stranger.socket.send_str("x" * (MAX_MESSAGE_BYTES * 2))
    await stranger.expect_closed()
    await terminal.send(Offer(call_id=call_id, sdp="offer"))
    assert (await agent.expect(Offer)).sdp == "offer"
    await terminal.expect_nothing_before(Ping())


async def test_a_database_that_fails_while_it_runs(house: House, tmp_path: Path) -> None:
    """Requests get 503, sockets that need it are closed with 1011 to try again; calls go on without it."""
    browser = await house.signed_in()
    agent, terminal = await house.agent(), await house.terminal()
    with sqlite3.connect(tmp_path / "state" / "distributor.sqlite3") as database:
        database.execute("DROP TABLE sessions")
    database.close()
    async with browser.get("/api/me") as answer:
        assert (answer.status, await answer.json()) == (503, {"error": "store"})
    console = await house.console(browser)
    await console.send(console.hello())
    assert await console.expect_closed() == 1011
    call_id = await terminal.press()
    assert (await agent.expect(Incoming)).call_id == call_id
