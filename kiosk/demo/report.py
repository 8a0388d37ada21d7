"""What the demo measured: one entry a call, percentiles over all, as JSON."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

AUDIBLE_DBFS = -50.0
"""Quieter than this over a whole call is silence (16-bit noise of a bad room is about -60)."""
MOVING_FRAMES = 10
"""So many pictures of a call have to differ from the one before."""

PATHS = ("hot", "warm", "cold")


@dataclass(frozen=True)
class CallEntry:
    """One call. Times from the button's edge, in ms; none where it never came. ``in`` is towards the customer."""

    call_id: str
    outcome: str
    """``completed``, or the first thing that was missing: ``not_connected no_picture_in no_picture_out no_sound_in
    no_sound_out``, or why it ended too early."""
    press_to_face_ms: float | None
    press_to_seen_ms: float | None
    frames_in: int
    frames_out: int
    """The customer's pictures as decoded by the agent."""
    moved_in: int
    moved_out: int
    audio_in_dbfs: float | None
    audio_out_dbfs: float | None
    """The customer's sound as the agent heard it."""
    path: str | None = None
    """How it was made: on a standby link on which the agent was seen before the press (``hot``), on another one (``warm``), or
    without (``cold``)."""


def finite(level: float | None) -> float | None:
    """A level with one decimal; none for silence, which JSON can't write as minus infinity."""
    return round(level, 1) if level is not None and math.isfinite(level) else None


def audible(level: float | None) -> bool:
    """Whether a call's mean level is sound."""
    return level is not None and level > AUDIBLE_DBFS


def judge(entry: CallEntry) -> str:
    """What ``outcome`` should say of an entry's figures."""
    checks = {
        "not_connected": entry.press_to_face_ms is not None and entry.press_to_seen_ms is not None,
        "no_picture_in": entry.moved_in >= MOVING_FRAMES,
        "no_picture_out": entry.moved_out >= MOVING_FRAMES,
        "no_sound_in": audible(entry.audio_in_dbfs),
        "no_sound_out": audible(entry.audio_out_dbfs),
    }
    return next((name for name, good in checks.items() if not good), "completed")


def percentile(values: list[float], share: float) -> float | None:
    """The nearest-rank percentile (``share`` 0 to 1): a value that was really measured; none without values."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def spans(entries: list[CallEntry]) -> dict[str, Any]:
    """The percentiles of these calls' times."""
    found = {}
    for key in ("press_to_face_ms", "press_to_seen_ms"):
        values = [value for entry in entries if (value := getattr(entry, key)) is not None]
        found[key] = {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95)}
    return found


def summary(entries: list[CallEntry]) -> dict[str, Any]:
    """The report as a value for JSON: over all calls, and by how they were made."""
    by_path = {path: [entry for entry in entries if entry.path == path] for path in PATHS}
    return {
        **spans(entries),
        "completed": sum(entry.outcome == "completed" for entry in entries),
        "by_path": {path: {"calls": len(made), **spans(made)} for path, made in by_path.items() if made},
        "calls": [asdict(entry) for entry in entries],
    }


def write(path: Path, entries: list[CallEntry]) -> None:
    """Write the report, whole or not at all."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(summary(entries), indent=1) + "\n")
    draft.replace(path)
