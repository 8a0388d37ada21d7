"""The distributor stops and starts again: calls go on, nobody is lost. Over real sockets."""

from pathlib import Path

from kiosk.protocol.fields import AgentStatus, CallPhase, EndReason
from kiosk.protocol.messages import Answer, Assigned, Connected, DeclaredCall, Ended, HangUp, Incoming, Offer, Ping
from tests.distributor.client import AgentClient, TerminalClient
from tests.distributor.house import House
from tests.distributor.test_calls import connected


async def back(house: House, client: AgentClient | TerminalClient) -> AgentClient | TerminalClient:
    """Another connection of this client, to the distributor as it is now."""
    client.url = house.running.ws_url
    return await client.again()


async def test_a_call_in_progress_goes_on_through_a_restart(house: House) -> None:
    """Both are told nothing but the closed socket, declare their call, and end it later as if nothing had been."""
    agent, terminal = await house.agent(), await house.terminal()
    call_id = await connected(terminal, agent)
    await house.restart()
    for side in (agent, terminal):
        assert await side.expect_closed() == 1001

    terminal_again = await back(house, terminal)
    assert isinstance(terminal_again, TerminalClient)
    mine = DeclaredCall(call_id=call_id, phase=CallPhase.CONNECTED, peer_id=agent.welcome.peer_id, age_ms=5000)
    await terminal_again.proven(mine)
    assert terminal_again.welcome.epoch == terminal.welcome.epoch + 1
    await terminal_again.expect_nothing_before(Ping())

    agent_again = await back(house, agent)
    assert isinstance(agent_again, AgentClient)
    yours = mine.model_copy(update={"peer_id": terminal.terminal_id})
    await agent_again.joined(yours, status=AgentStatus.AVAILABLE)
    assert agent_again.status.status is AgentStatus.IN_CALL
    third = await house.terminal()
    await third.press()
    assert (await third.next_message()).type == "queued"

    await agent_again.send(HangUp(call_id=call_id, reason=EndReason.AGENT_HUNG_UP))
    for side in (agent_again, terminal_again):
        assert (await side.expect(Ended)).call_id == call_id
    await third.expect(Assigned)


async def test_a_call_that_was_being_set_up_is_finished_after_the_restart(house: House) -> None:
    """The two are still each other's; the offer that was lost is made again."""
    agent, terminal = await house.agent(), await house.terminal()
    call_id = await terminal.press()
    await terminal.expect(Assigned)
    await agent.expect(Incoming)
    await house.restart()
    mine = DeclaredCall(call_id=call_id, phase=CallPhase.SETTING_UP, peer_id=agent.welcome.peer_id, age_ms=300)
    terminal_again, agent_again = await back(house, terminal), await back(house, agent)
    assert isinstance(terminal_again, TerminalClient)
    assert isinstance(agent_again, AgentClient)
    await terminal_again.proven(mine)
    await agent_again.joined(mine.model_copy(update={"peer_id": terminal.terminal_id}))
    await terminal_again.send(Offer(call_id=call_id, sdp="offer"))
    await agent_again.expect(Offer)
    await agent_again.send(Answer(call_id=call_id, sdp="answer"))
    await terminal_again.expect(Answer, passing_over=(Assigned,))
    await terminal_again.send(Connected(call_id=call_id, press_to_face_ms=900))
    await agent_again.expect_status(AgentStatus.IN_CALL)


async def test_a_call_of_one_side_only_ends_after_a_while(house: House) -> None:
    """The agent never comes back after the restart: the terminal is told, and the next press is served."""
    agent, terminal = await house.agent(), await house.terminal()
    call_id = await connected(terminal, agent)
    await house.restart()
    again = await back(house, terminal)
    assert isinstance(again, TerminalClient)
    await again.proven(
        DeclaredCall(call_id=call_id, phase=CallPhase.CONNECTED, peer_id=agent.welcome.peer_id, age_ms=1)
    )
    assert (await again.expect(Ended)).call_id == call_id
    other = await house.agent()
    next_call = await again.press()
    assert (await other.expect(Incoming)).call_id == next_call


async def test_an_enrolled_terminal_stays_enrolled_and_epochs_grow(house: House, tmp_path: Path) -> None:
    """What was on disk is there again."""
    terminal = await house.terminal("Lobby")
    await house.restart()
    await house.restart()
    again = await back(house, terminal)
    assert isinstance(again, TerminalClient)
    await again.proven()
    assert (again.welcome.epoch, again.welcome.name) == (3, "Lobby")
    assert (tmp_path / "state" / "distributor.sqlite3").stat().st_mode & 0o077 == 0
