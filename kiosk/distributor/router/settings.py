"""How long the router waits for whom, and how it keeps standby links."""

from dataclasses import dataclass

from kiosk.errors import MisuseError


@dataclass(frozen=True, slots=True)
class RouterSettings:
    """Times in seconds. Raises `MisuseError` for a value that would make a call wait for ever or not at all."""

    wrap_up_s: float = 10.0
    """After each call an agent has this long before the next one; 0 for none."""
    answer_timeout_s: float = 5.0
    """A reserved agent whose console hasn't answered by then is set away and the call moves on."""
    setup_timeout_s: float = 15.0
    """From the assignment to the first picture."""
    agent_grace_s: float = 3.0
    """A call is held this long for an agent whose connection broke."""
    terminal_grace_s: float = 1.5
    """A call is held this long for a terminal whose connection broke."""
    silent_grace_s: float = 20.0
    """A connected call is held this long for a side that nothing was heard of any more: its line may come back."""
    declare_grace_s: float = 5.0
    """A call that one side has declared after a restart waits this long for the other side."""

    warm_window_s: float = 180.0
    """An agent with a warm link to the terminal is preferred to one who has been idle for up to this much longer."""
    idle_links: int = 2
    """A terminal is given new links until so many lead to agents who would get its next call."""
    link_timeout_s: float = 15.0
    """A standby link has to be ready by then."""
    link_retry_s: float = 60.0
    """A terminal and an agent between whom no link could be set up get no other before that."""
    link_every_s: float = 30.0
    """A terminal gets one new link in this time, on average."""
    link_burst: int = 3
    """So many it may get at once, if it got none before."""
    links_under_way: int = 4
    """So many links of one console are set up at the same time."""
    lease_s: float = 2.0
    """How long an agent is kept for a customer who stands in front of a terminal; each ask begins it anew."""
    confirm_s: float = 1.5
    """A terminal that pressed within the lease shows the agent for so long without being told that it is its agent."""
    pre_roll_s: float = 10.0
    """A lease isn't renewed after this."""

    def __post_init__(self) -> None:
        over_0 = self.answer_timeout_s, self.setup_timeout_s, self.link_timeout_s, self.link_every_s, self.lease_s
        if min(over_0) <= 0:
            raise MisuseError("The router's time-outs must be over 0 s.")
        if min(self.idle_links, self.link_burst, self.links_under_way) < 1:
            raise MisuseError("The router's numbers of links must be at least 1.")
        graces = self.agent_grace_s, self.terminal_grace_s, self.silent_grace_s, self.declare_grace_s
        windows = self.wrap_up_s, self.warm_window_s, self.confirm_s, self.pre_roll_s, self.link_retry_s
        if min(*windows, *graces) < 0:
            raise MisuseError("The router's wrap-up, windows and grace times must be at least 0 s.")
