"""Reads the recorded sessions of every released protocol version."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "conversations"


@dataclass(frozen=True)
class Line:
    """One line: a ``connection`` opens (``opened`` says as whom), or ``sender`` (client or distributor) says ``text``."""

    connection: str
    opened: dict[str, Any] | None = None
    sender: str = ""
    text: str = ""


@dataclass(frozen=True)
class Session:
    """One recorded session."""

    name: str
    version: int
    lines: tuple[Line, ...]

    def by_connection(self) -> dict[str, list[Line]]:
        """The lines of each connection."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.connection, []).append(line)
        return found


def sessions() -> list[Session]:
    """All of them."""
    return [
        Session(f"{file.parent.name}/{file.stem}", int(file.parent.name.removeprefix("v")), _lines(file))
        for file in sorted(FOLDER.glob("v*/*.jsonl"))
    ]


def _lines(file: Path) -> tuple[Line, ...]:
    values = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return tuple(
        Line(value["connection"], value.get("open"), value.get("from", ""), value.get("text", "")) for value in values
    )
