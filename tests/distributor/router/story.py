"""Small words for telling what happens to a router in a test."""

from kiosk.distributor.router import AgentView, CallView, Router, RouterSettings
from kiosk.distributor.router import effects as f
from kiosk.distributor.router import events as e
from kiosk.protocol.fields import AgentStatus, CallPhase, EndReason, Role
from kiosk.protocol.messages import DeclaredCall

Effects = tuple[f.Effect, ...]
SETTING_UP, CONNECTED = CallPhase.SETTING_UP, CallPhase.CONNECTED


def declared(call_id: str, peer_id: str | None, phase: CallPhase = CONNECTED, age_s: float = 20.0) -> DeclaredCall:
    """A call as a side declares it."""
    return DeclaredCall(call_id=call_id, phase=phase, peer_id=peer_id, age_ms=round(age_s * 1000))


def requested(call_id: str, age_s: float = 1.0) -> DeclaredCall:
    """A call that a terminal declares and that has no agent."""
    return declared(call_id, None, CallPhase.REQUESTED, age_s)


def words(effects: Effects) -> list[f.Effect]:
    """The effects without the agents' statuses."""
    return [effect for effect in effects if not isinstance(effect, f.AgentChanged)]


class Story:
    """A router and a clock; each method lets one thing happen and gives the effects."""

    def __init__(self, settings: RouterSettings | None = None) -> None:
        self.settings = settings or RouterSettings()
        self.router = Router(self.settings)
        self.now = 1000.0

    def tell(self, event: e.Event) -> Effects:
        return self.router.handle(event, self.now)

    def wait(self, seconds: float) -> Effects:
        """Time passes; the router is woken at each of its deadlines, as by the server's timer."""
        end = self.now + seconds
        effects: list[f.Effect] = []
        while (due := self.router.next_deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            effects += self.router.tick(self.now)
        self.now = end
        return tuple(effects)

    def agent(self, agent_id: str, *calls: DeclaredCall, status: e.Wish = AgentStatus.AVAILABLE) -> Effects:
        return self.tell(e.AgentJoined(agent_id, agent_id.title(), "Adviser", calls, status))

    def terminal(self, terminal_id: str, *calls: DeclaredCall) -> Effects:
        return self.tell(e.TerminalJoined(terminal_id, calls))

    def set(self, agent_id: str, status: e.Wish) -> Effects:
        return self.tell(e.AgentSet(agent_id, status))

    def call(self, terminal_id: str, call_id: str) -> Effects:
        return self.tell(e.CallRequested(terminal_id, call_id, "default", "en"))

    def offer(self, call_id: str, terminal_id: str) -> Effects:
        return self.tell(e.OfferSeen(call_id, terminal_id))

    def answer(self, call_id: str, agent_id: str) -> Effects:
        return self.tell(e.AnswerSeen(call_id, agent_id))

    def face(self, call_id: str, terminal_id: str) -> Effects:
        return self.tell(e.CallConnected(call_id, terminal_id))

    def hang_up(self, call_id: str, terminal_id: str) -> Effects:
        return self.tell(e.HangUpAsked(call_id, Role.TERMINAL, terminal_id, EndReason.CUSTOMER_HUNG_UP))

    def agent_hangs_up(self, call_id: str, agent_id: str) -> Effects:
        return self.tell(e.HangUpAsked(call_id, Role.AGENT, agent_id, EndReason.AGENT_HUNG_UP))

    def lose_agent(self, agent_id: str, *, on_purpose: bool = False, silent: bool = False) -> Effects:
        return self.tell(e.AgentLost(agent_id, on_purpose, silent))

    def lose_terminal(self, terminal_id: str, *, on_purpose: bool = False, silent: bool = False) -> Effects:
        return self.tell(e.TerminalLost(terminal_id, on_purpose, silent))

    def restart(self) -> None:
        """The distributor is started again and knows nothing."""
        self.router = Router(self.settings)

    def connected(self, call_id: str, terminal_id: str, agent_id: str) -> None:
        """Both sides join, and a call between them is connected."""
        self.agent(agent_id)
        self.terminal(terminal_id)
        self.call(terminal_id, call_id)
        self.answer(call_id, agent_id)
        self.face(call_id, terminal_id)
        assert self.party(call_id) == (terminal_id, agent_id)

    def party(self, call_id: str) -> tuple[str, str | None] | None:
        return self.router.party_of(call_id)

    def status(self, agent_id: str) -> AgentStatus | None:
        view = self.router.agent(agent_id)
        return None if view is None else view.status

    def agent_views(self) -> dict[str, AgentView]:
        return {view.agent_id: view for view in self.router.agents()}

    def call_views(self) -> dict[str, CallView]:
        return {view.call_id: view for view in self.router.calls()}
