"""Telling presses from the bouncing of a contact. Pure: edges with their times in, presses out."""

SETTLE_S = 0.03
"""A contact that changed less than this ago is still bouncing; data sheets of arcade buttons give 5 to 20 ms."""


class Debounce:
    """Counts a press at the very first closing edge (it costs the customer nothing), then waits until all is quiet.

    gpiozero's own ``bounce_time`` isn't used: with lgpio it holds back every edge for that long, and its mock ignores it.
    """

    def __init__(self) -> None:
        self._last_edge_s = float("-inf")

    def is_press(self, *, closed: bool, at_s: float) -> bool:
        """Whether the edge at ``at_s`` (monotonic seconds) that left the contact ``closed`` or open is a press."""
        quiet_s = at_s - self._last_edge_s
        self._last_edge_s = at_s
        return closed and quiet_s >= SETTLE_S
