"""Calls over real sockets, from the press to the end."""

import asyncio
import time

import pytest

from kiosk.protocol.fields import AgentStatus, CallPhase, EndReason, QueueReason, new_id
from kiosk.protocol.messages import (
    Answer,
    Assigned,
    Bye,
    Call,
    Candidate,
    Connected,
    Declare,
    DeclaredCall,
    Ended,
    HangUp,
    Incoming,
    Offer,
    Ping,
    Queued,
    SetStatus,
    Welcome,
)
from tests.distributor.client import AgentClient, TerminalClient
from tests.distributor.conftest import Opens
from tests.distributor.house import House


async def connected(terminal: TerminalClient, agent: AgentClient) -> str:
    """A call between these two, up to the first picture; its id."""
    call_id = await terminal.press()
    assigned = await terminal.expect(Assigned)
    incoming = await agent.expect(Incoming)
    assert assigned.call_id == incoming.call_id == call_id
    assert incoming.terminal.terminal_id == terminal.terminal_id
    assert assigned.agent.agent_id == agent.welcome.peer_id
    await terminal.send(Offer(call_id=call_id, sdp="offer"))
    assert (await agent.expect(Offer)).sdp == "offer"
    await agent.send(Answer(call_id=call_id, sdp="answer"))
    await agent.send(Candidate(call_id=call_id, candidate="candidate:1", mid="0", mline=0))
    assert (await terminal.expect(Answer)).sdp == "answer"
    assert (await terminal.expect(Candidate)).candidate == "candidate:1"
    await terminal.send(Connected(call_id=call_id, press_to_face_ms=321))
    await agent.expect_status(AgentStatus.IN_CALL)
    return call_id


async def test_a_press_connects_and_the_customer_hangs_up(house: House) -> None:
    """The whole story of a call, as both sides see it."""
    agent = await house.agent()
    terminal = await house.terminal()
    call_id = await connected(terminal, agent)
    await terminal.send(HangUp(call_id=call_id, reason=EndReason.CUSTOMER_HUNG_UP))
    for side in (terminal, agent):
        ended = await side.expect(Ended)
        assert (ended.call_id, ended.reason) == (call_id, EndReason.CUSTOMER_HUNG_UP)
    await agent.expect_status(AgentStatus.AVAILABLE)


async def test_the_agent_hangs_up_and_wraps_up(opens: Opens) -> None:
    """Wrap-up runs for as long as configured and is cut short by becoming available."""
    house = await opens(wrap_up_s=3600.0)
    agent, terminal = await house.agent(), await house.terminal()
    assert agent.welcome.wrap_up_s == 3600
    call_id = await connected(terminal, agent)
    await agent.send(HangUp(call_id=call_id, reason=EndReason.AGENT_HUNG_UP))
    assert (await terminal.expect(Ended)).reason is EndReason.AGENT_HUNG_UP
    assert (await agent.expect(Ended)).call_id == call_id
    wrapping = await agent.expect_status(AgentStatus.WRAP_UP)
    assert wrapping.wrap_up_left_ms is not None
    assert 0 < wrapping.wrap_up_left_ms <= 3_600_000
    await agent.send(SetStatus(status=AgentStatus.AVAILABLE))
    await agent.expect_status(AgentStatus.AVAILABLE)


async def test_wrap_up_ends_by_itself(opens: Opens) -> None:
    """The one timer of the routing core's shell fires without any message."""
    house = await opens(wrap_up_s=0.2)
    agent, terminal = await house.agent(), await house.terminal()
    call_id = await connected(terminal, agent)
    await terminal.send(HangUp(call_id=call_id, reason=EndReason.CUSTOMER_HUNG_UP))
    await agent.expect(Ended)
    await agent.expect_status(AgentStatus.WRAP_UP)
    await agent.expect_status(AgentStatus.AVAILABLE)


async def test_two_press_at_once_and_one_agent_is_free(house: House) -> None:
    """Exactly one is connected; the other is told why it waits, and is connected the moment the agent is free."""
    agent, first, second = await house.agent(), await house.terminal(), await house.terminal()
    calls = dict(zip((first, second), await asyncio.gather(first.press(), second.press()), strict=True))
    incoming = await agent.expect(Incoming)
    lucky, other = (first, second) if incoming.call_id == calls[first] else (second, first)
    assert (await lucky.expect(Assigned)).call_id == calls[lucky]
    queued = await other.expect(Queued)
    assert (queued.call_id, queued.reason) == (calls[other], QueueReason.ALL_BUSY)
    await lucky.send(HangUp(call_id=calls[lucky], reason=EndReason.CUSTOMER_HUNG_UP))
    assert (await agent.expect(Ended)).call_id == calls[lucky]
    assert (await other.expect(Assigned)).call_id == calls[other]
    assert (await agent.expect(Incoming)).call_id == calls[other]


async def test_nobody_is_there_and_the_customer_leaves_the_queue(house: House) -> None:
    """The terminal is told that there are no agents; an agent who comes later gets nothing of it."""
    terminal = await house.terminal()
    call_id = await terminal.press()
    assert (await terminal.expect(Queued)).reason is QueueReason.NO_AGENTS
    await terminal.send(HangUp(call_id=call_id, reason=EndReason.CUSTOMER_HUNG_UP))
    assert (await terminal.expect(Ended)).call_id == call_id
    agent = await house.agent()
    await agent.expect_nothing_before(Ping())


async def test_offers_and_answers_go_to_nobody_but_the_other_side(house: House) -> None:
    """A third party that knows the call's id reaches neither side of it, and stays connected."""
    agent, other_agent = await house.agent(), await house.agent(status=AgentStatus.AWAY)
    terminal, other_terminal = await house.terminal(), await house.terminal()
    call_id = await connected(terminal, agent)
    await other_terminal.send(Offer(call_id=call_id, sdp="evil"))
    await other_terminal.expect_error("unknown_call", fatal=False)
    for message in (Answer(call_id=call_id, sdp="evil"), Candidate(call_id=call_id, candidate="evil")):
        await other_agent.send(message)
        error = await other_agent.expect_error("unknown_call", fatal=False)
        assert error.re == message.id
    await other_terminal.send(HangUp(call_id=call_id, reason=EndReason.CUSTOMER_HUNG_UP))
    await other_terminal.next_message()
    await other_terminal.send(Connected(call_id=call_id, press_to_face_ms=1))
    await other_terminal.expect_error("unknown_call", fatal=False)
    for side in (agent, terminal):
        await side.expect_nothing_before(Ping())


@pytest.mark.parametrize("how", ["bye", "close"])
async def test_the_agent_leaves_on_purpose_and_the_customer_is_told_at_once(house: House, how: str) -> None:
    """A tab that is closed says goodbye, or at least closes its socket as browsers do (1001); nobody waits for it."""
    agent, terminal = await house.agent(), await house.terminal()
    call_id = await connected(terminal, agent)
    began = time.monotonic()
    await (agent.send(Bye()) if how == "bye" else agent.socket.close(code=1001))
    ended = await terminal.expect(Ended)
    assert (ended.call_id, ended.reason) == (call_id, EndReason.AGENT_GONE)
    assert time.monotonic() - began < 2


async def test_the_agents_browser_is_killed(house: House) -> None:
    """No goodbye: the call is held for a moment, then the customer is told, within 5 s."""
    agent, terminal = await house.agent(), await house.terminal()
    await connected(terminal, agent)
    began = time.monotonic()
    agent.vanish()
    assert (await terminal.expect(Ended)).reason is EndReason.AGENT_GONE
    assert time.monotonic() - began < 5


async def test_the_terminal_is_killed(house: House) -> None:
    """The agent is told, within 2 s where the machine has nothing else to do, and is free again."""
    agent, terminal = await house.agent(), await house.terminal()
    await connected(terminal, agent)
    began = time.monotonic()
    terminal.vanish()
    assert (await agent.expect(Ended)).reason is EndReason.CUSTOMER_GONE
    assert time.monotonic() - began < 3
    await agent.expect_status(AgentStatus.AVAILABLE)


async def test_a_broken_connection_comes_back_into_the_call(house: House) -> None:
    """The same page with the call declared: the customer notices nothing, and both go on relaying."""
    agent, terminal = await house.agent(), await house.terminal()
    call_id = await connected(terminal, agent)
    agent.vanish()
    mine = DeclaredCall(call_id=call_id, phase=CallPhase.CONNECTED, peer_id=terminal.terminal_id, age_ms=500)
    back = await (await agent.again()).joined(mine)
    assert back.status.status is AgentStatus.IN_CALL
    await back.send(Candidate(call_id=call_id, candidate="candidate:2"))
    assert (await terminal.expect(Candidate)).candidate == "candidate:2"
    await terminal.expect_nothing_before(Ping())


async def test_a_message_sent_again_on_the_next_connection_is_harmless(house: House) -> None:
    """The request got through, its answer didn't: declared and sent again, it is still one call."""
    terminal = await house.terminal()
    call = Call(call_id=new_id())
    await terminal.send(call)
    await terminal.expect(Queued)
    terminal.vanish()
    asked = DeclaredCall(call_id=call.call_id, phase=CallPhase.REQUESTED, age_ms=10)
    back = await (await terminal.again()).proven(asked)
    await back.send(call)
    agent = await house.console()
    await agent.send(agent.hello())
    await agent.expect(Welcome)
    await agent.send(Declare(status=AgentStatus.AVAILABLE))
    assert (await agent.expect(Incoming)).call_id == call.call_id
    assert (await back.expect(Assigned, passing_over=(Queued,))).call_id == call.call_id
    await agent.expect_status(AgentStatus.RESERVED)
    await agent.expect_nothing_before(Ping())


async def test_connected_before_an_agent_is_out_of_order(house: House) -> None:
    """The routing core's refusals reach the terminal, which stays."""
    terminal = await house.terminal()
    call_id = await terminal.press()
    await terminal.expect(Queued)
    message = Connected(call_id=call_id, press_to_face_ms=1)
    await terminal.send(message)
    assert (await terminal.expect_error("out_of_order", fatal=False)).re == message.id
    await terminal.expect_nothing_before(Ping())


async def test_an_offer_that_comes_before_an_agent_is_kept_for_the_first_one(house: House) -> None:
    """It saves a round trip; an agent who gets the call after another one gets the terminal's next offer only."""
    terminal = await house.terminal()
    call_id = await terminal.press()
    await terminal.expect(Queued)
    await terminal.send(Offer(call_id=call_id, sdp="early"))
    first, second = await house.agent(status=AgentStatus.AWAY), await house.agent(status=AgentStatus.AWAY)
    await first.send(SetStatus(status=AgentStatus.AVAILABLE))
    assert (await first.expect(Incoming)).call_id == call_id
    assert (await first.expect(Offer)).sdp == "early"
    await terminal.expect(Assigned)
    await second.send(SetStatus(status=AgentStatus.AVAILABLE))
    await second.expect_status(AgentStatus.AVAILABLE)
    await first.send(Bye())
    await terminal.expect(Assigned)
    assert (await second.expect(Incoming)).call_id == call_id
    await terminal.send(Offer(call_id=call_id, sdp="fresh"))
    assert (await second.expect(Offer)).sdp == "fresh"
