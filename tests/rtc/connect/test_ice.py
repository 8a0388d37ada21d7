"""The ICE connection in aioice's place, against a far end of which each datagram is the test's."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aioice import mdns
from aioice.ice import ConnectionClosed

from kiosk.rtc.connect.ice import HastyConnection
from tests.rtc.connect.far import CLIENT_HELLO, RTP, FarEnd, near_end

PATIENCE_S = 20


@asynccontextmanager
async def both() -> AsyncIterator[tuple[HastyConnection, FarEnd]]:
    """A near and a far end that don't know of each other's addresses yet."""
    near, far = await near_end(), await FarEnd.open()
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield near, far
    finally:
        await near.close()
        far.transport.close()


async def until(true: Callable[[], bool]) -> None:
    """Let the event loop turn until it is."""
    while not true():  # noqa: ASYNC110 what turns true has no event of its own
        await asyncio.sleep(0)


async def test_dtls_begins_when_the_far_ends_check_came_in_and_media_when_ours_was_answered() -> None:
    """That is one round trip earlier; a handshake proves the way for media."""
    async with both() as (near, far):
        far.check(near)
        await near.connect()
        await near.send(CLIENT_HELLO)
        assert await far.data.get() == CLIENT_HELLO
        with pytest.raises(ConnectionError):
            await near.send(RTP)
        check, addr = await far.checks.get()
        assert "USE-CANDIDATE" in check.attributes
        far.answer(check, addr)
        await until(lambda: bool(near._nominated))
        await near.send(RTP)
        while await far.data.get() != RTP:
            pass


async def test_what_comes_in_before_the_way_is_proven_is_kept() -> None:
    async with both() as (near, far):
        far.check(near)
        await near.connect()
        far.transport.sendto(CLIENT_HELLO, (far.address[0], near.local_candidates[0].port))
        assert await near.recv() == CLIENT_HELLO


async def test_a_check_without_our_password_opens_nothing() -> None:
    async with both() as (near, far):
        connecting = asyncio.create_task(near.connect())
        far.check(near, password="w" * 24)
        assert (await far.answers.get()).attributes["ERROR-CODE"][0] == 401
        assert not connecting.done()
        with pytest.raises(ConnectionError):
            await near.send(CLIENT_HELLO)
        connecting.cancel()


async def test_a_check_of_the_far_ends_that_came_before_the_answer_counts() -> None:
    async with both() as (near, far):
        near.remote_username = near.remote_password = None
        far.check(near)
        await far.answers.get()
        near.remote_username, near.remote_password = "farfar", "p" * 24
        await near.connect()


async def test_our_check_is_sent_again_when_the_far_end_asks_again() -> None:
    """The far end's second check says that it hasn't heard ours, or that our answer was lost."""
    async with both() as (near, far):
        far.check(near)
        await near.connect()
        first, _ = await far.checks.get()
        for asked in near._asked.values():
            asked.at -= 1
        far.check(near)
        second, addr = await far.checks.get()
        assert second.transaction_id == first.transaction_id
        far.answer(second, addr)
        await until(lambda: bool(near._nominated))


async def test_an_unanswered_handshake_is_sent_again_at_once_and_not_after_a_second() -> None:
    async with both() as (near, far):
        far.check(near)
        await near.connect()
        await near.send(CLIENT_HELLO)
        asked = near._flight.next_deadline()
        assert asked is not None
        assert asked - asyncio.get_running_loop().time() < 0.9
        assert [await far.data.get(), await far.data.get()] == [CLIENT_HELLO] * 2


async def test_a_way_that_turns_out_not_to_lead_there_is_closed() -> None:
    """The far end's checks came in, but all of ours are refused: aiortc hears of a closed connection, as of any lost one."""
    async with both() as (near, far):
        event = asyncio.create_task(near.get_event())
        far.check(near)
        await near.connect()
        await near.add_remote_candidate(None)
        far.refuse(*await far.checks.get())
        assert isinstance(await event, ConnectionClosed)
        with pytest.raises(ConnectionError):
            await near.send(CLIENT_HELLO)


async def test_without_any_candidate_of_the_far_ends_it_fails_at_the_end_of_them() -> None:
    async with both() as (near, _):
        await near.add_remote_candidate(None)
        with pytest.raises(ConnectionError, match="failed"):
            await near.connect()


async def test_a_candidate_that_comes_later_is_checked_at_once() -> None:
    async with both() as (near, far):
        connecting = asyncio.create_task(near.connect())
        await until(lambda: near._checking is not None)
        await near.add_remote_candidate(far.candidate())
        far.answer(*await far.checks.get())
        await connecting


async def test_nobody_waits_for_a_local_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A console without a camera permission hides its addresses behind such names; others' candidates go on meanwhile."""

    class Silent:
        async def resolve(self, _name: str) -> str | None:
            return await asyncio.Future()

    async def silent(_subscriber: object) -> Silent:
        return Silent()

    monkeypatch.setattr("aioice.ice.get_or_create_mdns_protocol", silent)
    async with both() as (near, far):
        await near.add_remote_candidate(far.candidate("a" * 8 + "-0000-4000-8000-000000000000.local"))
        assert mdns.is_mdns_hostname("a" * 8 + "-0000-4000-8000-000000000000.local")
        await near.add_remote_candidate(far.candidate())
        connecting = asyncio.create_task(near.connect())
        far.answer(*await far.checks.get())
        await connecting


async def test_closing_while_it_connects_ends_it() -> None:
    async with both() as (near, _):
        connecting = asyncio.create_task(near.connect())
        await until(lambda: near._checking is not None)
        await near.close()
        with pytest.raises(ConnectionError):
            await connecting
        with pytest.raises(ConnectionError):
            await near.recv()
