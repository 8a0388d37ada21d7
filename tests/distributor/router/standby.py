"""Small words for standby links and pre-roll in a story, beside those of calls."""

from kiosk.distributor.router import LinkView, Router, RouterSettings
from kiosk.distributor.router import effects as f
from kiosk.distributor.router import events as e
from kiosk.protocol.fields import AgentStatus, Role
from tests.distributor.router.story import Effects, Story


class StandbyStory(Story):
    """Agents and terminals here bear and want links; pre-roll is welcome."""

    def __init__(self, settings: RouterSettings | None = None, epoch: int = 7) -> None:
        super().__init__(settings)
        self.epoch = epoch
        self.router = Router(self.settings, epoch)

    def bears(self, agent_id: str, links: int = 24, *, status: e.Wish = AgentStatus.AVAILABLE) -> Effects:
        """An agent comes whose console bears so many links, without calls."""
        return self.tell(e.AgentJoined(agent_id, agent_id.title(), "Adviser", (), status, links, pre_roll=True))

    def wants(self, terminal_id: str, links: int = 2) -> Effects:
        """A terminal comes that wants so many links, without calls."""
        return self.tell(e.TerminalJoined(terminal_id, (), links))

    def links(self) -> dict[tuple[str, str], LinkView]:
        return {(view.terminal_id, view.agent_id): view for view in self.router.links()}

    def link_id(self, terminal_id: str, agent_id: str) -> str:
        return self.links()[terminal_id, agent_id].link_id

    def ready(self, terminal_id: str, agent_id: str) -> Effects:
        return self.tell(e.LinkReady(self.link_id(terminal_id, agent_id), terminal_id))

    def all_ready(self) -> None:
        """All that are set up, and all that follow from there."""
        while opening := [view for view in self.router.links() if not view.ready]:
            for view in opening:
                self.tell(e.LinkReady(view.link_id, view.terminal_id))

    def lose_link(self, terminal_id: str, agent_id: str, role: Role) -> Effects:
        party_id = terminal_id if role is Role.TERMINAL else agent_id
        return self.tell(e.LinkLost(self.link_id(terminal_id, agent_id), role, party_id))

    def warm(self, terminal_id: str, agent_id: str) -> str:
        """Both come, and a link between them is ready; returns its id."""
        self.bears(agent_id)
        self.wants(terminal_id)
        self.all_ready()
        return self.link_id(terminal_id, agent_id)

    def ask(self, terminal_id: str, ask: int = 1) -> Effects:
        return self.tell(e.PreRollAsked(terminal_id, ask))

    def give_back(self, terminal_id: str, fence: int) -> Effects:
        return self.tell(e.PreRollGivenBack(terminal_id, fence))

    def lease(self, terminal_id: str) -> f.Lease:
        """The terminal asks and gets one."""
        (lease,) = [effect for effect in self.ask(terminal_id) if isinstance(effect, f.Lease)]
        return lease

    def press(self, terminal_id: str, call_id: str, fence: int) -> Effects:
        """A press inside of a lease."""
        return self.tell(e.CallRequested(terminal_id, call_id, "default", "en", fence))
