"""Calls over real sockets, from the press to the end."""

from kiosk.protocol.fields import AgentStatus, EndReason
from kiosk.protocol.messages import (
    Answer,
    Assigned,
    Candidate,
    Connected,
    Ended,
    HangUp,
    Incoming,
    Offer,
)
from tests.distributor.client import AgentClient, House, TerminalClient


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
