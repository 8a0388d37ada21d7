"""Who is connected: each party's one live connection, and what is remembered of it while it is away."""

from collections import OrderedDict
from dataclasses import dataclass

from kiosk.distributor.connection import Connection
from kiosk.protocol.conversation import RecentIds
from kiosk.protocol.fields import Message, Role
from kiosk.protocol.messages import AgentCard, TerminalCard

Key = tuple[Role, str]
"""A party: its role and its terminal or agent id."""
REMEMBERED_BOOTS = 2048


@dataclass(eq=False)
class Peer:
    """A welcomed party on its connection; ``joined`` once the router knows of it."""

    role: Role
    party_id: str
    boot_id: str
    card: TerminalCard | AgentCard
    connection: Connection
    session_token: str | None = None
    """An agent's; it says whose connection ends when that session is signed out."""
    joined: bool = False

    @property
    def key(self) -> Key:
        """Whose connection it is."""
        return (self.role, self.party_id)


class Peers:
    """Every welcomed party's newest connection."""

    def __init__(self) -> None:
        self._live: dict[Key, Peer] = {}
        self._recent: OrderedDict[tuple[Role, str, str], RecentIds] = OrderedDict()

    def get(self, role: Role, party_id: str) -> Peer | None:
        """The party's live connection."""
        return self._live.get((role, party_id))

    def tell(self, role: Role, party_id: str, message: Message) -> None:
        """Queue a message for a party that is here; for one that isn't, it's dropped: what it declares makes up for it."""
        peer = self.get(role, party_id)
        if peer and peer.joined:
            peer.connection.send(message)

    def seat(self, peer: Peer) -> Peer | None:
        """Make ``peer`` its party's connection; the one it replaces, if any, is returned."""
        before = self._live.get(peer.key)
        self._live[peer.key] = peer
        return before

    def leave(self, peer: Peer) -> bool:
        """Its connection is gone; False where another one had taken its place already."""
        if self._live.get(peer.key) is not peer:
            return False
        del self._live[peer.key]
        return True

    def recent(self, peer: Peer) -> RecentIds:
        """The ids of the last messages of this start of the party's program, over all of its connections."""
        key = (*peer.key, peer.boot_id)
        ids = self._recent.setdefault(key, RecentIds())
        self._recent.move_to_end(key)
        if len(self._recent) > REMEMBERED_BOOTS:
            self._recent.popitem(last=False)
        return ids

    def count(self, role: Role) -> int:
        """How many parties of this role are connected."""
        return sum(key[0] is role for key in self._live)
