"""Who can be had: free agents by idleness, agents who can bear another link, terminals that want one. Kept up to date, never searched.

What an event costs doesn't grow with the number of agents times that of terminals: each of these is changed where an agent or
a terminal changes, and asked for its first.
"""

import heapq
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf
from operator import itemgetter

from kiosk.distributor.router.state import Agent, Terminal


class FreeAgents:
    """The agents whom anybody may have, the longest idle first; of equals, the one with the smaller id.

    The first of them, up to those idle for some time less than the very first, are in turn for calls on a warm link.
    """

    def __init__(self) -> None:
        self._order: list[tuple[float, str]] = []
        self._agents: dict[str, tuple[float, Agent]] = {}
        self._in_turn = 0
        """How many of the first are."""

    def note(self, agent: Agent) -> None:
        """It may have become free, or be free no more."""
        known = self._agents.pop(agent.agent_id, None)
        if known is not None:
            place = bisect_left(self._order, (known[0], agent.agent_id))
            del self._order[place]
            self._in_turn -= place < self._in_turn
        agent.in_turn = False
        if agent.free_since is not None:
            key = (agent.free_since, agent.agent_id)
            place = bisect_left(self._order, key)
            self._order.insert(place, key)
            self._agents[agent.agent_id] = (agent.free_since, agent)
            agent.in_turn = place < self._in_turn
            self._in_turn += agent.in_turn

    def take_turns(self, window_s: float) -> list[Agent]:
        """Whose turn it is is seen anew; returns those for whom that has changed."""
        before = self._in_turn
        self._in_turn = bisect_right(self._order, self.earliest() + window_s, key=itemgetter(0))
        first, last = sorted((before, self._in_turn))
        changed = [self._agents[agent_id][1] for _, agent_id in self._order[first:last]]
        for agent in changed:
            agent.in_turn = self._in_turn > before
        return changed

    def first(self) -> Agent | None:
        """The longest idle, if anybody is free."""
        return self._agents[self._order[0][1]][1] if self._order else None

    def earliest(self) -> float:
        """Since when the longest idle is idle; in the infinite future if nobody is."""
        return self._order[0][0] if self._order else inf


class Shelf:
    """The agents in turn who can bear another link now, the one with the fewest first; of equals, the one who has been idle for less long."""

    def __init__(self) -> None:
        self._order: list[tuple[int, float, str]] = []
        self._agents: dict[str, tuple[tuple[int, float, str], Agent]] = {}

    def __bool__(self) -> bool:
        return bool(self._order)

    def note(self, agent: Agent, under_way: int) -> None:
        """Its state or its links may have changed."""
        known = self._agents.pop(agent.agent_id, None)
        if known is not None:
            del self._order[bisect_left(self._order, known[0])]
        if agent.in_turn and agent.free_since is not None and can_bear_another(agent, under_way):
            key = (len(agent.links), -agent.free_since, agent.agent_id)
            self._agents[agent.agent_id] = (key, agent)
            insort(self._order, key)

    def best(self, terminal: Terminal) -> Agent | None:
        """The first to whom ``terminal`` has no link, and may have one. It looks at few more agents than the terminal has links."""
        for _, _, agent_id in self._order:
            if agent_id not in terminal.links and agent_id not in terminal.avoids:
                return self._agents[agent_id][1]
        return None


def can_bear_another(agent: Agent, under_way: int) -> bool:
    """Whether its console has room for a link, and not too many that are just being set up."""
    return len(agent.links) < agent.bears and sum(not link.ready for link in agent.links.values()) < under_way


@dataclass
class Appetite:
    """Terminals, by id, whose links are to be looked at: now, when somebody is to be had, or when they may have another set-up."""

    changed: dict[str, None] = field(default_factory=dict)
    starving: dict[str, None] = field(default_factory=dict)
    """They have no link of use and found nobody."""
    hungry: dict[str, None] = field(default_factory=dict)
    """They have one, want more and found nobody."""
    later: list[tuple[float, str]] = field(default_factory=list)
    """A heap of when a terminal may have another set-up."""
    paced_to: dict[str, float] = field(default_factory=dict)
    """A terminal's set-ups so far are paid for by this time, at the rate that is allowed; kept for one whose line comes and goes."""

    def look_at(self, terminal: Terminal) -> None:
        """Something about its links, or its need of them, has changed."""
        self.changed[terminal.terminal_id] = None

    def take_changed(self, now: float) -> Iterator[str]:
        """Each terminal that is to be looked at now, once; it waits for nothing else any more."""
        while self.later and self.later[0][0] <= now:
            self.changed[heapq.heappop(self.later)[1]] = None
        while self.changed:
            yield self._taken(next(iter(self.changed)))

    def take_waiting(self) -> Iterator[str]:
        """Each terminal that found nobody, the neediest first; it may be put back while this goes on."""
        for terminal_id in [*self.starving, *self.hungry]:
            yield self._taken(terminal_id)

    def _taken(self, terminal_id: str) -> str:
        for queue in (self.changed, self.starving, self.hungry):
            queue.pop(terminal_id, None)
        return terminal_id

    def wake(self, terminal: Terminal, at: float) -> None:
        """Look at it again then."""
        if terminal.wakes_at != at:
            terminal.wakes_at = at
            heapq.heappush(self.later, (at, terminal.terminal_id))

    def wait(self, terminal: Terminal, good: int) -> None:
        """Nobody is to be had for it now, which has ``good`` links of use."""
        queue = self.hungry if good else self.starving
        queue[terminal.terminal_id] = None
