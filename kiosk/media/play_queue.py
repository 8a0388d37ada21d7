"""What a speaker still has to play: little, in order, and never old."""

from collections import deque
from threading import Lock

from kiosk.errors import MisuseError
from kiosk.media.ports import BLOCK, AudioBlock

HELD_BLOCKS = 10
"""200 ms."""
STEADY_BLOCKS = 3
"""A queue that never got below this for a whole window only adds delay: it is made shorter, one block a window."""
WINDOW_BLOCKS = 50


class PlayQueue:
    """Blocks on their way from any thread to the one that plays.

    Playing starts when two blocks wait, or one has waited for 20 ms, so that a late block doesn't tear every word apart.
    """

    def __init__(self, held_blocks: int = HELD_BLOCKS) -> None:
        self.dropped = 0
        """Blocks that were never played: too many at once, or delay that built up."""
        self.underruns = 0
        """How often the sound ended while it was playing; the end of a call counts too."""
        self._held = held_blocks
        self._blocks: deque[AudioBlock] = deque()
        self._flowing = self._waited = False
        self._lowest, self._taken = held_blocks, 0
        self._lock = Lock()

    @property
    def waiting(self) -> int:
        """Blocks that wait now."""
        return len(self._blocks)

    def put(self, block: AudioBlock) -> None:
        """Queue one block; the oldest gives way. Raises `MisuseError` for another shape or type."""
        if block.shape != (BLOCK,) or block.dtype != "int16":
            raise MisuseError(f"A block of {block.shape} {block.dtype} was played; it has to be ({BLOCK},) int16.")
        with self._lock:
            self._blocks.append(block)
            if len(self._blocks) > self._held:
                self._drop()

    def clear(self) -> None:
        """Forget what waits."""
        with self._lock:
            self._blocks.clear()
            self._flowing = self._waited = False

    def take(self) -> AudioBlock | None:
        """The next block to play, None for silence."""
        with self._lock:
            if not self._blocks:
                self.underruns += self._flowing
                self._flowing = self._waited = False
                return None
            if not (self._flowing or self._waited or len(self._blocks) > 1):
                self._waited = True
                return None
            self._flowing = True
            self._shorten()
            return self._blocks.popleft()

    def _shorten(self) -> None:
        self._lowest = min(self._lowest, len(self._blocks))
        self._taken += 1
        if self._taken < WINDOW_BLOCKS:
            return
        if self._lowest > STEADY_BLOCKS:
            self._drop()
        self._lowest, self._taken = self._held, 0

    def _drop(self) -> None:
        self._blocks.popleft()
        self.dropped += 1
