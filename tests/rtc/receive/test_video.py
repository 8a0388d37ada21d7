"""The video core against a sender that answers: pure, in virtual time."""

import heapq
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.rtc.receive.frames import CAPACITY
from kiosk.rtc.receive.keys import FIRST_WAIT_S
from kiosk.rtc.receive.video import MOST_HELD, AskKeyFrame, Decode, Effect, Resend, VideoCore

SIZE, PERIOD_S = 4, 0.04


@dataclass
class Line:
    """A sender of pictures of `SIZE` packets that answers NACKs and PLIs, over a line with a delay and losses."""

    rtt_s: float = 0.24
    loss: float = 0.0
    jitter_s: float = 0.0
    seed: int = 1
    answers: bool = True
    first_number: int = 65_500
    core: VideoCore = field(default_factory=VideoCore)
    shown: list[tuple[float, int]] = field(default_factory=list)
    """``(when, which picture)``."""
    resends: int = 0
    key_requests: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.sent: dict[int, tuple[int, int, bool]] = {}
        self.events: list[tuple[float, int, str, tuple[int, bool]]] = []
        self.order = 0
        self.want_key = True
        self.number = self.first_number

    def at(self, when: float, what: str, *, number: int = 0, resent: bool = False) -> None:
        self.order += 1
        heapq.heappush(self.events, (when, self.order, what, (number, resent)))

    def send(self, number: int, now: float, *, resent: bool = False) -> None:
        if self.chance.random() >= self.loss:
            self.at(now + self.rtt_s / 2 + self.chance.random() * self.jitter_s, "rtp", number=number, resent=resent)

    def run(self, seconds: float) -> "Line":
        for picture in range(round(seconds / PERIOD_S)):
            self.at(picture * PERIOD_S, "picture", number=picture)
        while self.events or (self.core.next_deadline() or 1e9) < seconds:
            deadline = self.core.next_deadline()
            if deadline is not None and (not self.events or deadline < self.events[0][0]):
                self.do(self.core.wake(deadline), deadline)
                continue
            now, _, what, (number, resent) = heapq.heappop(self.events)
            self.happen(what, number, now, resent=resent)
        return self

    def happen(self, what: str, number: int, now: float, *, resent: bool) -> None:
        match what:
            case "picture":
                key, self.want_key = self.want_key, False
                for place in range(SIZE):
                    self.sent[self.number] = (number, place, key)
                    self.send(self.number, now + place * 0.001)
                    self.number += 1
            case "rtp":
                picture, place, key = self.sent[number]
                first = key and place == 0
                effects = self.core.packet(
                    number % 65_536,
                    (picture * 3600 + 4_294_900_000) % (1 << 32),
                    now,
                    marker=place == SIZE - 1,
                    data=picture.to_bytes(2, "big"),
                    key=first,
                    begins=first,
                    resent=resent,
                )
                self.do(effects, now)
            case "nack":
                self.send(number, now, resent=True)
            case "pli":
                self.want_key = True

    def do(self, effects: list[Effect], now: float) -> None:
        for effect in effects:
            match effect:
                case Decode(frame=frame):
                    self.shown.append((now, int.from_bytes(frame.data[:2], "big")))
                case Resend(numbers=numbers):
                    for number in numbers:
                        self.resends += 1
                        if self.answers and self.chance.random() >= self.loss:
                            self.at(now + self.rtt_s / 2, "nack", number=number)
                case AskKeyFrame():
                    self.key_requests.append(now)
                    self.at(now + self.rtt_s / 2, "pli")

    def gaps(self) -> list[float]:
        return [later - earlier for (earlier, _), (later, _) in zip(self.shown, self.shown[1:], strict=False)]


def test_a_good_line_shows_every_picture_as_it_comes() -> None:
    line = Line().run(10)
    assert [picture for _, picture in line.shown] == list(range(250))
    late = [when - picture * PERIOD_S - line.rtt_s / 2 - 0.003 for when, picture in line.shown]
    assert late == pytest.approx([0.0] * 250, abs=1e-6)
    assert line.resends == 0
    assert line.key_requests == []


def test_five_percent_loss_at_240_ms_freezes_next_to_nothing() -> None:
    """What the issue asks of the whole terminal: at most 1 s of 50 s; no key frame is needed."""
    line = Line(loss=0.05).run(50)
    pictures = [picture for _, picture in line.shown]
    assert pictures == list(range(len(pictures)))
    assert len(pictures) > 1230
    assert sum(gap for gap in line.gaps() if gap > PERIOD_S + 0.15) <= 1.0
    assert line.key_requests == []
    assert line.core.nacks.rtt.s == pytest.approx(0.24, abs=0.03)


def test_jitter_that_reorders_costs_its_own_delay_only() -> None:
    line = Line(jitter_s=0.04).run(20)
    assert [picture for _, picture in line.shown] == list(range(500))
    late = [when - picture * PERIOD_S - line.rtt_s / 2 for when, picture in line.shown[100:]]
    assert max(late) < 0.06
    assert max(line.gaps()[100:]) < 0.08


def test_a_sender_that_answers_no_nack_is_asked_for_a_key_frame() -> None:
    """Each loss costs the patience, a round trip and no more than one request."""
    line = Line(answers=False)
    for number in range(65_500 + 100, 65_500 + 103):
        line.sent[number] = (0, 0, False)
    plain_send = line.send

    def send(number: int, now: float, *, resent: bool = False) -> None:
        if number not in range(65_600, 65_603):
            plain_send(number, now, resent=resent)

    line.send = send  # type: ignore[method-assign]  # a line that loses three known packets
    line.run(10)
    assert len(line.key_requests) == 1
    assert max(line.gaps()) < 0.12 + 0.4 + 0.24 + 0.1
    assert line.shown[-1][1] == 249


def test_a_stream_that_is_joined_in_its_middle_is_asked_for_a_key_frame() -> None:
    line = Line()
    line.want_key = False
    line.run(3)
    assert line.key_requests[0] == pytest.approx(line.rtt_s / 2 + FIRST_WAIT_S, abs=0.001)
    assert len(line.key_requests) == 1
    assert line.shown[0][0] < line.key_requests[0] + line.rtt_s + PERIOD_S + 0.01


def test_a_decoder_that_failed_gets_a_key_frame_and_nothing_before() -> None:
    line = Line()
    line.run(1)
    assert line.core.decoder_lost_track(2.0) == [AskKeyFrame()]
    assert line.core.decoder_lost_track(2.001) == []
    assert line.core.frames.head is None


def test_a_sender_that_begins_anew_is_followed() -> None:
    core = VideoCore()
    shown: list[Effect] = []
    for start in (100, 40_000):
        for picture in range(5):
            key = picture == 1
            now, stamp = start + picture * 0.04, start * 1000 + picture * 3000
            shown += core.packet(start + picture, stamp, now, marker=True, data=b"x", key=key, begins=key, resent=False)
    assert sum(isinstance(effect, Decode) for effect in shown) == 4 + 4


def test_a_broken_clock_fills_nothing() -> None:
    """Timestamps that run a thousand times too fast: what waits for its time stays bounded."""
    core = VideoCore()
    for number in range(2000):
        stamp = number * 3000 if number < 500 else (number * 200_000) % (1 << 32)
        core.packet(number, stamp, number * 0.001, marker=True, data=b"x", key=number == 0, begins=True, resent=False)
        assert len(core._held) <= MOST_HELD


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1 << 30), st.floats(0, 0.2), st.floats(0, 0.1), st.floats(0.0, 0.4), st.booleans())
def test_no_pattern_of_losses_stops_it(seed: int, loss: float, jitter_s: float, rtt_s: float, answers: bool) -> None:  # noqa: FBT001 drawn
    """Order is kept, nothing is shown twice, and the picture goes on for as long as the sender sends."""
    line = Line(rtt_s, loss, jitter_s, seed, answers).run(6)
    pictures = [picture for _, picture in line.shown]
    assert pictures == sorted(set(pictures))
    if answers and loss < 0.1:
        assert line.shown[-1][0] > 6 - 1.5
    times = [when for when, _ in line.shown]
    assert times == sorted(times)
    assert line.core.frames.held <= CAPACITY


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 65_535), st.integers(0, (1 << 32) - 1), st.booleans(), st.booleans(), st.floats(0, 1)),
        max_size=150,
    )
)
def test_hostile_packets_do_no_harm(packets: list[tuple[int, int, bool, bool, float]]) -> None:
    core, now = VideoCore(), 0.0
    for number, stamp, marker, key, wait in packets:
        now += wait
        core.packet(number, stamp, now, marker=marker, data=b"x", key=key, begins=key, resent=marker)
        deadline = core.next_deadline()
        assert deadline is None or deadline > now - 1e-9
        assert len(core._held) <= MOST_HELD
