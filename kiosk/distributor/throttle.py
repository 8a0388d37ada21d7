"""Counting what happens too often. Pure: time, or the clock, is an argument, in seconds of any monotonic clock."""

from collections import OrderedDict, deque
from collections.abc import Callable


class Window:
    """How often something happened within the last ``window_s``, up to ``limit``."""

    def __init__(self, limit: int, window_s: float) -> None:
        self._times: deque[float] = deque(maxlen=limit)
        self._limit = limit
        self._window_s = window_s

    def add(self, now: float) -> bool:
        """Count one more; whether the limit is reached by it."""
        self._times.append(now)
        return self.full(now)

    def take_back(self) -> None:
        """The last one doesn't count after all."""
        if self._times:
            self._times.pop()

    def full(self, now: float) -> bool:
        """Whether the limit is reached at ``now``."""
        return len(self._times) == self._limit and now - self._times[0] < self._window_s

    def free_in(self, now: float) -> float:
        """Seconds until it isn't full any more."""
        return max(0.0, self._times[0] + self._window_s - now) if self.full(now) else 0.0


class Failures:
    """Failed attempts of each address. The addresses that tried longest ago are forgotten first.

    An attempt counts from its beginning, so that many at the same time get no further than many in a row.
    """

    def __init__(self, limit: int, window_s: float, clock: Callable[[], float], addresses: int = 4096) -> None:
        self._clock = clock
        self._limit = limit
        self._window_s = window_s
        self._addresses = addresses
        self._windows: OrderedDict[str, Window] = OrderedDict()

    def add(self, address: str) -> None:
        """Count one more attempt, which may yet be forgiven."""
        self._windows.setdefault(address, Window(self._limit, self._window_s)).add(self._clock())
        self._windows.move_to_end(address)
        if len(self._windows) > self._addresses:
            self._windows.popitem(last=False)

    def forgive(self, address: str) -> None:
        """The last attempt didn't fail."""
        window = self._windows.get(address)
        if window:
            window.take_back()

    def blocked_s(self, address: str) -> float:
        """How long this address has to wait; 0 where it may try."""
        window = self._windows.get(address)
        return window.free_in(self._clock()) if window else 0.0


class Bucket:
    """A token bucket: ``size`` at once, refilled by ``per_s``."""

    def __init__(self, size: int, per_s: float, now: float) -> None:
        self._size = size
        self._per_s = per_s
        self._left = float(size)
        self._at = now

    def widen(self, by: int) -> None:
        """So many more at once, from now on."""
        self._size += by
        self._left += by

    def take(self, now: float) -> bool:
        """Whether one more is allowed at ``now``."""
        self._left = min(self._size, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Admission:
    """How many connections are open that haven't proven who they are, in all and for each address."""

    def __init__(self, limit: int, per_address: int) -> None:
        self._limit = limit
        self._per_address = per_address
        self._open: dict[str, int] = {}

    def enter(self, address: str) -> bool:
        """Let one more in, unless there are too many."""
        here = self._open.get(address, 0)
        if here >= self._per_address or sum(self._open.values()) >= self._limit:
            return False
        self._open[address] = here + 1
        return True

    def leave(self, address: str) -> None:
        """One of them is proven, or gone."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]
