"""Which requests for a key frame are answered (PLI, RFC 4585; FIR, RFC 5104): at once, but never a storm of them. Pure."""

APART_S = 1.0
"""Key frames are large: on a narrow line many of them cause the losses that ask for the next one."""


class KeyRequests:
    """A request is answered with the next picture, or once `APART_S` has gone since the last key frame. Monotonic seconds."""

    def __init__(self) -> None:
        self._wanted = False
        self._last = float("-inf")

    def ask(self) -> None:
        """Somebody can't go on without a key frame."""
        self._wanted = True

    def due(self, now: float) -> bool:
        """Whether the next picture has to be a key frame."""
        return self._wanted and now - self._last >= APART_S

    def made(self, now: float) -> None:
        """A key frame goes out: it answers whoever asked before."""
        self._wanted, self._last = False, now
