"""EXTENDS how aiortc's sender answers requests for lost packets (NACK): on a long, lossy line each answer goes twice.

An answer gets lost as easily as a packet, and asking again takes another round trip. A second copy a moment later costs as
much as the losses themselves (5% of the bit rate at 5% loss) and makes repairs that need a second round trip half as frequent.
The rule is pure; `install` puts it around ``RTCRtpSender._retransmit``, and a test fails when a release changes that.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial, wraps
from typing import Any
from weakref import WeakKeyDictionary

from aiortc.rtcrtpsender import RTCRtpSender

LONG_S = 0.06
"""On a shorter round trip, asking again is quick enough."""
APART_S = 0.015
"""Losses come in bursts: the copy doesn't leave at once."""
WINDOW_S = 2.0
MOST_SHARE = 0.12
"""Where more than this share of the packets is asked for, the line is too narrow rather than lossy: copies would make it worse."""
SOME = 20
"""Packets; a share of fewer says nothing."""


class Copies:
    """Whether an answer to a request goes twice. Times are monotonic seconds."""

    def __init__(self) -> None:
        self.made = 0
        """Copies so far."""
        self._began = float("-inf")
        self._sent_before = self._asked = 0
        self._share = 0.0

    def asked(self, sent: int, rtt_s: float | None, now: float) -> bool:
        """A packet was asked for, of ``sent`` until now; whether its answer is to be copied."""
        if now - self._began > WINDOW_S:
            self._began, self._sent_before, self._asked = now, sent, 0
        self._asked += 1
        copied = (
            rtt_s is not None and rtt_s >= LONG_S and self._asked <= max(SOME, MOST_SHARE * (sent - self._sent_before))
        )
        self.made += copied
        return copied


_copies: WeakKeyDictionary[RTCRtpSender, Copies] = WeakKeyDictionary()


def copying(answer: Callable[[Any, int], Awaitable[None]]) -> Callable[[Any, int], Awaitable[None]]:
    """``answer`` to a request for a packet, which goes out again a moment later where `Copies` says so."""

    @wraps(answer)
    async def answer_twice(sender: RTCRtpSender, number: int) -> None:
        loop = asyncio.get_running_loop()
        await answer(sender, number)
        sent, rtt_s = (getattr(sender, f"_RTCRtpSender__{name}") for name in ("packet_count", "rtt"))
        if _copies.setdefault(sender, Copies()).asked(sent, rtt_s, loop.time()):
            loop.call_later(APART_S, partial(_send, answer, sender, number))

    return answer_twice


_sending: set[asyncio.Future[None]] = set()


def _send(answer: Callable[[Any, int], Awaitable[None]], sender: RTCRtpSender, number: int) -> None:
    async def quietly() -> None:
        with suppress(ConnectionError):  # the call has ended meanwhile
            await answer(sender, number)

    task = asyncio.ensure_future(quietly())
    _sending.add(task)
    task.add_done_callback(_sending.discard)


def install() -> None:
    """From now on every aiortc sender of this process answers so; safe to call twice."""
    name = "_retransmit"
    answer = getattr(RTCRtpSender, name)
    if not hasattr(answer, "__wrapped__"):
        setattr(RTCRtpSender, name, copying(answer))
