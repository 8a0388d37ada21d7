"""Small words for telling what happens to a call machine in a test."""

from kiosk.call import effects as f
from kiosk.call import events as e
from kiosk.call.machine import CallMachine, Settings
from kiosk.call.state import DeviceFault, State
from kiosk.protocol.fields import EndReason, QueueReason
from kiosk.protocol.messages import AgentCard, Answer, Assigned, Candidate, Ended, Queued

CAMERA_GONE = (DeviceFault("camera", "There is no camera."),)


def card(agent: str) -> AgentCard:
    """What a customer may know of an agent."""
    return AgentCard(agent_id=agent, name=agent.title(), role="Adviser")


class Story:
    """A machine with a clock of its own; each method lets one thing happen and gives the effects."""

    def __init__(self) -> None:
        self.machine = CallMachine(Settings())
        self.now = 100.0
        self.calls = 0

    @property
    def state(self) -> State:
        return self.machine.snapshot.state

    @property
    def call_id(self) -> str:
        return f"call{self.calls}"

    def tell(self, event: e.Event) -> tuple[f.Effect, ...]:
        return self.machine.handle(event, self.now)

    def online(self) -> tuple[f.Effect, ...]:
        return self.tell(e.Online())

    def offline(self) -> tuple[f.Effect, ...]:
        return self.tell(e.Offline("closed"))

    def press(self) -> tuple[f.Effect, ...]:
        if self.state in {State.IDLE, State.THANKS}:
            self.calls += 1
        return self.tell(e.Pressed(self.call_id, self.now))

    def press_seen(self, agent: str = "ann", link: str = "link1") -> tuple[f.Effect, ...]:
        """Pre-roll has the agent ready."""
        if self.state in {State.IDLE, State.THANKS}:
            self.calls += 1
        return self.tell(e.Pressed(self.call_id, self.now, e.Seen(7, link, card(agent))))

    def gone(self) -> tuple[f.Effect, ...]:
        return self.tell(e.LinkGone(self.call_id))

    def offer(self) -> tuple[f.Effect, ...]:
        return self.tell(e.OfferReady(self.call_id, "offer"))

    def assigned(self, agent: str = "ann", link: str | None = None) -> tuple[f.Effect, ...]:
        return self.tell(Assigned(call_id=self.call_id, agent=card(agent), link_id=link))

    def queued(self, reason: QueueReason = QueueReason.ALL_BUSY) -> tuple[f.Effect, ...]:
        return self.tell(Queued(call_id=self.call_id, reason=reason))

    def answered(self) -> tuple[f.Effect, ...]:
        return self.tell(Answer(call_id=self.call_id, sdp="answer"))

    def candidate(self) -> tuple[f.Effect, ...]:
        return self.tell(Candidate(call_id=self.call_id, candidate="candidate:1", mid="0"))

    def face(self) -> tuple[f.Effect, ...]:
        return self.tell(e.FaceDrawn(self.call_id, self.now))

    def ended(self, reason: EndReason = EndReason.AGENT_HUNG_UP) -> tuple[f.Effect, ...]:
        return self.tell(Ended(call_id=self.call_id, reason=reason))

    def lost(self) -> tuple[f.Effect, ...]:
        return self.tell(e.PeerLost(self.call_id))

    def stalled(self) -> tuple[f.Effect, ...]:
        return self.tell(e.MediaStalled(self.call_id))

    def flows(self) -> tuple[f.Effect, ...]:
        return self.tell(e.MediaFlows(self.call_id))

    def devices(self, faults: tuple[DeviceFault, ...] = ()) -> tuple[f.Effect, ...]:
        return self.tell(e.DevicesChanged(faults))

    def time_up(self) -> tuple[f.Effect, ...]:
        """The clock goes on to the deadline."""
        deadline = self.machine.next_deadline()
        assert deadline is not None
        self.now = deadline
        return self.tell(e.TimeUp())

    def to(self, state: State) -> "Story":
        """Go there by the shortest way."""
        steps = {
            State.OFFLINE: (),
            State.IDLE: (self.online,),
            State.CALLING: (self.online, self.press),
            State.GREETING: (self.online, self.press_seen, self.offer),
            State.WAITING: (self.online, self.press, self.queued),
            State.SETTING_UP: (self.online, self.press, self.offer, self.assigned),
            State.IN_CALL: (self.online, self.press, self.offer, self.assigned, self.answered, self.face),
            State.THANKS: (self.online, self.press, self.offer, self.assigned, self.answered, self.face, self.ended),
            State.OUT_OF_SERVICE: (self.online, lambda: self.devices(CAMERA_GONE)),
        }
        for step in steps[state]:
            step()
        assert self.state is state
        return self


def sent(effects: tuple[f.Effect, ...]) -> list[str]:
    """The types of the messages among the effects."""
    return [effect.message.type for effect in effects if isinstance(effect, f.Send)]


def only(effects: tuple[f.Effect, ...], kind: type) -> list[f.Effect]:
    """Those of the effects that are of this kind."""
    return [effect for effect in effects if isinstance(effect, kind)]
