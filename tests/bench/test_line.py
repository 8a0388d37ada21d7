"""The line benchmark's arithmetic: when it had settled, how old the oldest picture was, when it was full again."""

import pytest

from tests.bench import strips
from tests.bench.book import CHAPTERS
from tests.bench.clips import FPS
from tests.bench.line import Sample, Watched, judge, summary
from tests.bench.strips import Seen

NARROW, WELL, END = 110.0, 120.0, 140.0


def watched(delay_s: float, late: dict[float, float], full_at: float | None) -> Watched:
    """Pictures that take ``delay_s``, those up to a second of ``late`` that much more; 1,000 kbit/s at 1280, else 400 at 640."""
    made = Watched(NARROW, WELL, END)
    seen = []
    for number in range(round((END - 100) * FPS)):
        at = 100 + number / FPS
        more = next((more for until, more in late.items() if NARROW <= at < until), 0.0)
        seen.append(Seen(at + delay_s + more, number % strips.COUNT, 1280))
    samples, size = [], 0
    for quarter in range(round((END - 100) * 4)):
        at = 100 + quarter / 4
        full = at < NARROW or (full_at is not None and at >= full_at)
        size += round((1000 if full else 400) * 1000 / 8 / 4)
        samples.append(Sample(at, size, 1280 if full else 640))
    for way in ("to_agent", "to_customer"):
        made.seen[way] = sorted(seen, key=lambda each: each.at)
        made.own[way] = [Seen(100 + number / FPS, number % strips.COUNT, 1280) for number in range(0, len(seen), 7)]
        made.samples[way] = samples
    return made


def test_late_pictures_and_a_line_that_is_full_again() -> None:
    figures = judge(watched(0.15, {NARROW + 2: 0.6, NARROW + 4: 0.3}, WELL + 6), "to_agent")
    assert figures["max_delay_ms"] == pytest.approx(750, abs=5)
    assert figures["settle_s"] == pytest.approx(4.45, abs=0.1)
    assert figures["recover_s"] == pytest.approx(6.8, abs=0.5)
    assert figures["delay_before_ms"] == pytest.approx(150, abs=2)
    assert figures["widths"] == [1280, 640, 1280]
    assert figures["kbps_before"] == pytest.approx(1000, abs=20)


def test_a_line_that_is_not_full_again_has_no_figure() -> None:
    figures = judge(watched(0.15, {}, None), "to_agent")
    assert (figures["settle_s"], figures["recover_s"], figures["frozen_s"]) == (0.0, None, 0)


def test_the_worse_direction_counts_and_the_page_has_every_call() -> None:
    good, bad = (judge(watched(0.1, {NARROW + s: 0.5}, full), "to_agent") for s, full in ((1, WELL + 2), (3, None)))
    figures = summary(
        {"ours": [{"to_agent": good, "to_customer": bad}], "peer": [{"to_agent": good, "to_customer": good}]}
    )
    assert figures["settle_s"] == bad["settle_s"]
    assert figures["recover_s"] == float("inf")
    assert figures["peer_settle_s"] == good["settle_s"]
    assert len(list(CHAPTERS["line"].rows(figures))) == 4
