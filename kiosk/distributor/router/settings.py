"""How long the router waits for whom."""

from dataclasses import dataclass

from kiosk.errors import MisuseError


@dataclass(frozen=True, slots=True)
class RouterSettings:
    """All in seconds. Raises `MisuseError` for a value that would make a call wait for ever or not at all."""

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

    def __post_init__(self) -> None:
        if min(self.answer_timeout_s, self.setup_timeout_s) <= 0:
            raise MisuseError("The router's time-outs must be over 0 s.")
        graces = self.agent_grace_s, self.terminal_grace_s, self.silent_grace_s, self.declare_grace_s
        if min(self.wrap_up_s, *graces) < 0:
            raise MisuseError("The router's wrap-up and grace times must be at least 0 s.")
