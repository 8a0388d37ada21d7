"""The page docs/benchmarks.md, made of the benchmarks' JSON. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]

HEAD = """# Benchmarks

Made by `make bench`, which runs the scripts in `tests/bench` and writes this page; `make bench ARGS="--quick"` gives rougher
figures sooner, `make bench ARGS="encoder loss"` runs some. Each script runs alone too: `uv run python tests/bench/loss.py
--quick`; its docstring says what is measured how, and what the peer is. The last line of its output is JSON with everything
that is here and the single samples.

Ours and the peer are measured in turn in the same run, on the same content and over the same line. The figures are those
of the machine named, not of a Raspberry Pi.

## The line
The WAN is emulated on one machine (`tests/faults/wan.py`). Two network namespaces, one for the customer's end and one for
the agent's, have nothing but a TUN device each; a small process reads packets from one and writes them to the other. It holds
each packet for half of the round-trip time, drops a share of them by a seeded random sequence, and where a rate is set, lets
them out at that rate from a queue that is bounded. Its own delay is well under a millisecond. Both ends are real to the programs:
own addresses, own routes, kernel TCP and UDP. There is no NAT and no jitter but the queue's. It needs root and `/dev/net/tun`.
At the customer's end is our terminal, or the peer's Chromium; at the agent's end are the agent's Chromium, our distributor,
and the peer's relay.
"""


@dataclass(frozen=True)
class Chapter:
    """One benchmark's part of the page."""

    title: str
    goal: str
    columns: Sequence[str]
    rows: Callable[[Figures], Iterable[Sequence[Any]]]
    words: str = ""


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell(value) for value in line) + " |" for line in lines)


def cell(value: Any) -> str:
    """A value as a reader wants it."""
    return "not measured" if value is None else str(value).replace("|", "/")


def page(results: Mapping[str, Figures]) -> str:
    """The whole page, of what was measured."""
    parts = [HEAD, *(chapter(CHAPTERS[name], results[name]) for name in CHAPTERS if name in results)]
    return "\n".join(parts)


def chapter(about: Chapter, figures: Figures) -> str:
    """One benchmark."""
    words = f"{about.words}\n\n" if about.words else ""
    return f"## {about.title}\nTo reach: {about.goal}\n\n{table(about.columns, about.rows(figures))}\n\n{words}{measured(figures)}\n"


def measured(figures: Figures) -> str:
    """When, on what, with what."""
    machine, versions = figures["machine"], figures["versions"]
    quick = " A quick run." if figures["quick"] else ""
    on = f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}; load {machine['load_1min']} at the start"
    return f"{machine['date']}, {on}.{quick} " + ", ".join(f"{name} {value}" for name, value in versions.items()) + "."


def _pair(figures: Figures, key: str, *inner: str) -> list[Any]:
    """``key``'s figures of both sides."""
    found: list[Any] = []
    for side in ("ours", "peer"):
        value = figures[key][side]
        for name in inner:
            value = value[name]
        found.append(value)
    return found


def _press(figures: Figures) -> Iterable[Sequence[Any]]:
    ours = ("ours_ms", "p95_ms")
    more = ("voice_p95_ms", "seen_p95_ms", "heard_p95_ms", "calls", "failed")
    kinds = {"hot": figures.get("hot", {}), "warm": figures.get("warm", {}), "cold": figures["cold"]}
    for kind, lines in kinds.items():
        for rtt, at in lines.items():
            if isinstance(at, Mapping):
                peers = [at.get(name, "") for name in ("peer_ms", "ratio", "peer_warm_ms")]
                yield [kind, f"{rtt} ms", *(at[name] for name in ours), *peers, *(at[name] for name in more)]


def _hit(figures: Figures) -> Iterable[Sequence[Any]]:
    for name, cell in figures["cells"].items():
        shares = [f"{cell[key]:.1%}" for key in ("hot_share", "warm_share", "cold_share")]
        idle, strict = cell["idle_s"], figures["strict"].get(name)
        before = None if strict is None else f"{strict['idle_s']['p95']} / {strict['idle_s']['max']}"
        spread = [cell["calls_spread"], None if strict is None else strict["calls_spread"]]
        yield [name, *shares, cell["links_per_min"], cell["p95_ms"], f"{idle['p95']} / {idle['max']}", before, *spread]


def _encoder(figures: Figures) -> Iterable[Sequence[Any]]:
    names = ("ratio", "psnr_loss_db", "psnr_ours_db", "psnr_peer_db", "kbps_ours", "kbps_peer")
    for name, clip in figures["clips"].items():
        cpu = [round(sum(clip[key]) / len(clip[key]), 1) for key in ("cpu_ms_ours", "cpu_ms_peer")]
        yield [name, *cpu, *(clip[key] for key in names)]


def _call(figures: Figures) -> Iterable[Sequence[Any]]:
    yield ["CPU, cores", *_pair(figures, "cores"), figures["cpu_ratio"]]
    yield ["memory (PSS), MB", *_pair(figures, "pss_mb"), figures["pss_ratio"]]
    yield ["CPU for each picture sent or drawn", "", "", figures["cpu_ratio_per_picture"]]
    for key, names in (("sent", ("size", "fps", "kbps", "codec")), ("drawn", ("size", "fps"))):
        for name in names:
            yield [f"{key}: {name}", *_pair(figures, key, name), ""]
    for name, board in figures.get("boards", {}).items():
        if isinstance(board, Mapping) and "cores" in board:
            under = f"{name} (estimate: {board['quota_cores']} cores of this machine)"
            yield [f"{under}: CPU, cores", *_pair(board, "cores"), board["cpu_ratio"]]
            for key in ("sent", "drawn"):
                yield [f"{under}: {key}, pictures a second", *_pair(board, key, "fps"), ""]


def _idle(figures: Figures) -> Iterable[Sequence[Any]]:
    yield ["CPU, cores", *_pair(figures, "cores"), figures["cpu_ratio"]]
    yield ["memory (PSS), MB", *_pair(figures, "pss_mb"), figures["pss_ratio"]]
    yield ["on the line, packets a second", *_pair(figures, "line", "packets_per_s"), ""]
    yield ["on the line, MB a day", *_pair(figures, "line", "mb_per_day"), ""]
    yield ["a standby link, MB a day", figures["mb_per_day"], "", ""]


def _delay(figures: Figures) -> Iterable[Sequence[Any]]:
    names = ("ours_ms", "peer_ms", "ratio", "ours_p95_ms", "peer_p95_ms")
    for way, words in (("to_agent", "customer to agent"), ("to_customer", "agent to customer")):
        yield [words, *(figures[way][name] for name in names)]


def _loss(figures: Figures) -> Iterable[Sequence[Any]]:
    for way, sides in (("agent to customer", "to_customer"), ("customer to agent", "to_agent")):
        for side, calls in figures[sides].items():
            for call in calls:
                yield [way, side, *(call[name] for name in ("frozen_s", "freezes", "longest_s", "fps", "size"))]


def _line(figures: Figures) -> Iterable[Sequence[Any]]:
    names = ("settle_s", "max_delay_ms", "recover_s", "frozen_s", "delay_before_ms", "kbps_before", "width_before")
    for way, words in (("to_customer", "agent to customer"), ("to_agent", "customer to agent")):
        for side, calls in figures[way].items():
            for call in calls:
                yield [words, side, *(call[name] for name in names)]


def _echo(figures: Figures) -> Iterable[Sequence[Any]]:
    names = ("erle_db", "first_3s_db", "worst_second_db", "near_loss_db", "near_loss_coherent_db")
    yield [
        "worst",
        *(
            worst(case[name] for case in figures["cases"].values())
            for worst, name in zip((min, min, min, max, max), names, strict=True)
        ),
    ]
    for name, case in figures["cases"].items():
        yield [name, *(case[key] for key in names)]


def _leak(figures: Figures) -> Iterable[Sequence[Any]]:
    names = ("calls", "failed", "rss_growth_mb", "uss_growth_mb", "rss_kb_per_call", "fd_growth", "thread_growth")
    yield [figures[name] for name in names]


def _starts(figures: Figures) -> Iterable[Sequence[Any]]:
    for name, line in (("80 ms", "good"), ("240 ms, 5% lost", "bad")):
        made = figures[line]
        yield [
            name,
            len(made["calls"]),
            *(made[key] for key in ("frozen_starts", "longest_gap_ms", "sync_ms", "sync_p95_ms")),
        ]


def _demo(figures: Figures) -> Iterable[Sequence[Any]]:
    for key in ("press_to_face_ms", "press_to_seen_ms"):
        yield [key, figures[key]["p50"], figures[key]["p95"], len(figures["calls"])]


SIDES = ("", "ours", "Chromium", "ratio")
CHAPTERS = {
    "press_to_face": Chapter(
        "Press to face",
        "hot, p95 at most 50 ms; warm, at most 0.6 x Chromium's cold call at 80 ms and 0.5 x at 200 ms, and no slower than Chromium"
        " with the same standby links; voice, customer seen and heard: p95 at most one RTT + 300 ms, hot and warm; cold, no slower than"
        " Chromium.",
        (
            *("call", "RTT", "ours, ms", "our p95", "Chromium cold, ms", "ratio", "Chromium warm, ms"),
            *("voice p95", "customer seen p95", "customer heard p95", "calls", "failed"),
        ),
        _press,
    ),
    "hit": Chapter(
        "How often a call is hot or warm",
        "hot and warm at least 90% of the calls at 80% occupancy, with at most 2 link set-ups for each terminal and minute.",
        (
            *("branches, occupancy", "hot", "warm", "cold", "set-ups a minute", "p95, ms (estimated)"),
            *("agents idle, s: p95 / longest", "strictly longest idle first", "spread of calls", "strictly"),
        ),
        _hit,
        "The real routing core in virtual time. The last four columns are what it costs in fairness: how long an agent is idle, and the "
        "spread (standard deviation by mean) of the calls for each agent.",
    ),
    "encoder": Chapter(
        "Encoder",
        "1280x720 at the same bit rate, at most 0.3 x the CPU of aiortc's own, PSNR within 0.5 dB.",
        (
            *("clip", "ours, ms CPU a frame", "aiortc, ms", "ratio", "PSNR lost, dB", "ours, dB", "aiortc, dB"),
            *("ours, kbit/s", "aiortc, kbit/s"),
        ),
        _encoder,
    ),
    "call_cpu": Chapter(
        "The whole terminal in a call",
        "at most 0.75 x Chromium's CPU and 0.6 x its memory at equal size, rate and bit rate.",
        SIDES,
        _call,
    ),
    "idle": Chapter("Idle with the attract screen", "at most 0.5 x Chromium's CPU and 0.6 x its memory.", SIDES, _idle),
    "delay": Chapter(
        "Camera to far screen",
        "no more than Chromium's, each direction.",
        ("direction", "ours, ms", "Chromium, ms", "ratio", "our p95", "its p95"),
        _delay,
    ),
    "loss": Chapter(
        "A bad line: 5% loss, 240 ms RTT",
        "frozen at most 1 s of 50 s, each direction.",
        ("direction", "side", "frozen, s of 50", "freezes", "longest, s", "pictures a second", "size"),
        _loss,
        "`peer` is Chromium with VP8, which it protects by forward error correction; `peer_h264` is Chromium with H.264.",
    ),
    "line": Chapter(
        "A line halved to 600 kbit/s for a while",
        "settled within 5 s, no picture older than 1,000 ms, full again within 15 s.",
        (
            *("direction", "side", "settled after, s", "oldest picture, ms", "full again after, s", "frozen, s"),
            *("delay before, ms", "kbit/s before", "width before"),
        ),
        _line,
        "None: not full again while it was watched.",
    ),
    "echo": Chapter(
        "Echo of an open microphone and speaker",
        "at least 30 dB gone from 3 s on; while both speak, the voice loses at most 6 dB.",
        (
            *("delay, or what else is hard; room", "echo gone from 3 s on, dB", "the least of the first 3 s"),
            *("the worst second after them", "voice lost while both speak, dB", "of it in phase"),
        ),
        _echo,
        "Rooms made of numbers: reverberation of 0.3 s, an echo as loud as the voice; there is no peer in this one.",
    ),
    "starts": Chapter(
        "Calls one after another on one link",
        "no picture frozen over 200 ms at any start, lips and voice within 100 ms.",
        (
            *("line", "calls", "starts with a freeze or a gap over 200 ms", "longest gap in the first 2 s, ms"),
            *("voice after lips, ms: the worst call's median", "p95 of all"),
        ),
        _starts,
        "On the lossy line a repair takes at least 240 ms, and a call's first seconds have none of the delay that hides them.",
    ),
    "leak": Chapter(
        "Many calls in one process",
        "500 calls grow the memory by at most 20 MB, threads and file descriptors not at all.",
        ("calls", "failed", "RSS, MB", "USS, MB", "RSS, kB a call", "file descriptors", "threads"),
        _leak,
    ),
    "demo": Chapter(
        "`kiosk demo --calls` on this machine",
        "95% of the faces within 1,000 ms, with no line between and both agents' programs on this machine.",
        ("", "median", "p95", "calls"),
        _demo,
    ),
}
