"""SHELL of `pre_roll`: joins it with the standby links, the distributor and a timer. On the event loop."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from kiosk import logs
from kiosk.call.events import Seen
from kiosk.protocol.messages import FromTerminal, PreRoll, PreRollOver
from kiosk.standby.pre_roll import Effect, PreRollCore, Say, Unwatch, Watch

log = logs.get(__name__)


class Previews(Protocol):
    """What the lobby needs of the standby links."""

    def has(self, link_id: str) -> bool:
        """Whether the link stands by."""

    def preview(self, link_id: str, on: bool) -> bool:  # noqa: FBT001 a switch has one argument
        """Let the agent's pictures in on an idle link, or not any more; False where there is no such link."""


class Lobby:
    """Where customers stand before they press."""

    def __init__(self, links: Previews, send: Callable[[FromTerminal], None], core: PreRollCore | None = None) -> None:
        self.core = core or PreRollCore()
        self._links, self._send = links, send
        self._timer: asyncio.TimerHandle | None = None

    def set_present(self, present: bool) -> None:  # noqa: FBT001 a switch has one argument
        """Somebody stands there, or nobody any more."""
        log.info("lobby.presence", present=present)
        self._do(self.core.set_present(present, time.monotonic()))

    def set_open(self, on: bool) -> None:  # noqa: FBT001 a switch has one argument
        """Whether a press would begin a call now."""
        self._do(self.core.set_open(on, time.monotonic()))

    def hear(self, message: PreRoll | PreRollOver) -> None:
        """What the distributor says of a lease."""
        now = time.monotonic()
        if isinstance(message, PreRoll):
            self._do(self.core.granted(message, now, has_link=self._links.has(message.link_id)))
        else:
            self._do(self.core.revoked(message.fence))

    def link_gone(self, link_id: str) -> None:
        """A standby link is there no more."""
        self._do(self.core.link_gone(link_id))

    def press(self) -> Seen | None:
        """Whom the customer may see at once, if anybody."""
        seen, effects = self.core.press(time.monotonic())
        self._do(effects)
        counts = self.core.counts
        log.info("lobby.press", hot=seen is not None, leases=counts.granted, presses=counts.pressed)
        return seen

    def close(self) -> None:
        """Give back what is held, and end the timer."""
        self._do(self.core.set_open(False, time.monotonic()))
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _do(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Say(message=message):
                    self._send(message)
                case Watch(link_id=link_id):
                    self._links.preview(link_id, True)
                case Unwatch(link_id=link_id):
                    self._links.preview(link_id, False)
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self.core.next_deadline()
        delay = 0.0 if due is None else max(0.0, due - time.monotonic())
        self._timer = None if due is None else asyncio.get_running_loop().call_later(delay, self._wake)

    def _wake(self) -> None:
        self._do(self.core.wake(time.monotonic()))
