"""The order of the messages of one connection, as the distributor sees it: one table, and what is remembered of it.

The table is the only place that says who may send what, and when. A message that it doesn't list for the peer's role
is `NOT_ALLOWED`, one that it lists for another phase is `OUT_OF_ORDER`; neither changes anything.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from kiosk.errors import MisuseError, PeerError
from kiosk.protocol.fields import OLDEST_VERSION, VERSION, ErrorCode, Role
from kiosk.protocol.messages import FromClient, Hello

REMEMBERED_IDS = 512
"""How many message ids are remembered for each client: more than it can have under way at once."""


class Phase(StrEnum):
    """How far a connection has come."""

    NEW = "new"
    """Nothing was said yet; only a hello is heard."""
    CHALLENGED = "challenged"
    """A terminal has a nonce to sign."""
    WELCOMED = "welcomed"
    """The client is who it says; it has yet to declare its calls."""
    READY = "ready"
    """Calls can begin and go on."""
    GONE = "gone"
    """The client said goodbye."""


_NEW, _CHALLENGED, _WELCOMED, _READY, _GONE = Phase

TABLE: Mapping[Role, Mapping[Phase, Mapping[str, Phase]]] = MappingProxyType(
    {
        Role.TERMINAL: {
            _NEW: {"hello": _CHALLENGED},
            _CHALLENGED: {"prove": _WELCOMED, "enrol": _WELCOMED, "bye": _GONE},
            _WELCOMED: {"declare": _READY, "ping": _WELCOMED, "bye": _GONE},
            _READY: {
                "call": _READY,
                "offer": _READY,
                "connected": _READY,
                "hang_up": _READY,
                "figures": _READY,
                "link_offer": _READY,
                "link_ready": _READY,
                "link_lost": _READY,
                "pre_roll_ask": _READY,
                "pre_roll_over": _READY,
                "ping": _READY,
                "bye": _GONE,
            },
            _GONE: {},
        },
        Role.AGENT: {
            _NEW: {"hello": _WELCOMED},
            _WELCOMED: {"declare": _READY, "ping": _WELCOMED, "bye": _GONE},
            _READY: {
                "set_status": _READY,
                "answer": _READY,
                "candidate": _READY,
                "link_answer": _READY,
                "link_candidate": _READY,
                "link_lost": _READY,
                "attached": _READY,
                "set_pre_roll": _READY,
                "hang_up": _READY,
                "ping": _READY,
                "bye": _GONE,
            },
            _GONE: {},
        },
    }
)
"""For each role and phase: the types of message that are heard, and the phase that follows each."""


class RecentIds:
    """The ids of the last messages of one client; the oldest are forgotten beyond ``limit``."""

    def __init__(self, limit: int = REMEMBERED_IDS) -> None:
        self._limit = limit
        self._ids: dict[str, None] = {}

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, message_id: str) -> None:
        """Remember one more."""
        self._ids[message_id] = None
        if len(self._ids) > self._limit:
            del self._ids[next(iter(self._ids))]


class Conversation:
    """One connection: where it stands in `TABLE`, and which of its messages were heard already."""

    def __init__(self) -> None:
        self.phase = Phase.NEW
        self.hello: Hello | None = None
        self._opening = RecentIds()
        self._recent = RecentIds()

    def resume(self, recent: RecentIds) -> None:
        """Take over what is remembered of this client's earlier connections: a message sent again is then harmless.

        Only messages of the phase READY count: each connection has its own opening.
        """
        self._recent = recent

    def hear(self, message: FromClient) -> bool:
        """Whether ``message`` is to be acted on; False where its id was heard before, so that it is done already.

        Raises `PeerError` with ``out_of_order`` or ``not_allowed``; the phase is as before then.
        """
        if message.id in self._opening or message.id in self._recent:
            return False
        following = self._following(message)
        (self._recent if self.phase is Phase.READY else self._opening).add(message.id)
        if isinstance(message, Hello):
            self.hello = message
        self.phase = following
        return True

    @property
    def role(self) -> Role:
        """The client's role. Raises `MisuseError` before its hello."""
        if self.hello is None:
            raise MisuseError("A role was asked for before the hello.")
        return self.hello.role

    def _following(self, message: FromClient) -> Phase:
        if self.hello is None and not isinstance(message, Hello):
            raise PeerError(ErrorCode.OUT_OF_ORDER, f"'{message.type}' before 'hello'.", "Say hello first.")
        role = message.role if self.hello is None and isinstance(message, Hello) else self.role
        rows = TABLE[role]
        if message.type in rows[self.phase]:
            return rows[self.phase][message.type]
        if any(message.type in row for row in rows.values()):
            raise PeerError(ErrorCode.OUT_OF_ORDER, f"'{message.type}' while {self.phase}.")
        raise PeerError(ErrorCode.NOT_ALLOWED, f"'{message.type}' isn't for the role {role}.")


def choose_version(hello: Hello) -> int:
    """The highest version that both ends speak. Raises `PeerError` with ``version`` where there is none."""
    highest = min(VERSION, hello.version)
    if highest < max(OLDEST_VERSION, hello.oldest_version):
        raise PeerError(
            ErrorCode.VERSION,
            f"Versions {hello.oldest_version} to {hello.version} and {OLDEST_VERSION} to {VERSION} have none in common.",
            "Update the older side.",
        )
    return highest
