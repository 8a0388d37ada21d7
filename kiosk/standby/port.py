"""What the session knows of the connections that are kept ready; `kiosk.standby.links` and `kiosk.standby.spare` keep them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from kiosk.rtc.port import Peer


def _nobody() -> None:
    """Nobody wants to hear of it."""


@dataclass(eq=False)
class Held:
    """A peer in the hands of whoever asked for it, who sets ``on_lost`` to hear that it broke."""

    peer: Peer
    sdp: str = ""
    """Its offer."""
    link_id: str | None = None
    """Of a standby link."""
    on_lost: Callable[[], None] = field(default=_nobody)


class Ready(Protocol):
    """The connections that are kept ready. On the event loop."""

    async def prepare(self) -> Held:
        """A peer of its own with its offer: the one that was prepared, or a new one. Raises `OSError`."""

    def take(self, link_id: str) -> Held | None:
        """The standby link, for a call; none where it isn't here or isn't connected (any more)."""

    async def give_back(self, held: Held, *, spoilt: bool) -> None:
        """The call is over, and nothing is attached any more: a link that is still wanted stands by again, all else is closed."""
