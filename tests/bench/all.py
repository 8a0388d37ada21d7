"""``make bench``: runs the benchmarks one after the other, and writes docs/benchmarks.md from what they gave.

``python tests/bench/all.py [--quick] [NAME ...]``. Each result is kept as build/bench/NAME.json; a benchmark that isn't run
this time stands on the page with what it gave before. The exit status is 1 where one didn't run.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.book import CHAPTERS, page
from tests.bench.figures import ROOT, Figures, machine, say, versions

HERE = Path(__file__).parent
KEPT = ROOT / "build" / "bench"
PAGE = ROOT / "docs" / "benchmarks.md"
CALLS, QUICK_CALLS = 20, 5


def run_script(name: str, *, quick: bool) -> Figures | None:
    """One script's figures; none where it didn't run."""
    words = [sys.executable, str(HERE / f"{name}.py"), *(["--quick"] if quick else [])]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    if done.returncode != 0:
        return None
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def run_demo(*, quick: bool) -> Figures | None:
    """``kiosk demo``'s report."""
    about = {"bench": "demo", "machine": machine(), "versions": versions(), "quick": quick}
    report = KEPT / "demo-report.json"
    words = ["demo", "--headless", "--calls", str(QUICK_CALLS if quick else CALLS), "--report", str(report)]
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "kiosk", *words], stdout=sys.stderr, check=False, cwd=ROOT)
    if done.returncode != 0:
        return None
    return {**about, **json.loads(report.read_text()), "took_s": round(time.monotonic() - began, 1)}


def results() -> dict[str, Figures]:
    """What was kept of every benchmark that was ever run here."""
    kept = {name: KEPT / f"{name}.json" for name in CHAPTERS}
    return {name: json.loads(file.read_text()) for name, file in kept.items() if file.exists()}


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description="Runs the benchmarks and writes docs/benchmarks.md.")
    parser.add_argument("--quick", action="store_true", help="each within about 50 s")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of: {' '.join(CHAPTERS)}; all without")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(CHAPTERS):
        parser.error(f"no such benchmark: {' '.join(sorted(unknown))}")
    KEPT.mkdir(parents=True, exist_ok=True)
    failed = []
    for name in arguments.names or CHAPTERS:
        say(f"--- {name}")
        quick = arguments.quick
        figures = run_demo(quick=quick) if name == "demo" else run_script(name, quick=quick)
        if figures is None:
            failed.append(name)
        else:
            (KEPT / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n")
    PAGE.write_text(page(results()))
    say(f"written: {PAGE.relative_to(ROOT)}" + (f"; did not run: {' '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
