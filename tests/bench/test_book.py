"""The page of the benchmarks, from figures as the scripts give them."""

from typing import Any

from tests.bench.book import CHAPTERS, cell, page, table

ABOUT: dict[str, Any] = {
    "machine": {"cpu": "Slow One", "cores": 2, "system": "Debian", "load_1min": 0.5, "date": "2026-01-02 03:04 UTC"},
    "versions": {"python": "3.11", "aiortc": "1.16"},
    "quick": True,
}


def both(ours: Any, peer: Any) -> dict[str, Any]:
    return {"ours": ours, "peer": peer}


OUR_CALLS = {
    "ours_ms": 600.5, "p95_ms": 700.0, "voice_p95_ms": 710.0, "seen_p95_ms": 500.0, "heard_p95_ms": None, "calls": 4, "failed": 0
}  # fmt: skip
COLD = {**OUR_CALLS, "peer_ms": 400.0, "ratio": 1.501}
WARM = {**COLD, "peer_warm_ms": 300.0}
DID = {"size": "1280x720", "fps": 30.0, "kbps": 1500, "codec": "video/H264"}
ECHO = {
    "erle_db": 36.5, "first_3s_db": 24.0, "worst_second_db": 27.0, "near_loss_db": 4.5, "near_loss_coherent_db": 7.5
}  # fmt: skip
LINE = {"packets_per_s": 2.0, "mb_per_day": 8.6}
RESULTS: dict[str, dict[str, Any]] = {
    "press_to_face": {**ABOUT, "hot": {"p95_ms": 40.0, "20": OUR_CALLS}, "warm": {"80": WARM}, "cold": {"20": COLD, "80": COLD}},
    "call_cpu": {
        **ABOUT, "cpu_ratio": 0.7, "pss_ratio": 0.6, "cpu_ratio_per_picture": 0.8,
        "cores": both(0.35, 0.5), "pss_mb": both(240.0, 400.0), "sent": both(DID, DID), "drawn": both(DID, DID),
        "boards": {
            "estimate": True, "own_events_s": 4000.0, "Raspberry Pi 5": {"quota_cores": 2.5, "skipped": "no more cores"},
            "Raspberry Pi 4": {
                "quota_cores": 0.73, "cores": both(0.5, 0.72), "cpu_ratio": 0.694, "sent": both(DID, DID),
                "drawn": both(DID, DID),
            },
        },
    },
    "idle": {
        **ABOUT, "cpu_ratio": 0.3, "pss_ratio": 0.5, "mb_per_day": None,
        "cores": both(0.05, 0.15), "pss_mb": both(200.0, 400.0), "line": both(LINE, LINE),
    },
    "echo": {**ABOUT, "cases": {"20 ms, room 1": ECHO, "jump, room 1": {**ECHO, "erle_db": 31.5, "near_loss_db": 5.0}}},
}  # fmt: skip


def test_the_page_has_a_table_for_each_benchmark_that_ran() -> None:
    """And none for the others; each says when and on what, and a quick run that it is one."""
    text = page(RESULTS)
    titles = [CHAPTERS[name].title for name in RESULTS]
    assert [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")] == ["The line", *titles]
    assert text.count("Slow One, 2 cores, Debian; load 0.5 at the start. A quick run.") == 4
    assert "| hot | 20 ms | 600.5 | 700.0 |  |  |  | 710.0 | 500.0 | not measured | 4 | 0 |" in text
    assert "| warm | 80 ms | 600.5 | 700.0 | 400.0 | 1.501 | 300.0 | 710.0 | 500.0 | not measured | 4 | 0 |" in text
    assert "| cold | 80 ms | 600.5 | 700.0 | 400.0 | 1.501 |  | 710.0 |" in text
    assert "| CPU, cores | 0.35 | 0.5 | 0.7 |" in text
    assert "| Raspberry Pi 4 (estimate: 0.73 cores of this machine): CPU, cores | 0.5 | 0.72 | 0.694 |" in text
    assert "Raspberry Pi 5" not in text
    assert "| worst | 31.5 | 24.0 | 27.0 | 5.0 | 7.5 |" in text
    assert "| a standby link, MB a day | not measured |" in text


def test_every_row_has_a_cell_for_each_column() -> None:
    for line in page(RESULTS).split("\n\n"):
        if line.startswith("|"):
            assert len({row.count("|") for row in line.splitlines()}) == 1, line


def test_a_cell_breaks_no_table() -> None:
    assert cell("a|b") == "a/b"
    assert table(["x"], [[None], [1]]) == "| x |\n| --- |\n| not measured |\n| 1 |"
