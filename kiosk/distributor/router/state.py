"""The router's own records: agents, terminals and calls, and the rules that concern one of them alone."""

from dataclasses import dataclass, field
from enum import IntEnum

from kiosk.distributor.router.events import Wish
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
    here: bool = False
    wish: Wish = AgentStatus.AWAY
    call: "CallRecord | None" = field(default=None, repr=False)
    wrap_up_until: float | None = None
    idle_since: float | None = None
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

    def join(self, name: str, role: str, wish: Wish, at: float) -> None:
        """Its console is (again) connected, and is to be told what it is doing."""
        self.here, self.name, self.role, self.wish, self.told = True, name, role, wish, None
        self._rest(at)

    def want(self, wish: Wish, at: float) -> None:
        """It asks for a status; available cuts wrap-up short. Its console is told, even where nothing changes."""
        self.wish, self.told = wish, None
        if wish is AgentStatus.AVAILABLE:
            self.wrap_up_until = None
        self._rest(at)

    def take(self, call: "CallRecord") -> None:
        """It has a call from now on."""
        self.call, self.wrap_up_until, self.idle_since = call, None, None

    def release(self, at: float, wrap_up_s: float = 0.0) -> None:
        """Its call is over; it wraps up, or is free at once."""
        self.call = None
        self.wrap_up_until = at + wrap_up_s if wrap_up_s > 0 else None
        self._rest(at)

    def _rest(self, at: float) -> None:
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

    @property
    def gone(self) -> bool:
        """Nothing is kept for it any more."""
        return not self.here and self.call is None


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

    def connect(self) -> None:
        """The terminal has drawn the agent's picture."""
        self.phase = Phase.CONNECTED
        self.stop(Timer.ANSWER, Timer.SETUP)
