"""Corrupt and hostile RTP and RTCP at our real peer: nothing crashes or grows, the log stays short, and the call goes on."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.rtc.attacks import ATTACKS, Attack
from tests.rtc.caller import put_in
from tests.rtc.hostile import HostileCall, Loop, memory_within

GROWTH_MB = 60
"""What one attack may take for good, or for the moment; an H.264 decoder for 4096x4096 alone would take 37 MB more."""
STRANGE = {
    "nothing": b"",
    "one byte": b"\x80",
    "too long": b"\x80\x60" + bytes(3000),
    "a cut RTP header": b"\x80\x60\x00\x01",
    "DTLS noise": b"\x16\xfe\xfd" + bytes(60),
    "a DTLS alert": b"\x15\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x02\x28",
    "STUN without anything": b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12),
    "STUN, priority cut": b"\x00\x01\x00\x08\x21\x12\xa4\x42" + bytes(12) + b"\x00\x24\x00\x02\x00\x00\x00\x00",
    "STUN, length a lie": b"\x00\x01\xff\xfc\x21\x12\xa4\x42" + bytes(20),
}


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    """One thread for all calls, with our receiver and encoder put in; taken out again afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        put_in(patch)
        loop = Loop()
        yield loop
        loop.close()


@pytest.fixture(scope="module")
def open_call(loop: Loop) -> Iterator[Callable[[], HostileCall]]:
    """The running call, made anew where an attack has ended it."""
    calls: list[HostileCall] = []

    async def make() -> HostileCall:
        call = HostileCall()
        await call.start()
        return call

    def current() -> HostileCall:
        if calls and not calls[-1].broken:
            return calls[-1]
        calls.append(loop.run(make()))
        return calls[-1]

    yield current
    for call in calls:
        loop.run(call.stop())


@contextmanager
def unharmed(loop: Loop, call: HostileCall, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Afterwards the call goes on; meanwhile memory grew little, and the log got a few lines at most, no traceback."""
    call.broken = True
    with caplog.at_level(logging.WARNING), capture_logs() as lines, memory_within(GROWTH_MB):
        yield
        loop.run(call.goes_on())
    foreign = [record.getMessage() for record in caplog.records if not record.name.startswith("kiosk")]
    assert foreign == []
    assert len([line for line in lines if line["log_level"] != "info"]) <= 4, lines
    assert loop.crashes == []
    call.broken = False


@pytest.mark.parametrize("sender", ["stranger", "far end"])
def test_a_datagram_that_is_nothing_ends_nothing(
    sender: str, loop: Loop, open_call: Callable[[], HostileCall], caplog: pytest.LogCaptureFixture
) -> None:
    """Anybody who reaches the port can send one, without knowing a key."""
    call = open_call()
    chance = random.Random(3)
    with unharmed(loop, call, caplog):
        for name, datagram in STRANGE.items():
            loop.run(call.send_raw(datagram) if sender == "far end" else asyncio.to_thread(call.outsider, datagram))
            print(name)
            loop.run(call.goes_on(pictures=1))
        for _ in range(500):
            loop.run(call.send_raw(chance.randbytes(chance.randrange(1500))))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_ends_nothing(
    attack: Attack, loop: Loop, open_call: Callable[[], HostileCall], caplog: pytest.LogCaptureFixture
) -> None:
    """Each packet is encrypted and signed as it should be, by a far end that means harm."""
    call = open_call()

    with unharmed(loop, call, caplog):
        assert loop.run(call.send_all(attack(call, random.Random(5)))) > 0


def test_numbers_that_leap_end_nothing(
    loop: Loop, open_call: Callable[[], HostileCall], caplog: pytest.LogCaptureFixture
) -> None:
    """Sequence numbers leap by thousands, with every packet."""
    call = open_call()
    chance = random.Random(6)

    async def leap() -> None:
        for _ in range(500):
            for kind, head in (("video", b"\x61"), ("audio", b"")):
                await call.send(call.rtp(kind, head + chance.randbytes(30)), step=chance.randrange(1, 8000))
                await call.read()

    with unharmed(loop, call, caplog):
        loop.run(leap())


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["video", "audio", "rtcp"]), st.binary(max_size=80), st.integers(0, 2**32 - 1)),
        min_size=1,
        max_size=30,
    )
)
def test_any_packets_end_nothing(
    loop: Loop, open_call: Callable[[], HostileCall], packets: list[tuple[str, bytes, int]]
) -> None:
    """Whatever bytes, as payloads of either kind or as RTCP."""
    call = open_call()

    def wrapped() -> Iterator[bytes]:
        for kind, data, stamp in packets:
            words = (len(data) // 4).to_bytes(2, "big")
            rtcp = bytes([0x80 | stamp % 64, 200 + stamp % 8]) + words + data
            yield rtcp if kind == "rtcp" else call.rtp(kind, data, stamp, marker=stamp & 1)

    async def send() -> None:
        await call.send_all(wrapped())
        await call.goes_on(pictures=1)

    call.broken = True
    loop.run(send())
    assert loop.crashes == []
    call.broken = False


def test_bad_packets_are_one_line_in_the_log(loop: Loop) -> None:
    """A thousand of them, in a call of its own: one line, and another later with how many there were.

    Three seconds' work; where coverage is traced it takes three times as long.
    """

    async def attack() -> list[MutableMapping[str, Any]]:
        call = HostileCall()
        await call.start()
        with capture_logs() as lines:
            for number in range(1000):
                await call.send(call.rtp("video", b"\x78\xff\xff", number * 3000))
                await call.read()
            await call.goes_on()
        await call.stop()
        return lines

    (line,) = [line for line in loop.run(attack(), limit_s=60) if line["event"] == "rtp.passed_over"]
    assert (line["kind"], line["what"], line["count"]) == ("video", "STAP-A data is truncated", 1)
