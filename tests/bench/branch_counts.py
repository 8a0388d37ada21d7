"""What is counted of branches, customers and agents in virtual time."""

from collections import deque
from dataclasses import dataclass, field


@dataclass
class Counts:
    """What is measured, after the warm-up."""

    hot: int = 0
    warm: int = 0
    cold: int = 0
    hot_lost: int = 0
    """Presses inside of a lease that didn't get what was on the screen."""
    waited: int = 0
    set_ups: list[list[float]] = field(default_factory=list)
    """When each terminal was asked to set a link up."""
    under_way: int = 0
    """The most links that one console set up at the same time."""
    idle_s: list[float] = field(default_factory=list)
    """How long an agent had been idle when a call came."""
    over_longest_s: list[float] = field(default_factory=list)
    """How much longer than the chosen agent somebody else had been idle."""
    by_agent: dict[str, int] = field(default_factory=dict)
    idle_agents_s: float = 0.0
    """The idle time of all agents together."""
    pre_rolls: int = 0
    events: int = 0

    @property
    def calls(self) -> int:
        """All that were assigned."""
        return self.hot + self.warm + self.cold


def most_within(times: list[float], seconds: float) -> int:
    """The most of ``times``, which ascend, in any stretch of ``seconds``."""
    window: deque[float] = deque()
    most = 0
    for at in times:
        window.append(at)
        while window[0] <= at - seconds:
            window.popleft()
        most = max(most, len(window))
    return most
