"""GStreamer's webrtcbin as a real far end: our terminal's peer offers, it answers, pictures and sound go both ways."""

import asyncio

import pytest

from tests.interop import webrtcbin
from tests.rtc.caller import Caller, put_in


@pytest.fixture(autouse=True)
def _ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our receiver and encoder, as in the terminal."""
    if why := webrtcbin.missing():
        pytest.skip(f"NO WEBRTCBIN: {why}; install the [test] packages of image-build/packages.list")
    put_in(monkeypatch)


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_pictures_and_sound_go_both_ways(codec: str) -> None:
    """H.264 in the constrained baseline, and VP8 for a far end without it."""
    caller = Caller()
    async with webrtcbin.agent(codec) as agent, asyncio.timeout(40):
        try:
            await caller.peer.accept(await agent.answer(await caller.offer()))
            await caller.sees(20, "640x360")
            await caller.hears(600)
            seen = await agent.tells("pictures")
            while seen["pictures"] < 20:
                seen = await agent.tells("pictures")
            assert seen["size"] == "320x180"
            while (await agent.tells("dbfs"))["dbfs"] < -40:
                pass
            assert not caller.lost
        finally:
            await caller.close()
