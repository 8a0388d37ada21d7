"""How long the console lets the customer's picture and sound wait, by what the line does."""

from typing import Any

import pytest

from tests.console.pure import Modules

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEARN = """async (looks) => {
  const { Patience } = await import("/patience.js");
  const patience = new Patience();
  return looks.map((look) => patience.learn(look));
}"""
LINE_OF = """async (stats) => {
  const { lineOf } = await import("/patience.js");
  return lineOf(new Map(stats.map((stat) => [stat.id, stat])), 7);
}"""
WATCHED = """async ({ video, seconds }) => {
  const { Watch } = await import("/watch.js");
  const receivers = [{ jitterBufferTarget: null }, { jitterBufferTarget: null }];
  const targets = () => receivers.map((receiver) => receiver.jitterBufferTarget);
  let now = 0;
  let tick;
  const clock = { now: () => now, every: (_, action) => { tick = action; return () => {}; } };
  const counted = () => Object.fromEntries(Object.entries(video).map(([name, each]) => [name, (each * now) / 1000]));
  const stats = () => [
    { id: "V", type: "inbound-rtp", kind: "video", framesDecoded: 0, ...counted() },
    { id: "T", type: "transport", selectedCandidatePairId: "P" },
    { id: "P", type: "candidate-pair", currentRoundTripTime: 0.24 },
  ];
  const getStats = async () => new Map(stats().map((stat) => [stat.id, stat]));
  const watch = new Watch({ getStats, getReceivers: () => receivers, connectionState: "connected" }, clock, () => {});
  watch.begin();
  for (; now < seconds * 1000; now += 500) await tick();
  const during = targets();
  const looking = tick();
  watch.stop();
  await looking;
  return [during, targets()];
}"""
EVERY_MS = 500
PACKETS = 85
"""Of video in `EVERY_MS`, at 1.5 Mbit/s."""


def looks(*stretches: tuple[float, float, float]) -> list[dict[str, float]]:
    """One look each 500 ms; a stretch is ``(seconds, round trip in ms, share of repaired packets)``."""
    made, at, received, repaired = [], 0.0, 0.0, 0.0
    for seconds, rtt_ms, share in stretches:
        for _ in range(round(seconds * 1000 / EVERY_MS)):
            at, received, repaired = at + EVERY_MS, received + PACKETS, repaired + share * PACKETS
            made.append({"at": at, "rttMs": rtt_ms, "received": received, "repaired": round(repaired)})
    return made


async def waits(modules: Modules, *stretches: tuple[float, float, float]) -> list[float | None]:
    answer: list[float | None] = await modules.run(LEARN, looks(*stretches))
    return answer


async def test_a_good_line_is_the_browsers_own(modules: Modules) -> None:
    assert set(await waits(modules, (20, 240, 0.0))) == {None}


async def test_a_packet_now_and_then_is_too(modules: Modules) -> None:
    assert set(await waits(modules, (20, 240, 0.004))) == {None}


async def test_a_long_and_lossy_line_gets_time_for_two_answers_within_two_seconds(modules: Modules) -> None:
    made = await waits(modules, (5, 240, 0.0), (10, 240, 0.05))
    assert made[10 + 3] is not None
    assert {each for each in made[14:] if each is not None} == {680}


async def test_nobody_waits_for_more_than_a_second(modules: Modules) -> None:
    assert (await waits(modules, (10, 900, 0.1)))[-1] == 1000


async def test_after_the_bad_time_the_browser_decides_again(modules: Modules) -> None:
    made = await waits(modules, (10, 240, 0.05), (16, 240, 0.0))
    assert made[-1] is None
    assert made[20 + 10] == 680, "a bad line has better seconds too"


async def test_a_queue_on_the_line_isnt_waited_for(modules: Modules) -> None:
    """Where the line is too narrow, the round trip grows and packets are lost; the delay must not grow with them."""
    made = await waits(modules, (10, 80, 0.0), (3, 400, 0.05))
    assert made[-1] == 360


async def test_a_round_trip_that_wavers_a_little_changes_nothing(modules: Modules) -> None:
    made = await waits(modules, (10, 240, 0.05), (10, 236, 0.05))
    assert made[-1] == 680


async def test_counts_that_begin_anew_are_a_new_line(modules: Modules) -> None:
    again = [{**look, "at": look["at"] + 3000} for look in looks((3, 240, 0.0))]
    made = await modules.run(LEARN, [*looks((3, 240, 0.0)), *again])
    assert set(made) == {None}


def stats(**pair: float) -> list[dict[str, Any]]:
    video = {
        "id": "V",
        "type": "inbound-rtp",
        "kind": "video",
        "packetsReceived": 500,
        "retransmittedPacketsReceived": 9,
    }
    return [
        {"id": "A", "type": "inbound-rtp", "kind": "audio", "packetsReceived": 300},
        video,
        {"id": "T", "type": "transport", "selectedCandidatePairId": "P"},
        {"id": "Q", "type": "candidate-pair", "currentRoundTripTime": 9},
        {"id": "P", "type": "candidate-pair", **pair},
    ]


async def test_the_line_is_read_from_the_browsers_statistics(modules: Modules) -> None:
    line = await modules.run(LINE_OF, stats(currentRoundTripTime=0.24))
    assert line == {"at": 7, "rttMs": 240, "received": 500, "repaired": 9}


@pytest.mark.parametrize("given", [stats(), stats(currentRoundTripTime=0.2)[2:], []])
async def test_without_a_picture_or_a_round_trip_there_is_no_line(
    modules: Modules, given: list[dict[str, Any]]
) -> None:
    assert await modules.run(LINE_OF, given) is None


async def test_both_wait_in_the_call_and_neither_after_it(modules: Modules) -> None:
    """On a link that waits for its next call, that call's first picture must come at once."""
    video = {"packetsReceived": 170, "retransmittedPacketsReceived": 9}
    during, after = await modules.run(WATCHED, {"video": video, "seconds": 5})
    assert during == [680, 680]
    assert after == [None, None]
