"""Janus as a real far end: our terminal's peer offers, its echo test answers, and what we send comes back."""

import asyncio
from pathlib import Path

import pytest

from tests.interop import janus
from tests.rtc.caller import HZ, Caller, put_in


async def test_our_picture_and_sound_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through another stack's SDP, ICE, DTLS, SRTP and RTCP."""
    if why := janus.missing():
        pytest.skip(f"NO JANUS: {why}; install the [test] packages of image-build/packages.list")
    put_in(monkeypatch)
    caller = Caller()
    async with janus.echo_test(tmp_path) as far, asyncio.timeout(40):
        try:
            await caller.peer.accept(await far.answer(await caller.offer()))
            await caller.sees(20, "320x180")
            await caller.hears(HZ)
            assert not caller.lost
        finally:
            await caller.close()
