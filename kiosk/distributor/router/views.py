"""What others may see of the router's state: frozen snapshots."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.distributor.router.events import Wish
from kiosk.protocol.fields import AgentStatus


class Phase(StrEnum):
    """How far a call has come. There is no phase for its end: an ended call is gone."""

    WAITING = "waiting"
    """Nobody is free."""
    RESERVED = "reserved"
    """An agent is claimed; its console hasn't answered yet."""
    SETTING_UP = "setting_up"
    """The console has answered; the media is on its way."""
    CONNECTED = "connected"
    """The terminal has drawn the agent's picture."""


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent whom the router knows; times are in seconds on the clock that the router is given.

    ``here`` is false while its connection is broken and its call, or its wrap-up, is kept for it.
    """

    agent_id: str
    name: str
    role: str
    here: bool
    status: AgentStatus
    next_status: Wish
    call_id: str | None
    idle_since: float | None
    wrap_up_until: float | None
    kept_for: str | None = None
    """The terminal that has a pre-roll lease on it."""


@dataclass(frozen=True, slots=True)
class CallView:
    """A live call; ``held`` while a side of it is missing and may come back."""

    call_id: str
    terminal_id: str
    agent_id: str | None
    phase: Phase
    pool: str
    language: str
    requested_at: float
    held: bool
    link_id: str | None = None
    """The standby link that it rests on."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """A standby link; ``ready`` when it is warm, ``in_use`` while a call rests on it."""

    link_id: str
    terminal_id: str
    agent_id: str
    ready: bool
    in_use: bool
