"""Answers to requests for lost packets that go out twice on a long, lossy line."""

import asyncio
import gc
import inspect

import pytest
from aiortc.rtcrtpsender import RTCRtpSender

from kiosk.rtc import repairs
from kiosk.rtc.repairs import LONG_S, MOST_SHARE, SOME, WINDOW_S, Copies

PER_S = 170
"""Packets of video at 1.5 Mbit/s."""


def copied(share: float, rtt_s: float | None, seconds: float) -> float:
    """The share of the answers that are copied where that share of all packets is asked for."""
    copies, answers = Copies(), 0
    for sent in range(round(seconds * PER_S)):
        if int((sent + 1) * share) > int(sent * share):
            answers += 1
            copies.asked(sent, rtt_s, sent / PER_S)
    return copies.made / answers


def test_on_a_long_lossy_line_every_answer_goes_twice() -> None:
    assert copied(0.05, 0.24, 20) == 1.0


@pytest.mark.parametrize("rtt_s", [None, LONG_S - 0.001])
def test_on_a_short_line_or_an_unknown_one_none_does(rtt_s: float | None) -> None:
    assert copied(0.05, rtt_s, 20) == 0.0


def test_a_line_that_is_too_narrow_gets_few_copies() -> None:
    """Half of the packets overflow a queue somewhere: what is added to that is lost too."""
    assert copied(0.5, 0.24, 20) < 0.3


def test_a_few_losses_say_nothing_about_the_line() -> None:
    copies = Copies()
    assert [copies.asked(10, 0.24, 1.0) for _ in range(SOME)] == [True] * SOME
    assert not copies.asked(10, 0.24, 1.0), "but many of a few packets do"
    assert copies.asked(10 + round(SOME / MOST_SHARE), 0.24, 1.1 + WINDOW_S)


def test_the_seams_in_aiortc() -> None:
    """What `install` leans on; a release that changes it has to be looked at before it is taken."""
    assert list(inspect.signature(RTCRtpSender._retransmit).parameters) == ["self", "sequence_number"]
    assert "await self._retransmit(seq)" in inspect.getsource(RTCRtpSender._handle_rtcp_packet)
    source = inspect.getsource(RTCRtpSender)
    for name in ("packet_count", "rtt"):
        assert f"self.__{name}" in source, name


class Sender(RTCRtpSender):
    """One that only notes what it was asked to send again, with the private counts that aiortc's has."""

    def __init__(self, rtt_s: float | None) -> None:
        self.answers: asyncio.Queue[int] = asyncio.Queue()
        self.open = True
        self._RTCRtpSender__rtt, self._RTCRtpSender__packet_count = rtt_s, 0


async def answer(sender: RTCRtpSender, number: int) -> None:
    assert isinstance(sender, Sender)
    sender.answers.put_nowait(number)
    if not sender.open:
        raise ConnectionError


async def test_the_copy_comes_a_moment_later() -> None:
    sender = Sender(0.2)
    await repairs.copying(answer)(sender, 7)
    assert sender.answers.get_nowait() == 7
    assert sender.answers.empty()
    assert await asyncio.wait_for(sender.answers.get(), 5) == 7


async def test_a_copy_after_the_end_of_the_call_fails_in_silence() -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    sender = Sender(0.2)
    await repairs.copying(answer)(sender, 7)
    sender.open = False
    for _ in range(2):
        await asyncio.wait_for(sender.answers.get(), 5)
    await asyncio.sleep(0)  # the task's end
    gc.collect()  # asyncio complains of an error that nobody took when the task goes
    assert not complaints


def test_installing_twice_is_installing_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RTCRtpSender, "_retransmit", inspect.unwrap(RTCRtpSender._retransmit))
    repairs.install()
    installed = RTCRtpSender._retransmit
    repairs.install()
    assert RTCRtpSender._retransmit is installed
