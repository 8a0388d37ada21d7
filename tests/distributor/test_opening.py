"""How a connection opens: order, versions, proof of identity, replacement. Over real sockets."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest

from kiosk.distributor.limits import Limits
from kiosk.protocol.fields import AgentStatus
from kiosk.protocol.messages import (
    Assigned,
    Call,
    Declare,
    Ended,
    Enrol,
    Incoming,
    Offer,
    Ping,
    Pong,
    Prove,
    Queued,
    SetStatus,
    Status,
    Welcome,
)
from tests.distributor.client import TerminalClient
from tests.distributor.conftest import PATIENT, Opens
from tests.distributor.house import House


async def new_code(house: House, name: str = "Lobby") -> str:
    """An enrolment code."""
    return await asyncio.to_thread(house.running.store.new_enrolment_code, name, "Main Street")


async def refused_upgrade(house: House, **options: object) -> int:
    """The HTTP status with which a WebSocket is refused."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await house.client(**options)
    return caught.value.status


async def test_a_terminal_enrols_and_then_proves_itself(house: House) -> None:
    """The id it got is its own from now on; the session grows with each connection."""
    terminal = await (await house.new_terminal()).enrolled(await new_code(house))
    welcome = terminal.welcome
    assert (welcome.name, welcome.branch, welcome.epoch) == ("Lobby", "Main Street", 1)
    await terminal.socket.close()
    again = await (await terminal.again()).proven()
    assert again.welcome.peer_id == welcome.peer_id
    assert again.welcome.session > welcome.session


async def test_a_code_enrols_one_key_only(house: House) -> None:
    """A second terminal with the same code is refused; the first one may repeat itself if its answer was lost."""
    code = await new_code(house)
    first = await (await house.new_terminal()).enrolled(code)
    second = await house.new_terminal()
    await second.enrol(code)
    await second.expect_error("bad_code", fatal=True)
    repeated = await house.new_terminal()
    repeated.key = first.key
    await repeated.enrolled(code.lower().replace("-", " "))
    assert repeated.terminal_id == first.terminal_id


async def test_two_enrol_at_once_with_one_code(house: House) -> None:
    """Exactly one gets in."""
    code = await new_code(house)
    terminals = [await house.new_terminal() for _ in range(8)]
    await asyncio.gather(*(terminal.enrol(code) for terminal in terminals))
    answers = await asyncio.gather(*(terminal.next_message() for terminal in terminals))
    assert sorted(answer.type for answer in answers) == ["error"] * 7 + ["welcome"]


async def test_a_new_code_for_the_same_place_replaces_the_key(house: House) -> None:
    """The card of a terminal was replaced: same id, and the old key is worth nothing."""
    old = await (await house.new_terminal()).enrolled(await new_code(house))
    new = await (await house.new_terminal()).enrolled(await new_code(house))
    assert new.terminal_id == old.terminal_id
    back = await old.again()
    await back.prove()
    await back.expect_error("not_proven", fatal=True)


async def test_wrong_codes_and_signatures(house: House) -> None:
    """A code that isn't one; an enrolment or proof that another key signed; a terminal that nobody knows."""
    guessing = await house.new_terminal()
    await guessing.enrol("AAAA-BBBB")
    await guessing.expect_error("bad_code", fatal=True)

    terminal = await house.terminal()
    forged = await terminal.again()
    nonce = await forged.challenge()
    await forged.send(Prove(signature=TerminalClient(forged.session, "").sign(nonce)))
    await forged.expect_error("not_proven", fatal=True)

    for public_key in ("00" * 32, "ab", "ff" * 32):
        odd = await house.new_terminal()
        nonce = await odd.challenge()
        await odd.send(Enrol(code=await new_code(house), public_key=public_key, signature=odd.sign(nonce)))
        await odd.expect_error("not_proven", fatal=True)

    unknown = await house.new_terminal()
    unknown.terminal_id = "nobody"
    await unknown.prove()
    await unknown.expect_error("not_proven", fatal=True)
    assert not terminal.socket.closed
    await terminal.expect_nothing_before(Ping())


async def test_too_many_failed_enrolments_from_one_address(opens: Opens) -> None:
    """Then even a good code waits; terminals that are enrolled, and agents, come in as ever."""
    house = await opens(limits=replace(PATIENT, failures=3))
    enrolled, code = await house.terminal(), await new_code(house)
    for error, used in (("bad_code", "AAAA"), ("bad_code", "BBBB"), ("bad_code", "CCCC"), ("too_many", code)):
        guessing = await house.new_terminal()
        await guessing.enrol(used)
        await guessing.expect_error(error, fatal=True)
    await (await enrolled.again()).proven()
    await house.agent()


async def test_a_signature_is_good_for_its_own_challenge_only(house: House) -> None:
    """What was signed on one connection doesn't open another."""
    terminal = await house.terminal()
    first, second = await terminal.again(), await terminal.again()
    old_nonce = await first.challenge()
    await second.challenge()
    await second.send(Prove(signature=second.sign(old_nonce)))
    await second.expect_error("not_proven", fatal=True)


async def test_messages_out_of_their_order_are_refused_and_the_peer_stays(house: House) -> None:
    """Before the hello, between challenge and proof, before the declaration, and twice."""
    client = await house.client()
    for message in (Ping(), Declare(), Call(call_id="c")):
        await client.send(message)
        assert (await client.expect_error("out_of_order", fatal=False)).re == message.id
    code = await new_code(house)
    terminal = await house.new_terminal()
    nonce = await terminal.challenge()
    await terminal.send(Call(call_id="c"))
    await terminal.expect_error("out_of_order", fatal=False)
    public_key = terminal.key.public_key().public_bytes_raw().hex()
    await terminal.send(Enrol(code=code, public_key=public_key, signature=terminal.sign(nonce)))
    await terminal.expect(Welcome)
    await terminal.send(Call(call_id="c"))
    await terminal.expect_error("out_of_order", fatal=False)
    await terminal.send(Declare())
    await terminal.send(terminal.hello())
    await terminal.expect_error("out_of_order", fatal=False)
    await terminal.send(SetStatus(status=AgentStatus.AVAILABLE))
    await terminal.expect_error("not_allowed", fatal=False)
    await terminal.expect_nothing_before(Ping())


async def test_an_agent_may_not_do_what_terminals_do(house: House) -> None:
    """It asks for no calls and makes no offers."""
    agent = await house.agent()
    for message in (Call(call_id="c"), Offer(call_id="c", sdp="x"), Prove(signature="00")):
        await agent.send(message)
        await agent.expect_error("not_allowed", fatal=False)
    await agent.expect_nothing_before(Ping())


async def test_versions_with_nothing_in_common(house: House) -> None:
    """A typed error, then the end; a newer client that still speaks version 1 gets version 1."""
    old = await house.client()
    await old.send(old.hello(oldest_version=7, version=9))
    await old.expect_error("version", fatal=True)
    terminal = await house.terminal()
    newer = await terminal.again()
    await newer.send(newer.hello(version=9, terminal_id=newer.terminal_id))
    challenge = await newer.next_message()
    assert challenge.type == "challenge"
    await newer.send(Prove(signature=newer.sign(challenge.nonce)))
    assert (await newer.expect(Welcome)).version == 1


async def test_an_agent_who_isnt_signed_in(house: House) -> None:
    """No cookie, or one that was never handed out."""
    for headers in ({}, {"Cookie": "kiosk_session=rubbish"}):
        stranger = await house.console(house.browser(), headers=headers)
        await stranger.send(stranger.hello())
        await stranger.expect_error("not_signed_in", fatal=True)


async def test_a_foreign_origin_is_refused_and_the_own_is_not(house: House) -> None:
    """A page elsewhere can't use an agent's cookie."""
    browser = await house.signed_in()
    for origin in ("https://evil.example", "null", f"http://127.0.0.1:{house.running.port + 1}", "http://[broken"):
        assert await refused_upgrade(house, headers={"Origin": origin}) == 403
    agent = await house.console(browser, headers={"Origin": f"http://127.0.0.1:{house.running.port}"})
    await agent.joined()


async def test_other_subprotocols_and_plain_requests_are_refused(house: House) -> None:
    """With a 4xx that says what is expected."""
    assert await refused_upgrade(house, protocols=[]) == 400
    assert await refused_upgrade(house, protocols=["kiosk.v99"]) == 400
    assert await refused_upgrade(house, headers={"Sec-WebSocket-Version": "3"}) == 400
    async with house.browser().get("/ws") as answer:
        assert answer.status == 426
    client = await house.client(protocols=["kiosk.v99", "kiosk.v1"])
    assert client.socket.protocol == "kiosk.v1"


async def test_a_second_connection_of_a_terminal_replaces_the_first(house: House) -> None:
    """The old one is told so and closed; calls go to the new one."""
    terminal = await house.terminal()
    back = await (await terminal.again()).proven()
    await terminal.expect_error("replaced", fatal=True)
    await back.expect_nothing_before(Ping())
    agent = await house.agent()
    call_id = await back.press()
    assert (await agent.expect(Incoming)).call_id == call_id


async def test_an_agent_who_is_in_a_call_isnt_replaced_by_another_window(house: House) -> None:
    """Another page gets `busy_elsewhere`; the same page takes over; without a call another page does too."""
    browser = await house.signed_in()
    agent, terminal = await (await house.console(browser)).joined(), await house.terminal()
    call_id = await terminal.press()
    await agent.expect(Incoming)
    other = await house.console(browser)
    await other.send(other.hello())
    await other.expect_error("busy_elsewhere", fatal=True)
    same = await agent.again()
    await same.send(same.hello())
    await same.expect(Welcome)
    await agent.expect_error("replaced", fatal=True)
    await same.send(Declare(status=AgentStatus.AVAILABLE))
    await terminal.socket.close()
    await same.expect(Ended, passing_over=(Status, Incoming))
    other = await (await house.console(browser)).joined()
    await same.expect_error("replaced", fatal=True)
    assert other.status.status is AgentStatus.AVAILABLE
    assert call_id


async def test_a_connection_that_says_nothing_is_closed(opens: Opens) -> None:
    """The hello, and after it the proof, have to come in time, even if the client answers WebSocket pings."""
    house = await opens(limits=Limits(hello_within_s=0.7, ping_every_s=0.1))
    silent = await house.client()
    assert await silent.expect_closed() == 1008
    challenged = await house.new_terminal()
    await challenged.challenge()
    assert await challenged.expect_closed() == 1008


async def test_a_silent_peer_is_dropped_and_the_other_side_is_told(opens: Opens) -> None:
    """Nothing is heard of it, neither messages nor pongs, as of a machine that froze."""
    house = await opens(limits=Limits(silence_s=1.0, ping_every_s=0.1))
    deaf = await (await house.console(await house.signed_in(), autoping=False)).joined()
    terminal = await house.terminal()
    await terminal.press()
    await terminal.expect(Assigned)
    assert (await terminal.expect(Queued)).reason == "no_agents"
    assert await deaf.expect_closed() == 1008


async def test_a_peer_whose_timers_are_throttled_stays(opens: Opens) -> None:
    """A background tab sends no messages, but its browser answers WebSocket pings: it stays, far beyond the silence."""
    house = await opens(limits=Limits(silence_s=1.0, ping_every_s=0.1))
    agent = await house.agent()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(agent.next_message(), 2.2)
    terminal = await house.terminal()
    call_id = await terminal.press()
    assert (await agent.expect(Incoming)).call_id == call_id


async def test_too_many_connections_that_havent_proven_themselves(opens: Opens) -> None:
    """The next one is turned away until one of them goes or proves itself; those who have proven don't count."""
    house = await opens(limits=replace(PATIENT, unproven=3, unproven_per_address=2))
    await house.terminal()
    first, second = await house.client(), await house.client()
    assert await refused_upgrade(house) == 503
    await first.socket.close()
    terminal = await house.terminal()
    await terminal.expect_nothing_before(Ping())
    assert not second.socket.closed
    await house.client()
    assert await refused_upgrade(house) == 503


async def test_ping_is_answered(house: House) -> None:
    """By a pong, for both roles."""
    for client in (await house.agent(), await house.terminal()):
        await client.send(Ping())
        assert isinstance(await client.expect(Pong), Pong)
