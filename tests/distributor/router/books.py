"""What terminals and consoles know of their standby links and leases, from what they were told only; every effect is checked against it."""

from collections import defaultdict
from dataclasses import dataclass, field

from kiosk.distributor.router import AgentView, LinkView, Router, RouterSettings
from kiosk.distributor.router import effects as f
from kiosk.distributor.router import events as e

WANTS = {"t1": 2, "t2": 3, "t3": 1, "t4": 0}
BEARS = {"a1": 24, "a2": 2, "a3": 0}


@dataclass
class Kept:
    """A lease as it was promised."""

    terminal_id: str
    agent_id: str
    link_id: str
    until: float
    recalled: bool = False


@dataclass
class Books:
    """``links`` are by party, then by id: the other side, and whether it was said to be ready."""

    settings: RouterSettings
    links: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    ready: set[str] = field(default_factory=set)
    given_up: set[tuple[str, str]] = field(default_factory=set)
    """The party who said that it hasn't got a link, and the link: that it is closed may have been on its way already."""
    leases: dict[int, Kept] = field(default_factory=dict)
    set_ups: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    fence: int = 0
    seen: set[object] = field(default_factory=set)

    def restart(self) -> None:
        """Every connection is gone, and all links with them."""
        self.links.clear()
        self.leases.clear()
        self.set_ups.clear()
        self.ready.clear()

    def hear(self, event: e.Event | None, now: float) -> None:
        """What follows from an event by itself, and from time."""
        match event:
            case e.AgentJoined(agent_id=agent_id) | e.AgentLost(agent_id=agent_id):
                self.links.pop(agent_id, None)
                self.leases = {fence: kept for fence, kept in self.leases.items() if kept.agent_id != agent_id}
            case e.TerminalJoined(terminal_id=terminal_id) | e.TerminalLost(terminal_id=terminal_id):
                self.links.pop(terminal_id, None)
            case e.LinkLost(link_id=link_id, party_id=party_id):
                if self.links[party_id].pop(link_id, None):
                    self.given_up.add((party_id, link_id))
            case e.LinkReady(link_id=link_id, terminal_id=terminal_id):
                self.ready |= {link_id} & set(self.links[terminal_id])
            case e.PreRollGivenBack(terminal_id=terminal_id, fence=fence):
                if fence in self.leases and self.leases[fence].terminal_id == terminal_id:
                    del self.leases[fence]
            case _:
                pass
        self.leases = {fence: kept for fence, kept in self.leases.items() if kept.until > now}

    def told(self, effect: f.Effect, now: float) -> None:
        """An effect has to make sense to its receivers."""
        match effect:
            case f.OpenLink():
                self.on_open(effect, now)
            case f.CloseLink(link_id=link_id, terminal_id=terminal_id, agent_id=agent_id):
                assert terminal_id is not None or agent_id is not None, f"{effect} to nobody"
                for party_id in (terminal_id, agent_id):
                    known = (
                        party_id is None
                        or self.links[party_id].pop(link_id, "")
                        or (party_id, link_id) in self.given_up
                    )
                    assert known, f"{effect} unknown to {party_id}"
                self.seen.add("close")
            case f.Lease():
                self.on_lease(effect, now)
            case f.EndLease():
                self.on_end_lease(effect)
            case f.Assign():
                self.on_assign(effect)
            case _:
                pass

    def on_open(self, effect: f.OpenLink, now: float) -> None:
        terminal, agent = self.links[effect.terminal_id], self.links[effect.agent_id]
        assert effect.agent_id not in terminal.values(), f"{effect} a second time"
        terminal[effect.link_id], agent[effect.link_id] = effect.agent_id, effect.terminal_id
        assert len(terminal) <= WANTS[effect.terminal_id], f"{effect}, and {terminal}"
        assert len(agent) <= BEARS[effect.agent_id], f"{effect}, and {agent}"
        assert sum(link_id not in self.ready for link_id in agent) <= self.settings.links_under_way
        times = self.set_ups[effect.terminal_id]
        times.append(now)
        for count, began in enumerate(reversed(times), start=1):
            allowed = self.settings.link_burst + (now - began) / self.settings.link_every_s
            assert count <= allowed, f"{count} set-ups of {effect.terminal_id} in {now - began} s"
        self.seen.add("open")

    def on_lease(self, effect: f.Lease, now: float) -> None:
        assert effect.link_id in self.links[effect.terminal_id], f"{effect} on no link of the terminal"
        assert effect.link_id in self.links[effect.agent_id], f"{effect} on no link of the console"
        assert effect.link_id in self.ready, f"{effect} on a link that isn't warm"
        until = now + self.settings.lease_s + self.settings.confirm_s
        before = self.leases.get(effect.fence)
        if before is None:
            assert effect.fence > self.fence, f"{effect} isn't greater than {self.fence}"
            self.fence = effect.fence
        assert before is None or not before.recalled, f"{effect} though it was asked back"
        for fence, kept in self.leases.items():
            other = effect.terminal_id != kept.terminal_id and effect.agent_id != kept.agent_id
            assert fence == effect.fence or other, f"{effect}, and {kept}"
        self.leases[effect.fence] = Kept(effect.terminal_id, effect.agent_id, effect.link_id, until)
        self.seen.add("lease" if before is None else "renewal")

    def on_end_lease(self, effect: f.EndLease) -> None:
        kept = self.leases.get(effect.fence)
        if effect.agent_id is not None:
            assert kept is None, f"{effect}, but {kept} may be seen"
            self.seen.add("over")
        elif kept is not None:
            assert not kept.recalled, f"{effect} a second time"
            kept.recalled = True
            self.seen.add("recall")

    def on_assign(self, effect: f.Assign) -> None:
        for kept in self.leases.values():
            assert kept.agent_id != effect.agent_id or kept.terminal_id == effect.terminal_id, f"{effect}, but {kept}"
        if effect.link_id is not None:
            assert effect.link_id in self.ready & set(self.links[effect.terminal_id]) & set(self.links[effect.agent_id])
            self.seen.add("on a link")
        if effect.to_agent:
            mine = {fence: kept for fence, kept in self.leases.items() if kept.agent_id == effect.agent_id}
            self.seen |= {"used"} if mine else set()
            for fence in mine:
                del self.leases[fence]

    def check(self, router: Router, agents: dict[str, AgentView], here: set[str]) -> None:
        """The router's books are the parties'."""
        links: dict[str, LinkView] = {view.link_id: view for view in router.links()}
        for party_id in here:
            mine = {view.link_id for view in links.values() if party_id in {view.terminal_id, view.agent_id}}
            assert set(self.links[party_id]) == mine, f"{party_id} knows {self.links[party_id]}, the router {mine}"
        for view in links.values():
            assert view.ready == (view.link_id in self.ready), view
            assert router.parties_of_link(view.link_id) == (view.terminal_id, view.agent_id)
        kept_for = {kept.agent_id: kept.terminal_id for kept in self.leases.values()}
        assert {a.agent_id: a.kept_for for a in agents.values() if a.kept_for} == kept_for
