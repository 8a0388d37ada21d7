"""GUARDS how aioice takes a datagram: one that its STUN parser stumbles over is passed over.

The port is open to anybody. aioice 0.13 expects ValueError of its parser; an attribute that is too short raises struct.error,
and asyncio writes a traceback into the log for each such datagram.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from aioice.ice import StunProtocol

from kiosk.rtc.receive.guard import STUMBLES, not_understood


def guarded(handle: Callable[..., None]) -> Callable[..., None]:
    """``handle``, but a datagram that makes it stumble is dropped, and mentioned in the log now and then."""

    @wraps(handle)
    def careful(protocol: StunProtocol, data: bytes, addr: tuple[Any, ...]) -> None:
        try:
            handle(protocol, data, addr)
        except STUMBLES as error:
            not_understood(error)

    return careful


def install() -> None:
    """From now on every STUN socket of this process is guarded; safe to call twice."""
    handle = StunProtocol.datagram_received
    if not hasattr(handle, "__wrapped__"):
        StunProtocol.datagram_received = guarded(handle)  # type: ignore[method-assign]  # the seam
