"""Who is connected, and what is remembered of them: no sockets here."""

from typing import cast

from kiosk.distributor.connection import Connection
from kiosk.distributor.peers import REMEMBERED_BOOTS, Peer, Peers
from kiosk.protocol.fields import Role
from kiosk.protocol.messages import AgentCard, TerminalCard

NO_CONNECTION = cast(Connection, None)


def terminal(number: int = 1, boot: str = "b") -> Peer:
    """A terminal's seat."""
    party_id = f"t{number}"
    card = TerminalCard(terminal_id=party_id, name="Lobby", branch="Main Street")
    return Peer(Role.TERMINAL, party_id, boot, card, NO_CONNECTION)


def test_the_newest_connection_has_the_seat() -> None:
    """The one it replaced can't take the seat away when it closes."""
    peers = Peers()
    old, new = terminal(), terminal()
    assert peers.seat(old) is None
    assert peers.seat(new) is old
    assert not peers.leave(old)
    assert peers.get(Role.TERMINAL, "t1") is new
    assert peers.leave(new)
    assert peers.get(Role.TERMINAL, "t1") is None


def test_an_agent_and_a_terminal_of_one_id_are_two() -> None:
    """Ids are unique within a role only."""
    peers = Peers()
    peers.seat(terminal())
    peers.seat(Peer(Role.AGENT, "t1", "b", AgentCard(agent_id="t1", name="Eva", role="Adviser"), NO_CONNECTION))
    assert (peers.count(Role.TERMINAL), peers.count(Role.AGENT)) == (1, 1)


def test_ids_are_remembered_for_each_start_of_a_program_and_memory_is_bounded() -> None:
    """Another start of it begins afresh; the start that was away longest is forgotten."""
    peers = Peers()
    peers.recent(terminal()).add("m1")
    assert "m1" in peers.recent(terminal())
    assert "m1" not in peers.recent(terminal(boot="another"))
    for number in range(REMEMBERED_BOOTS):
        peers.recent(terminal(number + 2))
    assert "m1" not in peers.recent(terminal())
