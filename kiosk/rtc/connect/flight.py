"""CORE. The newest flight of our DTLS handshake, to be sent again long before OpenSSL's own second has passed.

The very same datagrams are sent again: a far end that has them drops them by their record numbers (RFC 6347, 4.1.2.6), one that
hasn't goes on a second earlier. OpenSSL offers no shorter first time-out (RFC 6347, 4.2.4.1 recommends one second).
"""

LEAST_S, MOST_S = 0.06, 0.8
TRIES = 4
MOST_KEPT = 8
"""Datagrams of a flight; there are one or two, and again as many where OpenSSL sends its own again."""
OPENS = range(20, 64)
"""The first byte of a DTLS record (RFC 7983)."""
HANDSHAKE, CHANGE_CIPHER = 22, 20


def is_dtls(datagram: bytes) -> bool:
    """Whether it begins with a DTLS record."""
    return bool(datagram) and datagram[0] in OPENS


class Flight:
    """What was sent since the far end was heard last. Seconds of one clock."""

    def __init__(self) -> None:
        self._datagrams: list[bytes] = []
        self._answered = False
        self._wait_s = 0.0
        self._tries = 0
        self._due: float | None = None

    def sent(self, datagram: bytes, now: float, rtt_s: float) -> None:
        """One of ours went out; what isn't part of a handshake is passed over."""
        if not datagram or datagram[0] not in {HANDSHAKE, CHANGE_CIPHER}:
            return
        if self._answered:
            self._datagrams = []
            self._answered = False
        self._datagrams = [*self._datagrams, datagram][-MOST_KEPT:]
        self._wait_s, self._tries = min(max(1.5 * rtt_s, LEAST_S), MOST_S), 0
        self._due = now + self._wait_s

    def heard(self, datagram: bytes) -> None:
        """One of the far end's came in. What is encrypted, media too, says that it needs nothing of the handshake any more."""
        self._answered = True
        if not is_dtls(datagram) or datagram[0] == CHANGE_CIPHER or _epoch(datagram) > 0:
            self._due = None

    def next_deadline(self) -> float | None:
        """When to ask `again`; never where there is nothing to send again."""
        return self._due

    def again(self, now: float) -> tuple[bytes, ...]:
        """What is to be sent again by ``now``."""
        if self._due is None or now < self._due:
            return ()
        self._tries += 1
        self._wait_s *= 2
        self._due = None if self._tries >= TRIES else now + self._wait_s
        return tuple(self._datagrams)


def _epoch(record: bytes) -> int:
    return int.from_bytes(record[3:5], "big")
