"""REPLACES how aiortc's DTLS transport takes decrypted packets: one that its parsers stumble over is passed over.

aiortc 1.16 expects only ValueError of its parsers; a header extension of an unexpected length raises struct.error, which
ends the transport's data pump, and with it the call.
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


def guarded(handle: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """``handle``, but a packet that makes it stumble is dropped, and mentioned in the log now and then."""

    @wraps(handle)
    async def careful(transport: RTCDtlsTransport, *arguments: Any, **named: Any) -> None:
        try:
            await handle(transport, *arguments, **named)
        except STUMBLES as error:
            count = complaints.due(asyncio.get_running_loop().time())
            if count is not None:
                log.warning("rtp.not_understood", what=type(error).__name__, count=count)

    return careful


def install() -> None:
    """From now on every aiortc transport of this process is guarded; safe to call twice."""
    for name in ("_handle_rtp_data", "_handle_rtcp_data"):
        handle = getattr(RTCDtlsTransport, name)
        if not hasattr(handle, "__wrapped__"):
            setattr(RTCDtlsTransport, name, guarded(handle))
