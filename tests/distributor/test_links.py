"""Standby links and the calls on them, over real sockets."""

import pytest

from kiosk.protocol.fields import AgentStatus, CallPhase, EndReason
from kiosk.protocol.messages import (
    Answer,
    Assigned,
    Attached,
    Bye,
    Connected,
    DeclaredCall,
    Ended,
    HangUp,
    Incoming,
    LinkClosed,
    LinkLost,
    LinkWanted,
    Offer,
    Ping,
    Queued,
)
from tests.distributor.client import AgentClient, TerminalClient
from tests.distributor.house import House
from tests.distributor.linked import BESIDES, linked, make_link
from tests.distributor.test_calls import connected
from tests.distributor.test_restart import back


async def pressed(terminal: TerminalClient, agent: AgentClient, link_id: str | None) -> str:
    """A press, with its offer, until both sides know of the call and its link; the call's id."""
    call_id = await terminal.press()
    await terminal.send(Offer(call_id=call_id, sdp="of the press"))
    assigned, incoming = await terminal.expect(Assigned), await agent.expect(Incoming)
    assert assigned.call_id == incoming.call_id == call_id
    assert assigned.link_id == incoming.link_id == link_id
    return call_id


async def warm(terminal: TerminalClient, agent: AgentClient, link_id: str) -> str:
    """A call on a link, up to the first picture."""
    call_id = await pressed(terminal, agent, link_id)
    await agent.send(Attached(call_id=call_id))
    await terminal.send(Connected(call_id=call_id, press_to_face_ms=88))
    await agent.expect_status(AgentStatus.IN_CALL)
    return call_id


async def hang_up(terminal: TerminalClient, agent: AgentClient, call_id: str) -> None:
    """The customer ends it."""
    await terminal.send(HangUp(call_id=call_id, reason=EndReason.CUSTOMER_HUNG_UP))
    for side in (terminal, agent):
        assert (await side.expect(Ended)).call_id == call_id


async def test_call_after_call_on_one_link(house: House) -> None:
    """Nothing is offered or answered any more: the offer that comes with the press is for nobody."""
    terminal, agent, link_id = await linked(house)
    for _ in range(3):
        await hang_up(terminal, agent, await warm(terminal, agent, link_id))
        await agent.expect_status(AgentStatus.AVAILABLE)
    for side in (terminal, agent):
        await side.expect_nothing_before(Ping())


async def test_who_declares_no_links_gets_none(house: House) -> None:
    """Clients of before, and terminals on a metered line: calls are cold, as they were."""
    old_agent, new_terminal = await house.agent(), await house.terminal(links=2)
    await hang_up(new_terminal, old_agent, await connected(new_terminal, old_agent))
    new_agent, old_terminal = await house.agent(links=24), await house.terminal()
    await old_agent.send(Bye())
    link_id = await make_link(new_terminal, new_agent)
    await hang_up(old_terminal, new_agent, await connected(old_terminal, new_agent))
    await hang_up(new_terminal, new_agent, await warm(new_terminal, new_agent, link_id))


async def test_the_console_has_not_got_the_link(house: House) -> None:
    """The same agent, without the link: the terminal is told, offers, and is answered."""
    terminal, agent, link_id = await linked(house)
    call_id = await pressed(terminal, agent, link_id)
    await agent.send(LinkLost(link_id=link_id))
    again = await terminal.expect(Assigned, passing_over=BESIDES)
    assert (again.call_id, again.agent.agent_id, again.link_id) == (call_id, agent.welcome.peer_id, None)
    await terminal.send(Offer(call_id=call_id, sdp="fresh"))
    assert (await agent.expect(Offer)).sdp == "fresh"
    await agent.send(Answer(call_id=call_id, sdp="answer"))
    assert (await terminal.expect(Answer, passing_over=BESIDES)).sdp == "answer"
    await terminal.send(Connected(call_id=call_id, press_to_face_ms=700))
    await agent.expect_status(AgentStatus.IN_CALL)


async def test_the_terminal_has_not_got_the_link(house: House) -> None:
    """It offers, and the console gets that offer, which the one of the press was not."""
    terminal, agent, link_id = await linked(house)
    call_id = await pressed(terminal, agent, link_id)
    await terminal.send(Offer(call_id=call_id, sdp="without the link"))
    assert (await agent.expect(Offer, passing_over=BESIDES)).sdp == "without the link"
    await agent.send(Answer(call_id=call_id, sdp="answer"))
    assert (await terminal.expect(Answer, passing_over=BESIDES)).sdp == "answer"


async def test_the_offer_of_a_call_that_waited_is_not_passed_on_with_a_link(house: House) -> None:
    """It was kept for whoever would come; the link is better."""
    terminal, agent, link_id = await linked(house)
    other = await house.terminal()
    busy = await connected(other, agent)
    waiting = await terminal.press()
    await terminal.send(Offer(call_id=waiting, sdp="of the press"))
    await terminal.expect(Queued)
    await hang_up(other, agent, busy)
    assert (await agent.expect(Incoming)).link_id == link_id
    assert (await terminal.expect(Assigned)).link_id == link_id
    await agent.expect_status(AgentStatus.RESERVED)
    await agent.expect_nothing_before(Ping())


async def test_a_line_that_breaks_in_a_call_is_repaired_without_the_link(house: House) -> None:
    """A new offer with the same call, answered on a new connection; the link is lost for both."""
    terminal, agent, link_id = await linked(house)
    call_id = await warm(terminal, agent, link_id)
    await terminal.send(LinkLost(link_id=link_id))
    assert (await agent.expect(LinkClosed)).link_id == link_id
    await terminal.send(Offer(call_id=call_id, sdp="repair"))
    assert (await agent.expect(Offer)).sdp == "repair"
    await agent.send(Answer(call_id=call_id, sdp="repaired"))
    assert (await terminal.expect(Answer)).sdp == "repaired"
    await terminal.expect_nothing_before(Ping())


@pytest.mark.parametrize("how", ["bye", "vanish"])
async def test_the_other_side_of_a_link_is_gone(house: House, how: str) -> None:
    """Whichever side it is: the one that is left is told to close the link, and gets another one when there is somebody."""
    terminal, agent, link_id = await linked(house)
    await agent.send(Bye()) if how == "bye" else agent.vanish()
    assert (await terminal.expect(LinkClosed)).link_id == link_id
    other = await house.agent(links=24)
    second = await make_link(terminal, other)
    assert second != link_id
    await terminal.send(Bye()) if how == "bye" else terminal.vanish()
    assert (await other.expect(LinkClosed)).link_id == second


async def test_a_terminal_that_comes_back_has_no_links(house: House) -> None:
    """The distributor forgets those of the connection before, tells the console, and asks for a new one."""
    terminal, agent, link_id = await linked(house)
    terminal.vanish()
    assert (await agent.expect(LinkClosed)).link_id == link_id
    again = await (await terminal.again()).proven()
    assert await make_link(again, agent) != link_id
    await again.send(LinkLost(link_id=link_id))
    await again.expect_error("unknown_link", fatal=False)


async def test_a_restart_makes_links_anew_and_calls_go_on(house: House) -> None:
    """Ids of links are never used twice; the two of a call that goes on are one another's, and get their link for the next one."""
    terminal, agent, link_id = await linked(house)
    call_id = await warm(terminal, agent, link_id)
    await house.restart()
    mine = DeclaredCall(call_id=call_id, phase=CallPhase.CONNECTED, peer_id=agent.welcome.peer_id, age_ms=5000)
    terminal_again, agent_again = await back(house, terminal), await back(house, agent)
    assert isinstance(terminal_again, TerminalClient)
    assert isinstance(agent_again, AgentClient)
    await terminal_again.proven(mine)
    await agent_again.joined(mine.model_copy(update={"peer_id": terminal.terminal_id}))
    await hang_up(terminal_again, agent_again, call_id)
    renewed = await make_link(terminal_again, agent_again)
    assert (link_id.split("-")[0], renewed.split("-")[0]) == ("1", "2")
    await warm(terminal_again, agent_again, renewed)


async def test_health_counts_the_links(house: House) -> None:
    """Those that there are, ready or on their way."""
    terminal, agent, _ = await linked(house)
    second = await house.terminal(links=2)
    await second.expect(LinkWanted)

    async def counted() -> int:
        async with house.browser().get("/healthz") as answer:
            return int((await answer.json())["links"])

    assert await counted() == 2
    await agent.send(Bye())
    for side in (terminal, second):
        await side.expect(LinkClosed)
    assert await counted() == 0
