"""A world of three terminals, two agents and one router, for tests/test_two_cores.py: nothing in it moves by itself."""

from collections import deque
from dataclasses import dataclass, field

from kiosk.call import effects as f
from kiosk.call import events as e
from kiosk.call.machine import CallMachine, Settings
from kiosk.call.state import State
from kiosk.distributor.router import effects as out
from kiosk.distributor.router import events as into
from kiosk.distributor.router.router import Router
from kiosk.distributor.router.settings import RouterSettings
from kiosk.protocol.fields import AgentStatus, Role
from kiosk.protocol.messages import (
    Answer,
    Assigned,
    Attached,
    Call,
    Connected,
    Declare,
    DeclaredCall,
    Ended,
    HangUp,
    LinkLost,
    Offer,
    PreRoll,
    PreRollAsk,
    PreRollOver,
    Queued,
)
from kiosk.standby.pre_roll import Effect as PreRollEffect
from kiosk.standby.pre_roll import PreRollCore, Say
from tests.call.story import card

TERMINALS = ("t1", "t2", "t3")
AGENTS = ("ann", "bob")
SIDES = TERMINALS + AGENTS
WITH_CALL = {State.CALLING, State.GREETING, State.WAITING, State.SETTING_UP, State.IN_CALL}


@dataclass
class Side:
    """One end of a link: what is on its way in both directions, and whether the link stands."""

    up: bool = False
    to_router: deque[object] = field(default_factory=deque)
    from_router: deque[object] = field(default_factory=deque)
    work: deque[e.Event] = field(default_factory=deque)
    """What a terminal's media will report."""
    call: str | None = None
    """The call that an agent's console has."""
    peer: str | None = None


class World:
    """Three terminals, two agents, one router; nothing moves but by `deliver` and `pass_time`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.router = Router(RouterSettings(wrap_up_s=1.0))
        self.machines = {name: CallMachine(Settings(links=2)) for name in TERMINALS}
        self.lobbies = {name: PreRollCore() for name in TERMINALS}
        self.here: dict[str, set[str]] = {name: set() for name in SIDES}
        """The standby links that each side has."""
        self.sides = {name: Side() for name in SIDES}
        self.calls = 0
        self.offers: dict[str, Offer] = {}
        """What the server keeps for the agent of a call that waits."""

    # --- links ----------------------------------------------------------------------------------------------------

    def connect(self, name: str) -> None:
        side = self.sides[name]
        if side.up:
            return
        side.up = True
        if name in TERMINALS:
            self.tell(name, e.Online())
            return
        calls = (
            ()
            if side.call is None
            else (DeclaredCall(call_id=side.call, phase="connected", peer_id=side.peer, age_ms=0),)  # type: ignore[arg-type]  # pydantic takes the value
        )
        side.to_router.append(
            into.AgentJoined(name, name.title(), "Adviser", calls, AgentStatus.AVAILABLE, 8, pre_roll=True)
        )

    def disconnect(self, name: str, *, on_purpose: bool) -> None:
        """What is on its way is lost; the router hears of it at once."""
        side = self.sides[name]
        if not side.up:
            return
        side.up = False
        side.to_router.clear()
        side.from_router.clear()
        self.here[name].clear()
        if name in TERMINALS:
            self.tell(name, e.Offline("closed"))
            self.route(into.TerminalLost(name, on_purpose=on_purpose))
        else:
            if on_purpose:
                side.call = None
            self.route(into.AgentLost(name, on_purpose=on_purpose))

    # --- terminals ------------------------------------------------------------------------------------------------

    def tell(self, name: str, event: e.Event) -> None:
        for effect in self.machines[name].handle(event, self.now):
            self.carry_out(name, effect)
        self.prepare(name, self.lobbies[name].set_open(self.machines[name].snapshot.state is State.IDLE, self.now))

    def press(self, name: str) -> None:
        """A customer presses, whoever is ready to be seen."""
        self.calls += 1
        seen = None
        if self.machines[name].snapshot.state is State.IDLE:
            seen, effects = self.lobbies[name].press(self.now)
            self.prepare(name, effects)
        self.tell(name, e.Pressed(f"c{self.calls}", self.now, seen))

    def prepare(self, name: str, effects: list[PreRollEffect]) -> None:
        """What the lobby wants said; what it wants watched is seen by nobody."""
        if self.sides[name].up:
            self.sides[name].to_router += [effect.message for effect in effects if isinstance(effect, Say)]

    def carry_out(self, name: str, effect: f.Effect) -> None:
        side = self.sides[name]
        match effect:
            case f.Send(message=message) if side.up:
                side.to_router.append(message)
            case f.PreparePeer(call_id=call_id):
                side.work.append(e.OfferReady(call_id, "offer"))
            case f.UseLink(call_id=call_id, link_id=link_id):
                there = link_id in self.here[name]
                side.work.append(e.FaceDrawn(call_id, self.now) if there else e.LinkGone(call_id))
            case f.AcceptAnswer(call_id=call_id):
                side.work.append(e.FaceDrawn(call_id, self.now))
            case _:
                pass

    # --- the router -----------------------------------------------------------------------------------------------

    def route(self, event: into.Event) -> None:
        for effect in self.router.handle(event, self.now):
            self.send_out(effect)

    def send_out(self, effect: out.Effect) -> None:
        match effect:
            case out.Assign(call_id=call_id, terminal_id=terminal, agent_id=agent, to_agent=to_agent):
                self.post(terminal, Assigned(call_id=call_id, agent=card(agent), link_id=effect.link_id))
                if to_agent:
                    self.post(agent, effect)
                    if call_id in self.offers and effect.link_id is None:
                        self.post(agent, self.offers.pop(call_id))
            case out.Queue(call_id=call_id, terminal_id=terminal, reason=reason):
                self.post(terminal, Queued(call_id=call_id, reason=reason))
            case out.End(call_id=call_id, terminal_id=terminal, agent_id=agent, reason=reason):
                if terminal is not None:
                    self.post(terminal, Ended(call_id=call_id, reason=reason))
                if agent is not None:
                    self.post(agent, effect)
            case _:
                self.send_standby(effect)

    def send_standby(self, effect: out.Effect) -> None:
        match effect:
            case out.OpenLink(link_id=link_id, terminal_id=terminal, agent_id=agent):
                self.post(terminal, effect)
                self.here[agent].add(link_id)
            case out.CloseLink(link_id=link_id, terminal_id=terminal_id, agent_id=agent_id):
                for name in filter(None, (terminal_id, agent_id)):
                    self.here[name].discard(link_id)
                    if name in TERMINALS:
                        self.prepare(name, self.lobbies[name].link_gone(link_id))
            case out.Lease(fence=fence, link_id=link_id, terminal_id=terminal, agent_id=agent, ask=ask):
                lease_ms = round(effect.lease_s * 1000)
                told = PreRoll(link_id=link_id, fence=fence, lease_ms=lease_ms, ask=ask, agent=card(agent))
                self.post(terminal, told)
            case out.EndLease(fence=fence, terminal_id=str(terminal)):
                self.post(terminal, PreRollOver(fence=fence))
            case _:
                pass

    def post(self, name: str, message: object) -> None:
        if self.sides[name].up:
            self.sides[name].from_router.append(message)

    # --- time and delivery ----------------------------------------------------------------------------------------

    def deliver(self, name: str, way: str) -> bool:
        """One message of one way; whether there was one."""
        queue: deque[object] = getattr(self.sides[name], way)
        if not queue:
            return False
        message = queue.popleft()
        if way == "work":
            self.tell(name, message)  # type: ignore[arg-type]  # the queue holds events
        elif way == "from_router":
            self.receive(name, message)
        else:
            self.arrive(name, message)
        return True

    def receive(self, name: str, message: object) -> None:
        side = self.sides[name]
        if name in TERMINALS:
            self.receive_at_terminal(name, message)
        elif isinstance(message, out.Assign):
            side.call, side.peer = message.call_id, message.terminal_id
            if message.link_id is not None:
                there = message.link_id in self.here[name]
                reply = Attached(call_id=message.call_id) if there else LinkLost(link_id=message.link_id)
                side.to_router.append(reply)
        elif isinstance(message, out.End) and message.call_id == side.call:
            side.call = None
        elif isinstance(message, Offer) and message.call_id == side.call:
            side.to_router.append(Answer(call_id=message.call_id, sdp="answer"))

    def receive_at_terminal(self, name: str, message: object) -> None:
        lobby = self.lobbies[name]
        match message:
            case out.OpenLink(link_id=link_id):
                self.here[name].add(link_id)
                self.sides[name].to_router.append(into.LinkReady(link_id, name))
            case PreRoll(link_id=link_id):
                self.prepare(name, lobby.granted(message, self.now, has_link=link_id in self.here[name]))
            case PreRollOver(fence=fence):
                self.prepare(name, lobby.revoked(fence))
            case _:
                self.tell(name, message)  # type: ignore[arg-type]  # messages are events

    def arrive(self, name: str, message: object) -> None:
        match message:
            case Declare(calls=calls, links=links):
                self.route(into.TerminalJoined(name, calls, links))
            case Call(call_id=call_id, pool=pool, language=language, fence=fence):
                self.route(into.CallRequested(name, call_id, pool, language, fence))
            case Connected(call_id=call_id):
                self.route(into.CallConnected(call_id, name))
            case HangUp(call_id=call_id, reason=reason):
                role = Role.TERMINAL if name in TERMINALS else Role.AGENT
                self.route(into.HangUpAsked(call_id, role, name, reason))
            case Offer(call_id=call_id) | Answer(call_id=call_id):
                self.relay(name, message, call_id)
            case into.AgentJoined() | into.AgentSet() | into.LinkReady():
                self.route(message)
            case _:
                self.arrive_standby(name, message)

    def arrive_standby(self, name: str, message: object) -> None:
        match message:
            case PreRollAsk(ask=ask):
                self.route(into.PreRollAsked(name, ask))
            case PreRollOver(fence=fence):
                self.route(into.PreRollGivenBack(name, fence))
            case Attached(call_id=call_id):
                self.route(into.AnswerSeen(call_id, name))
            case LinkLost(link_id=link_id):
                self.route(into.LinkLost(link_id, Role.AGENT, name))
            case _:
                raise AssertionError(message)

    def relay(self, name: str, message: Offer | Answer, call_id: str) -> None:
        terminal, agent = self.router.party_of(call_id) or (None, None)
        if name == terminal and agent is None and isinstance(message, Offer):
            self.offers[call_id] = message
            self.route(into.OfferSeen(call_id, name))
        elif name == terminal and agent is not None:
            self.post(agent, message)
            self.route(into.OfferSeen(call_id, name))
        elif name == agent and terminal is not None:
            self.route(into.AnswerSeen(call_id, name))
            self.post(terminal, message)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        due = self.router.next_deadline()
        if due is not None and due <= self.now:
            for effect in self.router.tick(self.now):
                self.send_out(effect)
        for name, machine in self.machines.items():
            deadline = machine.next_deadline()
            if deadline is not None and deadline <= self.now:
                self.tell(name, e.TimeUp())
            self.prepare(name, self.lobbies[name].wake(self.now))

    def settle(self) -> None:
        """Everybody connects, everything arrives, all time-outs pass."""
        for name in SIDES:
            self.connect(name)
        for _ in range(60):
            self.deliver_all()
            self.pass_time(0.5)

    def deliver_all(self) -> None:
        """Until nothing is on its way."""
        while any(self.deliver(name, way) for name in SIDES for way in ("work", "to_router", "from_router")):
            pass
