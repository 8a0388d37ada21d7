"""CORE. Which packets to ask for again, and when (RFC 4585 section 6.2.1). Seconds, unwrapped sequence numbers."""

from collections import deque
from dataclasses import dataclass
from statistics import median

REORDER_S = 0.005
"""A packet that was only overtaken gets this long before it is asked for."""
TRIES = 10
MOST_MISSING = 300
"""More than this are not worth asking for: a key frame is the smaller repair."""
RTT_LEAST_S, RTT_FIRST_S, RTT_MOST_S = 0.01, 0.1, 1.0
BUSY_REPAIRS, BUSY_S = 3, 10.0
"""So many repairs within so many seconds are more than a mishap."""
SLACK_S = 0.02
"""What an answer may take longer than the round trip."""


class RoundTrip:
    """The round trip, from what a request and its answer took; `RTT_FIRST_S` until the first answer."""

    def __init__(self) -> None:
        self._took: deque[float] = deque(maxlen=15)

    @property
    def s(self) -> float:
        """Seconds; the median, so that an answer to a repeated request doesn't count for more than it is."""
        return min(RTT_MOST_S, max(RTT_LEAST_S, median(self._took))) if self._took else RTT_FIRST_S

    def answered(self, took_s: float) -> None:
        """A request was answered after so long."""
        self._took.append(took_s)


@dataclass
class _Missing:
    since: float
    ask_at: float
    asked_at: float | None = None
    tries: int = 0


class Nacks:
    """Knows what is missing, asks for it again and again by the round trip, and gives up what would come too late."""

    def __init__(self) -> None:
        self.rtt = RoundTrip()
        self.asked = 0
        """Packets asked for so far, repetitions included."""
        self._missing: dict[int, _Missing] = {}
        self._newest: int | None = None
        self._repaired_at: deque[float] = deque(maxlen=BUSY_REPAIRS)

    @property
    def patience_s(self) -> float:
        """How long a missing packet is waited for: three answers may get lost."""
        return max(0.4, 3.5 * (self.rtt.s + SLACK_S))

    def busy(self, now: float) -> bool:
        """Losses are the rule on this line, not the exception."""
        return len(self._repaired_at) == BUSY_REPAIRS and now - self._repaired_at[0] < BUSY_S

    def arrived(self, number: int, now: float, *, resent: bool) -> None:
        """A packet is there; ``resent`` where it is known to be an answer."""
        missing = self._missing.pop(number, None)
        if missing is not None and missing.asked_at is not None and resent:
            self.rtt.answered(now - missing.asked_at)
            self._repaired_at.append(now)
        if self._newest is not None:
            for gap in range(self._newest + 1, number):
                self._missing[gap] = _Missing(now, now + REORDER_S)
        self._newest = number if self._newest is None else max(self._newest, number)

    def due(self, now: float) -> list[int]:
        """What to ask for now."""
        wanted = [
            number for number, missing in self._missing.items() if self._may_ask(missing) and missing.ask_at <= now
        ]
        busy = self.busy(now)
        for number in wanted:
            missing = self._missing[number]
            missing.tries += 1
            missing.asked_at = missing.asked_at if missing.asked_at is not None else now
            missing.ask_at = now + self._pause_s(missing.tries, busy=busy)
        self.asked += len(wanted)
        return sorted(wanted)

    def give_up(self, now: float) -> int | None:
        """Forget what is too late or too much; the highest number of it."""
        patience = self.patience_s
        late = [number for number, missing in self._missing.items() if now >= missing.since + patience]
        late += sorted(self._missing)[:-MOST_MISSING]
        for number in late:
            self._missing.pop(number, None)
        return max(late, default=None)

    def forget_below(self, number: int) -> None:
        """Nobody needs what is before ``number`` any more."""
        for old in [missing for missing in self._missing if missing < number]:
            del self._missing[old]

    def forget_all(self) -> None:
        """The sender's numbers begin anew."""
        self._missing.clear()
        self._newest = None

    def next_deadline(self) -> float | None:
        """When `due` or `give_up` has something to do."""
        patience = self.patience_s
        asks = [missing.ask_at for missing in self._missing.values() if self._may_ask(missing)]
        ends = [missing.since + patience for missing in self._missing.values()]
        return min(asks + ends, default=None)

    def _pause_s(self, tries: int, *, busy: bool) -> float:
        """Until it is asked for again.

        Where losses are the rule, requests go in pairs: a request gets lost as easily as an answer, and costs next to
        nothing. A sender that has answered passes over the second one for a round trip (libwebrtc), or answers twice.
        """
        whole_s = self.rtt.s + SLACK_S
        if not busy:
            return whole_s
        return self.rtt.s / 3 if tries % 2 else whole_s - self.rtt.s / 3

    @staticmethod
    def _may_ask(missing: _Missing) -> bool:
        return missing.tries < TRIES
