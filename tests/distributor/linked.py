"""Standby links of the tests' terminals and agents, over real sockets."""

from kiosk.protocol.messages import (
    LinkAnswer,
    LinkCandidate,
    LinkClosed,
    LinkOffer,
    LinkReady,
    LinkWanted,
    Pong,
    Status,
)
from tests.distributor.client import AgentClient, TerminalClient
from tests.distributor.house import House

BESIDES = (Status, Pong, LinkClosed, LinkWanted)
"""What may come before what is expected where a link is lost."""


async def linked(house: House, *, pre_roll: bool = False) -> tuple[TerminalClient, AgentClient, str]:
    """A terminal and an agent with a warm link between them; its id."""
    agent = await house.agent(links=24, pre_roll=pre_roll)
    terminal = await house.terminal(links=2)
    return terminal, agent, await make_link(terminal, agent)


async def make_link(terminal: TerminalClient, agent: AgentClient) -> str:
    """The link that the distributor wants next of this terminal, which is one to this agent; its id."""
    link_id = (await terminal.expect(LinkWanted)).link_id
    await terminal.send(LinkOffer(link_id=link_id, sdp="link offer"))
    offer = await agent.expect(LinkOffer)
    assert (offer.link_id, offer.sdp) == (link_id, "link offer")
    await agent.send(LinkAnswer(link_id=link_id, sdp="link answer"))
    await agent.send(LinkCandidate(link_id=link_id, candidate="candidate:1", mid="0", mline=0))
    answer = await terminal.expect(LinkAnswer)
    assert (answer.link_id, answer.sdp) == (link_id, "link answer")
    assert (await terminal.expect(LinkCandidate)).candidate == "candidate:1"
    await terminal.send(LinkReady(link_id=link_id))
    return link_id
