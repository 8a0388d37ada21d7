"""REPLACES how aiortc takes what comes from the network: a datagram that its parsers stumble over is passed over.

aiortc 1.16 expects few errors of its parsers, and each other one ends the transport's data pump, and with it the call: a
header extension of an unexpected length, and, from anybody who can reach the port, an empty datagram or one over 2,048 bytes.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from aiortc.rtcdtlstransport import RTCDtlsTransport

from kiosk import logs
from kiosk.rtc.receive.complaints import Complaints

log = logs.get(__name__)

STUMBLES = (struct.error, ValueError, IndexError, KeyError, TypeError, AttributeError, AssertionError, OverflowError)
"""What a parser raises about bytes that it didn't expect; ConnectionError and cancellation go through."""
complaints = Complaints()


def not_understood(error: Exception) -> None:
    """Count one more datagram that was passed over; mentioned in the log now and then. On an event loop."""
    count = complaints.due(asyncio.get_running_loop().time())
    if count is not None:
        log.warning("rtp.not_understood", what=type(error).__name__, count=count)


def guarded(handle: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """``handle``, but a packet that makes it stumble is dropped, and mentioned in the log now and then."""

    @wraps(handle)
    async def careful(transport: RTCDtlsTransport, *arguments: Any, **named: Any) -> None:
        try:
            await handle(transport, *arguments, **named)
        except STUMBLES as error:
            not_understood(error)
            await asyncio.sleep(0)  # whatever keeps stumbling must not hold up the rest

    return careful


def install() -> None:
    """From now on every aiortc transport of this process is guarded; safe to call twice."""
    for name in ("_recv_next", "_handle_rtp_data", "_handle_rtcp_data"):
        handle = getattr(RTCDtlsTransport, name)
        if not hasattr(handle, "__wrapped__"):
            setattr(RTCDtlsTransport, name, guarded(handle))
