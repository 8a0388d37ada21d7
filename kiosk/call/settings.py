"""What a terminal's call machine is set to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Times in seconds, and what a call asks for."""

    answer_s: float = 5.0
    """How long the distributor may take to say who serves a call."""
    confirm_s: float = 1.5
    """How long an agent whom pre-roll had ready is shown before the distributor has confirmed them; it counts on this."""
    setup_s: float = 10.0
    """How long an assigned agent's picture may take."""
    thanks_s: float = 6.0
    """How long the thank-you stays."""
    press_again_s: float = 2.0
    """A second press this soon after the first is the same press by a nervous hand."""
    repair_after_s: float = 2.0
    """How long a line that stalled may come back by itself before the connection is built anew."""
    repair_again_s: float = 5.0
    """How long a new connection may take before the next one is tried."""
    line_s: float = 20.0
    """How long a line may be bad before the call ends."""
    language: str = "en"
    pool: str = "default"
    links: int = 0
    """How many standby links the terminal wants."""
