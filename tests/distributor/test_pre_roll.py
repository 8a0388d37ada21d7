"""An agent who may be seen before the press: leases over real sockets."""

from kiosk.protocol.fields import AgentStatus, new_id
from kiosk.protocol.messages import (
    Assigned,
    Attached,
    Call,
    Connected,
    Incoming,
    LinkWanted,
    Ping,
    PreRoll,
    PreRollAsk,
    PreRollOver,
    Queued,
    SetPreRoll,
)
from tests.distributor.client import AgentClient, TerminalClient
from tests.distributor.house import House
from tests.distributor.linked import BESIDES, linked, make_link


async def leased(terminal: TerminalClient, agent: AgentClient, link_id: str, ask: int = 1) -> PreRoll:
    """Somebody stands in front of the terminal: both sides hear of the lease; the terminal's side of it."""
    await terminal.send(PreRollAsk(ask=ask))
    mine, yours = await terminal.expect(PreRoll), await agent.expect(PreRoll)
    assert (mine.link_id, mine.ask, mine.agent and mine.agent.agent_id) == (link_id, ask, agent.welcome.peer_id)
    assert (yours.link_id, yours.fence, yours.lease_ms) == (link_id, mine.fence, mine.lease_ms)
    assert yours.ask is yours.agent is None
    return mine


async def press(terminal: TerminalClient, fence: int | None = None) -> str:
    """A press, under a lease or not; the call's id."""
    call = Call(call_id=new_id(), fence=fence)
    await terminal.send(call)
    return call.call_id


async def test_a_press_under_a_lease_gets_that_agent(house: House) -> None:
    """Even though another one has been idle for longer; renewals keep the fence."""
    longest_idle = await house.agent(links=0)
    terminal, agent, link_id = await linked(house, pre_roll=True)
    lease = await leased(terminal, agent, link_id)
    assert (await leased(terminal, agent, link_id, ask=2)).fence == lease.fence
    call_id = await press(terminal, lease.fence)
    assigned, incoming = await terminal.expect(Assigned), await agent.expect(Incoming)
    assert assigned.call_id == incoming.call_id == call_id
    assert assigned.link_id == incoming.link_id == link_id
    await agent.send(Attached(call_id=call_id))
    await terminal.send(Connected(call_id=call_id, press_to_face_ms=20))
    await agent.expect_status(AgentStatus.IN_CALL)
    await longest_idle.expect_nothing_before(Ping())


async def test_who_stands_there_no_more_is_forgotten(house: House) -> None:
    """The terminal gives the lease back; the console takes the camera off; the next lease has a greater fence."""
    terminal, agent, link_id = await linked(house, pre_roll=True)
    lease = await leased(terminal, agent, link_id)
    await terminal.send(PreRollOver(fence=lease.fence))
    assert (await agent.expect(PreRollOver)).fence == lease.fence
    assert (await leased(terminal, agent, link_id, ask=2)).fence > lease.fence


async def test_another_customer_waits_until_the_lease_was_given_back(house: House) -> None:
    """The only agent is seen elsewhere: that terminal is asked for it, and until it answers nobody gets the agent."""
    terminal, agent, link_id = await linked(house, pre_roll=True)
    other = await house.terminal()
    lease = await leased(terminal, agent, link_id)
    call_id = await press(other)
    await other.expect(Queued)
    assert (await terminal.expect(PreRollOver)).fence == lease.fence
    await agent.expect_nothing_before(Ping())
    await terminal.send(PreRollOver(fence=lease.fence))
    assert (await agent.expect(PreRollOver)).fence == lease.fence
    assert (await agent.expect(Incoming)).call_id == call_id
    assert (await other.expect(Assigned)).call_id == call_id


async def test_a_press_before_that_answer_wins(house: House) -> None:
    """The customer saw the agent; the other one waits on."""
    terminal, agent, link_id = await linked(house, pre_roll=True)
    other = await house.terminal()
    lease = await leased(terminal, agent, link_id)
    await press(other)
    await other.expect(Queued)
    await terminal.expect(PreRollOver)
    call_id = await press(terminal, lease.fence)
    assert (await agent.expect(Incoming)).call_id == call_id
    assert (await terminal.expect(Assigned)).link_id == link_id
    await other.expect_nothing_before(Ping())


async def test_a_lease_is_nobody_elses(house: House) -> None:
    """Another terminal that knows the fence can neither end the lease nor press under it."""
    terminal, agent, link_id = await linked(house, pre_roll=True)
    other = await house.terminal(links=2)
    others_link = await make_link(other, agent)
    lease = await leased(terminal, agent, link_id)
    await other.send(PreRollOver(fence=lease.fence))
    await other.expect_nothing_before(Ping())
    await press(other, lease.fence)
    await other.expect(Queued)
    assert (await terminal.expect(PreRollOver)).fence == lease.fence, "as for any call that nobody else can serve"
    await agent.expect_nothing_before(Ping())
    call_id = await press(terminal, lease.fence)
    assert (await agent.expect(Incoming)).call_id == call_id
    assert others_link != link_id


async def test_an_agent_who_does_not_want_it_is_never_seen(house: House) -> None:
    """It is the agent's choice, for the shift: nobody hears of an ask, until it is changed."""
    terminal, agent, link_id = await linked(house)
    await terminal.send(PreRollAsk(ask=1))
    for side in (terminal, agent):
        await side.expect_nothing_before(Ping())
    await agent.send(SetPreRoll(on=True))
    await agent.expect_nothing_before(Ping())
    lease = await leased(terminal, agent, link_id, ask=2)
    await agent.send(SetPreRoll(on=False))
    assert (await terminal.expect(PreRollOver)).fence == lease.fence


async def test_nobody_stands_in_for_a_link(house: House) -> None:
    """Without a warm link there is nothing to see: an ask leads to nothing, one before the link is ready neither."""
    await house.agent(links=24, pre_roll=True)
    old, new = await house.terminal(), await house.terminal(links=2)
    await new.expect(LinkWanted)
    for terminal in (old, new):
        await terminal.send(PreRollAsk(ask=1))
        await terminal.expect_nothing_before(Ping())


async def test_a_lease_runs_out_by_itself(house: House) -> None:
    """A terminal that fell silent in the middle of it: after a while the agent is free for the others."""
    terminal, agent, link_id = await linked(house, pre_roll=True)
    await leased(terminal, agent, link_id)
    terminal.vanish()
    other = await house.terminal()
    call_id = await press(other)
    await other.expect(Queued)
    assert (await other.expect(Assigned)).call_id == call_id
    await agent.expect(PreRollOver, passing_over=BESIDES)
    assert (await agent.expect(Incoming)).call_id == call_id
