"""When packets of a recorded source are due: its own timestamps laid on the real clock."""

from dataclasses import dataclass

LATE_S = 0.5
"""A source that fell so far behind goes on from now instead of hurrying after."""


@dataclass
class Pace:
    """A schedule in seconds. ``offset`` plus a packet's time is when it is due; it carries over from loop to loop."""

    next_due: float = float("-inf")
    offset: float = 0.0
    anchored: bool = False

    def due(self, time: float, duration: float, now: float) -> float:
        """When the packet of this ``time`` and ``duration`` is due; moves the schedule where it has none or is far behind."""
        if not self.anchored:
            self.offset = max(self.next_due, now - LATE_S) - time if self.next_due > float("-inf") else now - time
            self.anchored = True
        if now - (self.offset + time) > LATE_S:
            self.offset = now - time
        self.next_due = self.offset + time + duration
        return self.offset + time

    def restart(self) -> None:
        """The source begins again at its start: its next packet is due after the last one."""
        self.anchored = False

    def resume(self) -> None:
        """After a pause: the next packet is due at once."""
        self.anchored, self.next_due = False, float("-inf")
