"""The console's small pure modules: backoff, session descriptions, and constants shared with the protocol."""

import pytest

from kiosk.protocol import fields
from tests.console.pure import Modules

pytestmark = pytest.mark.asyncio(loop_scope="module")

OFFER = """v=0
m=audio 9 UDP/TLS/RTP/SAVPF 96
a=rtpmap:96 opus/48000/2
m=video 9 UDP/TLS/RTP/SAVPF 97 98 99
a=rtpmap:97 H264/90000
a=fmtp:97 profile-level-id=42e01f
a=rtpmap:98 rtx/90000
a=fmtp:98 apt=97
a=rtpmap:99 VP8/90000
""".replace("\n", "\r\n")


async def test_the_constants_are_the_protocols(modules: Modules) -> None:
    wire = await modules.run("async () => ({...await import('/protocol.js')})")
    assert wire["SUBPROTOCOL"] == fields.SUBPROTOCOL
    assert (wire["OLDEST_VERSION"], wire["VERSION"]) == (fields.OLDEST_VERSION, fields.VERSION)
    assert wire["PING_EVERY_MS"] == fields.PING_EVERY_S * 1000
    assert wire["SILENCE_MS"] == fields.SILENCE_S * 1000
    assert wire["HEARD_NOTHING"] == fields.HEARD_NOTHING


async def test_ids_are_32_hexadecimal_digits_and_differ(modules: Modules) -> None:
    ids = await modules.run("async () => { const {newId} = await import('/protocol.js'); return [newId(), newId()] }")
    assert all(len(each) == 32 and int(each, 16) for each in ids)
    assert ids[0] != ids[1]


@pytest.mark.parametrize("luck", [0.0, 0.5, 0.999])
async def test_the_first_try_comes_within_200_ms_and_none_later_than_2_s(modules: Modules, luck: float) -> None:
    delays = await modules.run(
        """async (luck) => {
          const { delayMs } = await import("/backoff.js");
          return Array.from({ length: 12 }, (_, attempt) => delayMs(attempt, () => luck));
        }""",
        luck,
    )
    assert delays[0] <= 200
    assert max(delays) <= 2000
    assert delays[-1] >= 1000
    assert delays == sorted(delays)


async def test_each_video_codec_gets_a_start_bit_rate_and_nothing_else_does(modules: Modules) -> None:
    script = "async (sdp) => (await import('/sdp.js')).withStartBitrate(sdp, 1500)"
    lines = (await modules.run(script, OFFER)).split("\r\n")
    assert "a=fmtp:97 profile-level-id=42e01f;x-google-start-bitrate=1500" in lines
    assert "a=fmtp:98 apt=97" in lines
    assert lines[lines.index("a=rtpmap:99 VP8/90000") + 1] == "a=fmtp:99 x-google-start-bitrate=1500"
    assert len(lines) == len(OFFER.split("\r\n")) + 1
    assert lines[-1] == ""


async def test_a_start_bit_rate_of_the_terminal_is_kept(modules: Modules) -> None:
    script = "async (sdp) => (await import('/sdp.js')).withStartBitrate(sdp, 1500)"
    own = OFFER.replace("42e01f", "42e01f;x-google-start-bitrate=900")
    assert await modules.run(script, own) == own
