"""What an emulated line does to packets, as pure arithmetic: time is an argument, and the loss is seeded."""

import random
from collections import deque
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Line:
    """A line between two places; every figure but the round trip holds for each direction by itself."""

    rtt_ms: float = 0.0
    """Half of it each way, beside what the queue adds."""
    loss: float = 0.0
    """The share of packets that is lost, 0 to 1, each by itself."""
    kbps: float = 0.0
    """The rate in kbit/s of IP packets; 0 is without a limit."""
    queue_ms: float = 200.0
    """So much may wait at that rate; what comes then is dropped, as a router does."""

    def as_json(self) -> dict[str, float]:
        """For the forwarder's control channel, and for reports."""
        return asdict(self)

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Line":
        """The line in a JSON object's keys of those names."""
        return cls(**{field.name: float(values[field.name]) for field in fields(cls) if field.name in values})


@dataclass
class Counts:
    """What became of one direction's packets."""

    arrived: int = 0
    lost: int = 0
    """Dropped by chance."""
    overflowed: int = 0
    """Dropped because the queue was full."""
    passed: int = 0
    passed_bytes: int = 0


class Direction:
    """One direction of a line: packets go in with the time, and come out when they are due, in their order."""

    def __init__(self, line: Line, seed: int) -> None:
        self.line = line
        self.counts = Counts()
        self._chance = random.Random(seed)
        self._free_at = 0.0
        self._waiting: deque[tuple[float, bytes]] = deque()

    def put(self, packet: bytes, now: float) -> None:
        """A packet arrives at the line's beginning, at ``now`` in seconds."""
        self.counts.arrived += 1
        if self._chance.random() < self.line.loss:
            self.counts.lost += 1
            return
        sent = now
        if self.line.kbps:
            begin = max(now, self._free_at)
            if (begin - now) * 1000 > self.line.queue_ms:
                self.counts.overflowed += 1
                return
            sent = self._free_at = begin + len(packet) * 8 / (self.line.kbps * 1000)
        due = sent + self.line.rtt_ms / 2000
        if self._waiting:  # a line that got shorter overtakes nothing
            due = max(due, self._waiting[-1][0])
        self._waiting.append((due, packet))

    def due(self, now: float) -> bytes | None:
        """The next packet at the line's end, if it is there by ``now``."""
        if not self._waiting or self._waiting[0][0] > now:
            return None
        packet = self._waiting.popleft()[1]
        self.counts.passed += 1
        self.counts.passed_bytes += len(packet)
        return packet

    def next_due(self) -> float | None:
        """When the next packet comes out, in seconds; none while the line is empty."""
        return self._waiting[0][0] if self._waiting else None
