"""The delay benchmark's arithmetic: ages from numbers alone, the worse direction, and the strip in its camera's file."""

import av
import numpy as np
import pytest

from kiosk.media.code_reader import read_frame
from tests.bench import strips
from tests.bench.book import CHAPTERS
from tests.bench.clips import FPS
from tests.bench.delay import Watched, judge, summary
from tests.bench.strips import PERIOD_S, Seen


def taken(count: int, start_s: float = 100.0) -> list[Seen]:
    return [Seen(start_s + number / FPS, number % strips.COUNT, 1280) for number in range(0, count, 7)]


def shown(count: int, delay_s: float, start_s: float = 100.0) -> list[Seen]:
    return [Seen(start_s + number / FPS + delay_s, number % strips.COUNT, 1280) for number in range(0, count, 3)]


def test_an_age_is_told_over_the_files_end() -> None:
    """The numbers begin anew after ten seconds; unreadable pictures are left out."""
    seen = [*shown(700, 0.125), Seen(130.0, None, 1280)]
    figures = judge(Watched({"to_agent": seen}, {"to_agent": taken(700)}), "to_agent")
    assert (figures["median_ms"], figures["p95_ms"]) == (pytest.approx(125, abs=0.1), pytest.approx(125, abs=0.1))
    assert figures["pictures"] == 234
    assert PERIOD_S == 10


def test_a_call_in_which_nothing_could_be_read_is_none() -> None:
    with pytest.raises(AssertionError, match="no picture"):
        judge(Watched({"to_agent": [Seen(1.0, None, 1280)]}, {"to_agent": taken(20)}), "to_agent")


def test_the_worse_direction_is_the_figure() -> None:
    def call(to_agent: float, to_customer: float) -> dict[str, dict[str, float]]:
        ways = {"to_agent": to_agent, "to_customer": to_customer}
        return {way: {"median_ms": age, "p95_ms": age + 20} for way, age in ways.items()}

    figures = summary({"ours": [call(90, 80), call(94, 82), call(92, 300)], "peer": [call(100, 40)]})
    assert (figures["ours_ms"], figures["peer_ms"], figures["ratio"], figures["way"]) == (82, 40, 2.05, "to_customer")
    assert figures["to_agent"]["ratio"] == 0.92
    rows = list(CHAPTERS["delay"].rows(figures))
    assert rows == [["customer to agent", 92, 100, 0.92, 112, 120], ["agent to customer", 82, 40, 2.05, 102, 60]]


def test_the_strip_is_in_the_picture() -> None:
    plain = np.full((540, 640), 120, np.uint8)
    frame = strips.with_strip(av.VideoFrame.from_ndarray(plain, format="yuv420p"), 263)
    code = read_frame(frame)
    assert code is not None
    assert (code.frame, code.time_ms) == (263, 8767)
