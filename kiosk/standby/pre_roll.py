"""CORE. When the terminal asks for pre-roll, what it holds of it, and what a press finds. Times are monotonic seconds.

The terminal counts a lease from the moment at which it sent the ask that the grant names, so that its lease always ends
before the distributor's. What it has given back it never takes again: fences grow, and a renewal that was on its way when
the lease was given back names an old one.
"""

from dataclasses import dataclass

from kiosk.call.events import Seen
from kiosk.protocol.messages import PreRoll, PreRollAsk, PreRollOver

MOST_ASKS = 32
"""Asks whose sending times are remembered: more than can be unanswered within a lease."""


@dataclass(frozen=True)
class Rules:
    """In seconds."""

    again_s: float = 0.7
    """An ask follows the one before after this."""
    most_s: float = 10.0
    """So long asks are sent for one visitor."""
    pause_s: float = 30.0
    """Then nobody is asked for."""


@dataclass(frozen=True)
class Say:
    """Say this to the distributor."""

    message: PreRollAsk | PreRollOver


@dataclass(frozen=True)
class Watch:
    """Let the agent's pictures in on this link, to be kept and not shown."""

    link_id: str


@dataclass(frozen=True)
class Unwatch:
    """Not any more."""

    link_id: str


Effect = Say | Watch | Unwatch


@dataclass
class Counts:
    """Since the start of the program."""

    asked: int = 0
    """Times that somebody came and was asked for."""
    granted: int = 0
    """Leases."""
    pressed: int = 0
    """Presses that found one."""


@dataclass(frozen=True)
class Held:
    """A lease."""

    seen: Seen
    until: float


class PreRollCore:
    """Feed it; carry out what it returns, in order; call `wake` at `next_deadline`."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self.counts = Counts()
        self.held: Held | None = None
        self._present = self._open = False
        self._ask = 0
        self._sent_at: dict[int, float] = {}
        self._next_ask = float("-inf")
        self._ends = self._rests_until = float("-inf")
        self._over = self._used = -1
        """The highest fence that was given back, and the last that a press used."""

    def next_deadline(self) -> float | None:
        """When `wake` is due, or None."""
        due = [] if self.held is None else [self.held.until]
        if self._present and self._open:
            due.append(max(self._next_ask, self._rests_until))
        return min(due, default=None)

    def set_present(self, present: bool, now: float) -> list[Effect]:  # noqa: FBT001 a switch has one argument
        """Somebody stands in front of the terminal, or nobody any more."""
        if present and not self._present:
            self._sent_at.clear()  # what answers an ask for the one before counts no more
        self._present = present
        return self.wake(now) if present else self._give_back()

    def set_open(self, on: bool, now: float) -> list[Effect]:  # noqa: FBT001 a switch has one argument
        """Whether a press would begin a call now: not while there is one, nor without a distributor.

        Whoever still stands there when a call is over is leaving, and is asked for after the pause only.
        """
        if on == self._open:
            return []
        self._open = on
        if not on:
            return self._give_back()
        self._ends = float("-inf")
        self._rests_until = now + self.rules.pause_s if self._present else float("-inf")
        return self.wake(now)

    def wake(self, now: float) -> list[Effect]:
        """The deadline has come, or may have."""
        effects: list[Effect] = []
        if self.held is not None and now >= self.held.until:
            effects += self._give_back()
        if not (self._present and self._open) or now < self._rests_until:
            return effects
        if now >= self._ends + self.rules.pause_s:
            self._ends = now + self.rules.most_s
            self._next_ask = now
            self.counts.asked += 1
        elif now >= self._ends:
            self._rests_until = self._ends + self.rules.pause_s
            return effects + self._give_back()
        if now >= self._next_ask:
            effects.append(self._say_ask(now))
        return effects

    def granted(self, lease: PreRoll, now: float, *, has_link: bool) -> list[Effect]:
        """The distributor keeps an agent for this terminal; ``has_link`` says that the link stands by here."""
        sent_at = self._sent_at.get(lease.ask) if lease.ask is not None else None
        until = float("-inf") if sent_at is None else min(sent_at + lease.lease_ms / 1000, self._ends)
        before = self.held
        if before is not None and before.seen.fence == lease.fence:
            self.held = Held(before.seen, max(until, before.until))
            return []
        wanted = self._present and self._open and now < until and has_link
        newest = lease.fence > max(self._over, -1 if before is None else before.seen.fence)
        if lease.agent is None or not (wanted and newest):
            return self._refuse(lease.fence)
        gone = self._give_back()
        self.held = Held(Seen(lease.fence, lease.link_id, lease.agent), until)
        self.counts.granted += 1
        return [*gone, Watch(lease.link_id)]

    def revoked(self, fence: int) -> list[Effect]:
        """The distributor wants a lease back; one that a press has used is not given."""
        if self.held is not None and self.held.seen.fence == fence:
            return self._give_back()
        return self._refuse(fence)

    def link_gone(self, link_id: str) -> list[Effect]:
        """A standby link is there no more."""
        if self.held is None or self.held.seen.link_id != link_id:
            return []
        return [effect for effect in self._give_back() if not isinstance(effect, Unwatch)]

    def press(self, now: float) -> tuple[Seen | None, list[Effect]]:
        """The button was pressed: whom the customer may see at once, if anybody. That lease isn't given back any more."""
        held = self.held
        if held is None or now >= held.until:
            return None, self._give_back()
        self.held = None
        self._used = held.seen.fence
        self.counts.pressed += 1
        return held.seen, []

    def _say_ask(self, now: float) -> Say:
        self._ask += 1
        self._next_ask = now + self.rules.again_s
        self._sent_at[self._ask] = now
        self._sent_at.pop(self._ask - MOST_ASKS, None)
        return Say(PreRollAsk(ask=self._ask))

    def _give_back(self) -> list[Effect]:
        held, self.held = self.held, None
        if held is None:
            return []
        return [Unwatch(held.seen.link_id), *self._refuse(held.seen.fence)]

    def _refuse(self, fence: int) -> list[Effect]:
        if fence == self._used:
            return []
        self._over = max(self._over, fence)
        return [Say(PreRollOver(fence=fence))]
