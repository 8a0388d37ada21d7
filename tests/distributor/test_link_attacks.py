"""What somebody can't do with standby links and leases that aren't theirs, or with too many messages. Over real sockets."""

import asyncio
from collections.abc import Callable

from kiosk.protocol.fields import AgentStatus, Message
from kiosk.protocol.messages import (
    Candidate,
    LinkAnswer,
    LinkCandidate,
    LinkLost,
    LinkOffer,
    LinkReady,
    LinkWanted,
    Ping,
    Pong,
    PreRollAsk,
)
from tests.distributor.client import AgentClient, TerminalClient
from tests.distributor.house import House
from tests.distributor.linked import linked
from tests.distributor.test_calls import connected
from tests.distributor.test_links import warm

OF_AGENTS: tuple[Callable[[str], Message], ...] = (
    lambda link_id: LinkAnswer(link_id=link_id, sdp="evil"),
    lambda link_id: LinkCandidate(link_id=link_id, candidate="evil"),
    lambda link_id: LinkLost(link_id=link_id),
)
OF_TERMINALS: tuple[Callable[[str], Message], ...] = (
    lambda link_id: LinkOffer(link_id=link_id, sdp="evil"),
    lambda link_id: LinkReady(link_id=link_id),
    lambda link_id: LinkLost(link_id=link_id),
)


async def refused(client: TerminalClient | AgentClient, message: Message, code: str = "unknown_link") -> str:
    """The words with which it is refused; the client stays."""
    await client.send(message)
    error = await client.expect_error(code, fatal=False)
    assert error.re == message.id
    return error.text


async def test_a_link_is_nobody_elses(house: House) -> None:
    """Somebody who knows its id can neither say nor hear anything of it, nor learn whether it is there."""
    terminal, agent, link_id = await linked(house)
    other_agent, other_terminal = await house.agent(status=AgentStatus.AWAY), await house.terminal()
    words = set()
    for theirs in (link_id, "1-999", "rubbish"):
        words |= {await refused(other_agent, make(theirs)) for make in OF_AGENTS}
        words |= {await refused(other_terminal, make(theirs)) for make in OF_TERMINALS}
    assert len(words) == 1
    for side in (terminal, agent):
        await side.expect_nothing_before(Ping())
    await warm(terminal, agent, link_id)


async def test_each_side_says_its_own_part_only(house: House) -> None:
    """A terminal doesn't answer, a console isn't the one to say that a link is ready."""
    terminal, agent, link_id = await linked(house)
    await refused(terminal, LinkAnswer(link_id=link_id, sdp="x"), "not_allowed")
    await refused(agent, LinkReady(link_id=link_id), "not_allowed")
    await refused(agent, LinkOffer(link_id=link_id, sdp="x"), "not_allowed")
    await refused(agent, PreRollAsk(ask=1), "not_allowed")


async def test_a_link_is_offered_and_answered_once(house: House) -> None:
    """So that neither side can be flooded with descriptions of 48 kB."""
    terminal, agent, link_id = await linked(house)
    await refused(terminal, LinkOffer(link_id=link_id, sdp="again"), "out_of_order")
    await refused(agent, LinkAnswer(link_id=link_id, sdp="again"), "out_of_order")
    second = await house.terminal(links=2)
    not_offered = (await second.expect(LinkWanted)).link_id
    await refused(agent, LinkAnswer(link_id=not_offered, sdp="too early"), "out_of_order")
    for side in (terminal, agent, second):
        await side.expect_nothing_before(Ping())


async def test_a_flood_of_candidates_harms_nobody(house: House) -> None:
    """The terminal gets as many as it may ever need; whoever sent them stays, up to the bound of all messages."""
    terminal, agent, link_id = await linked(house)
    for number in range(1200):  # 24 links of 50 candidates, all at the same moment
        await agent.send(LinkCandidate(link_id=link_id, candidate=f"candidate:{number}"))
    await agent.expect_nothing_before(Ping())
    await terminal.send(Ping())
    got = 0
    while not isinstance(message := await terminal.next_message(), Pong):
        assert isinstance(message, LinkCandidate)
        got += 1
    assert got == 63, "and one before the flood"
    await warm(terminal, agent, link_id)
    for _ in range(800):
        await agent.send(LinkCandidate(link_id=link_id, candidate="candidate:1"))
    await agent.expect_error("too_many", fatal=True)


async def test_a_burst_of_one_side_does_not_cost_the_other_its_connection(house: House) -> None:
    """More messages at once than may wait for anybody: the other side, which reads them, gets them all and stays."""
    agent, terminal = await house.agent(), await house.terminal()
    call_id = await connected(terminal, agent)
    burst = (Candidate(call_id=call_id, candidate=f"candidate:{number}") for number in range(380))
    await asyncio.gather(*(agent.send(message) for message in burst))
    for _ in range(380):
        await terminal.expect(Candidate)
    await terminal.expect_nothing_before(Ping())


async def test_who_bears_no_links_may_say_no_more_than_before(house: House) -> None:
    """The allowance goes with the links."""
    agent = await house.agent()
    for _ in range(500):
        await agent.send(LinkCandidate(link_id="1-1", candidate="x"))
    for _ in range(500):
        message = await agent.next_message()
        if message.type == "error" and message.fatal:
            assert message.code == "too_many"
            return
    raise AssertionError("the flood was let through")
