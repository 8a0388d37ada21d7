"""How much, how fast and how long the distributor lets peers: one value, so that a test can make it smaller."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds that keep one peer from harming the others. Times are in seconds."""

    hello_within_s: float = 5.0
    """A connection has said hello this long after it opened, and has proven who it is this long after that."""
    silence_s: float = 3.0
    """A peer of whom nothing was heard for this long, neither a message nor a WebSocket pong, is gone."""
    ping_every_s: float = 1.0
    """A WebSocket ping goes out this often: a browser answers it even where a background tab's timers are throttled."""
    close_within_s: float = 2.0
    """A peer has this long to take part in closing; then its connection is cut."""
    unproven: int = 256
    unproven_per_address: int = 64
    """Connections that haven't proven who they are, in all and from one address."""
    queue_messages: int = 256
    queue_bytes: int = 1_048_576
    """What may wait for a peer that reads slowly; beyond it the peer is dropped."""
    messages_per_s: float = 50.0
    messages_at_once: int = 400
    """What one peer may send: a bucket of so many, filled at so many a second."""
    messages_per_link: int = 40
    """So many more at once for each standby link that the peer declares: an answer, and every candidate of its networks."""
    strikes: int = 3
    strike_window_s: float = 10.0
    """The third malformed message within the window is one too many."""
    failures: int = 10
    failure_window_s: float = 300.0
    """So many failed sign-ins from one address within the window, and no more are heard; the same for enrolments."""
