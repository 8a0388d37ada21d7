"""Answers that no honest console gives: one clear `PeerError` each; odd ones that can be used are."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.errors import PeerError
from kiosk.rtc.connect.answers import take_answer
from tests.rtc.answers import NO_ANSWERS, STILL_ANSWERS, Spoil
from tests.rtc.caller import Caller, put_in
from tests.rtc.receive.lossy import MovingPictures


class Pair:
    """Our peer, which has offered, and what an honest far end answers."""

    def __init__(self, caller: Caller, far: RTCPeerConnection) -> None:
        self.caller, self.far = caller, far

    @property
    def answer(self) -> str:
        return str(self.far.localDescription.sdp)


@pytest.fixture
async def pair(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pair]:
    put_in(monkeypatch)
    caller, far = Caller(), RTCPeerConnection()
    far.addTrack(MovingPictures(15, 160, 120))
    await far.setRemoteDescription(RTCSessionDescription(await caller.offer(), "offer"))
    await far.setLocalDescription(await far.createAnswer())
    yield Pair(caller, far)
    await asyncio.gather(caller.close(), far.close())


@pytest.mark.parametrize("spoil", NO_ANSWERS.values(), ids=NO_ANSWERS.keys())
async def test_what_is_no_answer_is_a_clear_error(pair: Pair, spoil: Spoil) -> None:
    """In one line with advice, and nothing goes on in the background; the session ends the set-up with it."""
    crashes: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: crashes.append(context))
    with pytest.raises(PeerError, match=r"^The agent's answer can't be used \(.+\)\. .*console") as caught:
        await asyncio.wait_for(pair.caller.peer.accept(spoil(pair.answer)), 5)
    assert "\n" not in str(caught.value)
    assert crashes == []


@pytest.mark.parametrize("spoil", STILL_ANSWERS.values(), ids=STILL_ANSWERS.keys())
async def test_an_odd_answer_that_can_be_used_is(pair: Pair, spoil: Spoil) -> None:
    """The picture comes."""
    await pair.caller.peer.accept(spoil(pair.answer))
    await pair.caller.sees(3, "160x120")


LINE = st.sampled_from(
    [
        "v=0",
        "t=0 0",
        "s=-",
        "m=audio 9 UDP/TLS/RTP/SAVPF 96",
        "m=video 9 UDP/TLS/RTP/SAVPF 99",
        "m=",
        "c=IN IP4 0.0.0.0",
    ]
) | st.builds(
    "{}={}:{}".format,
    st.sampled_from("abcmotz"),
    st.sampled_from(
        ["rtpmap", "fmtp", "candidate", "setup", "fingerprint", "ssrc", "ssrc-group", "extmap", "rtcp", "mid"]
    ),
    st.text(max_size=30),
)


@settings(deadline=None)
@given(st.lists(LINE, max_size=20))
def test_any_lines_are_an_answer_or_a_peer_error(lines: list[str]) -> None:
    """Whatever aiortc's parser stumbles over becomes one kind of error."""

    async def take() -> None:
        await take_answer(RTCPeerConnection(), "\r\n".join(lines))

    with pytest.raises(PeerError):  # nothing was offered, so that what can be read is refused as well
        asyncio.run(take())
