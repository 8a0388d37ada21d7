"""CORE. What a receiver report says of one stream (RFC 3550 section 6.4.1 and appendix A.8)."""

from kiosk.rtc.receive.sequence import Sequence, Unwrapped

UINT32 = (1 << 32) - 1
LOST_LEAST, LOST_MOST = -(1 << 23), (1 << 23) - 1


class StreamCounts:
    """Counts one stream's packets; has the properties that aiortc's reports read, under aiortc's names."""

    def __init__(self, clock_hz: int) -> None:
        self.packets_received = 0
        self._clock_hz = clock_hz
        self._numbers, self._stamps = Sequence(), Unwrapped()
        self._first = 0
        self._restarts = 0
        self._jitter = 0.0
        self._transit: float | None = None
        self._expected_before = self._received_before = 0

    def add(self, number: int, stamp: int, now: float) -> None:
        """A packet has arrived; ``now`` in seconds."""
        placed = self._numbers.place(number)
        if placed is None:
            return
        if self.packets_received == 0 or self._numbers.restarts != self._restarts:
            self._first, self._restarts = placed, self._numbers.restarts
            self.packets_received = self._expected_before = self._received_before = 0
        self.packets_received += 1
        transit = now * self._clock_hz - self._stamps.place(stamp)
        if self._transit is not None and placed == self._numbers.newest:
            self._jitter += (abs(transit - self._transit) - self._jitter) / 16
        self._transit = transit

    @property
    def max_seq(self) -> int:
        """The highest number with its wraps, 32 bits."""
        return (self._numbers.newest or 0) & UINT32

    @property
    def jitter(self) -> int:
        """In units of the stream's clock, 32 bits."""
        return min(UINT32, int(self._jitter))

    @property
    def packets_expected(self) -> int:
        """By their numbers."""
        return 0 if self._numbers.newest is None else self._numbers.newest - self._first + 1

    @property
    def packets_lost(self) -> int:
        """Expected and not received, 24 bits with a sign: duplicates make it negative."""
        return max(LOST_LEAST, min(LOST_MOST, self.packets_expected - self.packets_received))

    @property
    def fraction_lost(self) -> int:
        """Of 256 since it was last read."""
        expected = self.packets_expected - self._expected_before
        received = self.packets_received - self._received_before
        self._expected_before, self._received_before = self.packets_expected, self.packets_received
        return 0 if expected <= 0 else max(0, min(255, ((expected - received) << 8) // expected))
