"""The router's own records: agents, terminals and calls, and the rules that concern one of them alone."""

from dataclasses import dataclass, field
from enum import IntEnum
from math import inf

from kiosk.distributor.router.events import AgentJoined, Wish
from kiosk.distributor.router.views import Phase
from kiosk.protocol.fields import AgentStatus, QueueReason, Role


class Timer(IntEnum):
    """What a call may be waiting for; of two that run out together the smaller one counts."""

    TERMINAL_BACK = 1
    AGENT_BACK = 2
    ANSWER = 3
    SETUP = 4


@dataclass(eq=False)
class Agent:
    """An agent. ``wish`` is what it will be when no call and no wrap-up keeps it from that."""

    agent_id: str
    name: str = ""
    role: str = ""
    number: int = 0
    """Counts the agents, in the order in which they came."""
    touched: "dict[str, Agent]" = field(default_factory=dict, repr=False)
    """Shared by all agents: those whose status may have changed, or whose links have."""
    here: bool = False
    wish: Wish = AgentStatus.AWAY
    call: "CallRecord | None" = field(default=None, repr=False)
    wrap_up_until: float | None = None
    idle_since: float | None = None
    busy_since: float = 0.0
    """When it got its last call."""
    bears: int = 0
    """How many standby links its console can bear."""
    links: "dict[str, Link]" = field(default_factory=dict, repr=False)
    """By terminal."""
    pre_roll: bool = False
    """Whether it may be seen before a press."""
    lease: "LeaseRecord | None" = field(default=None, repr=False)
    in_turn: bool = False
    """Whether it is free, and has been for long enough to get the next call of a terminal that has a warm link to it."""
    told: tuple[AgentStatus, Wish, float | None] | None = None
    """What its console was told last."""

    @property
    def status(self) -> AgentStatus:
        """Derived, so that it can't disagree with the calls."""
        if self.call is not None:
            return AgentStatus.IN_CALL if self.call.phase is Phase.CONNECTED else AgentStatus.RESERVED
        if not self.here:
            return AgentStatus.OFFLINE
        return self.wish if self.wrap_up_until is None else AgentStatus.WRAP_UP

    @property
    def call_id(self) -> str | None:
        """Its call's id, if it has one."""
        return None if self.call is None else self.call.call_id

    @property
    def gone(self) -> bool:
        """Nothing is kept for it any more."""
        return not self.here and self.call is None and self.wrap_up_until is None

    @property
    def free_since(self) -> float | None:
        """Since when it is idle, if anybody may have it."""
        return self.idle_since if self.here and self.lease is None else None

    @property
    def seniority(self) -> tuple[float, str]:
        """Sorts idle agents, the longest idle first."""
        return (inf if self.idle_since is None else self.idle_since, self.agent_id)

    @property
    def soon_idle(self) -> bool:
        """Whether it wraps up its last call before the next one."""
        return self.here and self.wrap_up_until is not None and self.wish is AgentStatus.AVAILABLE

    def touch(self) -> None:
        """Something about it has changed that others go by."""
        self.touched[self.agent_id] = self

    def join(self, event: AgentJoined, at: float) -> None:
        """Its console is (again) connected, and is to be told what it is doing."""
        self.here, self.name, self.role, self.wish, self.told = True, event.name, event.role, event.status, None
        self.bears, self.pre_roll = event.links, event.pre_roll
        self._rest(at)

    def want(self, wish: Wish, at: float) -> None:
        """It asks for a status; available cuts wrap-up short. Its console is told, even where nothing changes."""
        self.wish, self.told = wish, None
        if wish is AgentStatus.AVAILABLE:
            self.wrap_up_until = None
        self._rest(at)

    def take(self, call: "CallRecord", at: float) -> None:
        """It has a call from now on."""
        self.call, self.wrap_up_until, self.idle_since, self.busy_since = call, None, None, at
        self.touch()

    def release(self, at: float, wrap_up_s: float = 0.0) -> None:
        """Its call is over; it wraps up, or is free at once."""
        self.call = None
        self.wrap_up_until = at + wrap_up_s if wrap_up_s > 0 else None
        self._rest(at)

    def _rest(self, at: float) -> None:
        self.touch()
        if self.status is not AgentStatus.AVAILABLE:
            self.idle_since = None
        elif self.idle_since is None:
            self.idle_since = at


@dataclass(eq=False)
class Terminal:
    """A terminal; it has one live call at most. ``last_ended`` keeps a late repeat of a request from reviving its call."""

    terminal_id: str
    here: bool = False
    call: "CallRecord | None" = field(default=None, repr=False)
    last_ended: str | None = None
    wants: int = 0
    """How many standby links it keeps."""
    links: "dict[str, Link]" = field(default_factory=dict, repr=False)
    """By agent."""
    lease: "LeaseRecord | None" = field(default=None, repr=False)
    avoids: dict[str, float] = field(default_factory=dict)
    """Agents to whom a link couldn't be set up, and until when no other is tried."""
    wakes_at: float | None = None
    """When it is looked at again, because it may have another set-up then."""

    @property
    def gone(self) -> bool:
        """Nothing is kept for it any more."""
        return not self.here and self.call is None and self.lease is None


@dataclass(eq=False)
class Link:
    """A standby link. ``deadline`` is by when it has to be ready."""

    link_id: str
    terminal: Terminal
    agent: Agent
    deadline: float
    ready: bool = False

    @property
    def in_use(self) -> bool:
        """Whether a call rests on it."""
        return self.terminal.call is not None and self.terminal.call.link is self


@dataclass(eq=False)
class LeaseRecord:
    """A pre-roll lease: the agent is kept for the terminal, whose customer may see it."""

    fence: int
    terminal: Terminal
    agent: Agent
    link: Link
    since: float
    until: float
    """What the terminal was promised."""
    held_until: float
    """Until then nobody else has the agent: a terminal that pressed in time may still show it."""
    recalled: bool = False
    """The terminal was asked to give it back; it isn't renewed."""


@dataclass(eq=False)
class CallRecord:
    """A live call. ``claim`` is the side on whose word alone it rests, after a restart of the distributor."""

    call_id: str
    terminal: Terminal
    pool: str
    language: str
    requested_at: float
    number: int
    """Counts the calls: of two requested at the same time the smaller number came first."""
    phase: Phase = Phase.WAITING
    agent: Agent | None = None
    claim: Role | None = None
    told: QueueReason | None = None
    """Why it has to wait, as its terminal was told last."""
    timers: dict[Timer, float] = field(default_factory=dict)
    link: Link | None = None
    """The standby link that it rests on."""
    offered: bool = False
    """While it waits: whether the terminal's offer is kept for the agent who gets it."""

    @property
    def agent_id(self) -> str | None:
        """Its agent's id, once it has one."""
        return None if self.agent is None else self.agent.agent_id

    def stop(self, *timers: Timer) -> None:
        """What was waited for has come, or doesn't matter any more."""
        for timer in timers:
            self.timers.pop(timer, None)

    def confirm(self, role: Role) -> None:
        """The side ``role`` has declared the call too; it rests no more on the other side's word alone."""
        if self.claim is not role:
            self.claim = None

    def connect(self, agent: Agent) -> None:
        """The terminal has drawn the picture of ``agent``, who has the call."""
        self.phase = Phase.CONNECTED
        agent.touch()
        self.stop(Timer.ANSWER, Timer.SETUP)
