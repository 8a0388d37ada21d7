"""The arithmetic of the benchmarks, with values whose result can be told by hand."""

import argparse
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.media.freezes import FreezeMeter
from tests.bench import call_cpu, idle, leak, loss, press_to_face
from tests.bench.encoder import at_the_rate_of, compare, encode, peer, psnr_db
from tests.bench.figures import finite, main, median, no_options, p95, ratio
from tests.bench.freezes import Frozen, frozen
from tests.bench.leak import Held
from tests.bench.sides import CallTimes, Seen
from tests.faults.line import Counts
from tests.rtc.send.test_h264 import pictures


def every(gap_s: float, begin: float, end: float) -> list[float]:
    return [begin + number * gap_s for number in range(round((end - begin) / gap_s) + 1)]


def test_a_steady_picture_is_not_frozen() -> None:
    """Neither at 30 pictures a second nor at 10, which is slow but moves."""
    for gap_s in (1 / 30, 0.1):
        assert frozen(every(gap_s, 10, 20), 10, 20) == Frozen(0.0, 0, 0.0)


def test_a_gap_of_average_and_150_ms_is_a_freeze() -> None:
    """At 20 a second the average is 50 ms: 190 ms go through, 200 ms (both rules) are a freeze with its whole length."""
    before = every(0.05, 0, 5)
    assert frozen([*before, *every(0.05, 5.19, 10.19)], 0, 10.19).count == 0
    found = frozen([*before, *every(0.05, 5.201, 10.201)], 0, 10.201)
    assert (found.count, round(found.seconds, 3)) == (1, 0.201)


def test_three_times_the_average_is_asked_of_a_slow_picture() -> None:
    """At 5 a second 0.4 s are over the average and 150 ms, but not three times the average; 0.61 s are."""
    before = every(0.2, 0, 8)
    assert frozen([*before, *every(0.2, 8.4, 10)], 0, 10).count == 0
    assert frozen([*before, *every(0.2, 8.61, 10)], 0, 10.01).count == 1


def test_what_never_comes_is_frozen() -> None:
    """No picture at all, and one that stops, count until the end."""
    assert frozen([], 0, 50) == Frozen(50, 1, 50)
    found = frozen(every(0.05, 0, 10), 0, 50)
    assert (found.count, round(found.seconds)) == (1, 40)
    assert loss.direction([], 0.0, 25.0) == {"frozen_s": 50.0, "freezes": 1, "longest_s": 25.0, "fps": 0.0}


def test_the_terminals_own_meter_says_the_same() -> None:
    """What the product counts of its own calls is what the benchmark sees from outside, on an uneven picture."""
    chance, meter = random.Random(5), FreezeMeter()
    times = every(0.05, 0, 2)
    while times[-1] < 50:
        times.append(times[-1] + chance.choice([0.03, 0.03, 0.04, 0.05, 0.4]))
    for at in times:
        meter.feed(at)
    found = frozen(times, 0, times[-1])
    assert found.count == meter.count > 10
    assert found.seconds == pytest.approx(meter.seconds)


def test_statistics() -> None:
    assert (median([3, 1, 2]), median([])) == (2, None)
    assert (p95([float(value) for value in range(1, 101)]), p95([])) == (95, None)
    assert (ratio(1, 4), ratio(None, 1), ratio(1, None), ratio(1, 0)) == (0.25, None, None, None)
    assert finite({"a": [float("inf"), (float("nan"), 1.5)]}) == {"a": [None, [None, 1.5]]}


def test_calls_are_summed_up_by_what_connected() -> None:
    """Two calls of ours take 100 and 300 ms, one never connects; the peer's takes 400."""
    made = [CallTimes(10, 10.1, 10.2, voice=10.4), CallTimes(20, 20.3, 20.2), CallTimes(30)]
    found = press_to_face.mine(made)
    assert (found["ours_ms"], found["p95_ms"], found["seen_ms"], found["voice_ms"], found["heard_ms"]) == (
        200,
        300,
        200,
        400,
        None,
    )
    assert (found["calls"], found["failed"]) == (3, 1)
    theirs = press_to_face.others(made, [CallTimes(40, 40.4, None)], "peer")
    assert (theirs["peer_ms"], theirs["ratio"], theirs["peer_failed"]) == (400, 0.5, 0)


def in_call(cores: float, pss_mb: float, fps: float, kbps: float) -> dict[str, object]:
    inbound = {"frameWidth": 1280, "frameHeight": 720, "bytesReceived": 1000 + kbps * 125 * 10}
    before = Seen(far={"inbound": {"bytesReceived": 1000}})
    after = Seen(shown=[0.0] * round(fps * 10), far={"inbound": inbound, "inCodec": "video/H264"})
    sent = call_cpu.sent(before, after, 10)
    return {"cores": cores, "pss_mb": pss_mb, "sent": sent, "drawn": {"size": "1280x720", "fps": fps}}


def test_a_call_is_compared_with_what_it_did() -> None:
    """Half the CPU for half the pictures is no gain, and the summary says that the work wasn't equal."""
    found = call_cpu.summary({"ours": [in_call(0.3, 200, 15, 1500)], "peer": [in_call(0.6, 400, 30, 1500)]})
    assert (found["cpu_ratio"], found["pss_ratio"], found["cpu_ratio_per_picture"], found["equal"]) == (
        0.5,
        0.5,
        1.0,
        False,
    )
    assert found["sent"]["ours"] == {"size": "1280x720", "fps": 15.0, "kbps": 1500, "codec": "video/H264"}
    same = {"ours": [in_call(0.3, 200, 29, 1400)], "peer": [in_call(0.6, 400, 30, 1500)]}
    assert call_cpu.summary(same)["equal"]


def test_traffic_is_counted_both_ways() -> None:
    counts = (Counts(passed=5, passed_bytes=500), Counts(passed=15, passed_bytes=500))
    assert idle.traffic(counts, 10) == {"packets_per_s": 2.0, "mb_per_day": 8.64}


def test_the_worst_direction_of_each_side_counts() -> None:
    def call(customer: float, agent: float) -> dict[str, object]:
        return {
            "to_customer": {"frozen_s": customer, "fps": 20},
            "to_agent": {"frozen_s": agent, "fps": 30},
            "lost_pct": 5.0,
        }

    found = loss.summary({"ours": [call(1, 2), call(0, 5)], "peer": [call(4, 0)]})
    assert (found["frozen_s"], found["fps"], found["peer_frozen_s"], found["peer_fps"]) == (5, 30, 4, 20)
    assert loss.lost((Counts(arrived=100, lost=4), Counts(arrived=100, lost=6))) == 5.0


def test_growth_is_from_after_the_first_calls_to_the_end() -> None:
    """The first calls' 100 MB aren't counted; half a megabyte a call after them is; a sawtooth of threads isn't growth."""
    held = [Held(100, 50, 10, 20)] * 10 + [Held(200 + n / 2, 150, 12, 20 + n % 7) for n in range(90)]
    found = leak.growth(held)
    assert (found["rss_growth_mb"], found["fd_growth"], found["thread_growth"]) == (40, 0, 0)
    assert 450 < found["rss_kb_per_call"] < 550
    assert found["most_threads"] == 26


def test_encoders_are_compared_at_one_rate() -> None:
    """On a few small pictures of noise: both make pictures of about the same size and sharpness, and use some CPU."""
    frames = list(pictures(12, 320, 180))
    found = compare(frames, turns=1)
    assert found["frames"] == 12
    assert min(*found["cpu_ms_ours"], *found["cpu_ms_peer"]) > 0
    assert psnr_db(encode(peer(20_000_000), frames).payloads, frames) > found["psnr_peer_db"] > 5


def test_the_target_is_moved_to_the_rate_that_is_wanted() -> None:
    frames = list(pictures(40, 320, 180))
    target, made = at_the_rate_of(2500, frames)
    assert target != 1_500_000
    assert abs(made.kbps / 2500 - 1) < 0.3


def test_the_last_line_is_json_and_the_status_says_whether_it_ran(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: argparse.Namespace) -> dict[str, object]:
        raise OSError("no such line")

    monkeypatch.setattr(sys, "argv", ["x.py", "--quick"])
    assert main("x", "What it is.", lambda _: {"ratio": 0.5}, no_options) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["bench"], said["ratio"], said["quick"]) == ("x", 0.5, True)
    assert said["versions"]["aiortc"]
    assert said["machine"]["cores"] >= 1
    assert main("x", "What it is.", fails, no_options) == 1
    assert "no such line" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["press_to_face", "encoder", "call_cpu", "idle", "loss", "leak", "all"])
def test_each_script_can_be_started_by_its_path(name: str, tmp_path: Path) -> None:
    """From any folder, as a reader would do; here only to the point where it says how it is used."""
    script = Path(__file__).with_name(f"{name}.py")
    done = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "--quick" in done.stdout
