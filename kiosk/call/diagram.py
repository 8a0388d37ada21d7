"""Draws the state diagram of `kiosk.call.table` as Mermaid: ``python -m kiosk.call.diagram > docs/call-states.md``."""

from collections import defaultdict

from kiosk.call.state import State
from kiosk.call.table import TABLE

HEAD = """# The terminal's states

Generated from `kiosk/call/table.py` by `make docs`. What leaves a state as it is, isn't drawn.

```mermaid
stateDiagram-v2
    [*] --> offline
"""


def draw() -> str:
    """The whole document, the same for the same table."""
    ways: dict[tuple[State, State], list[str]] = defaultdict(list)
    for (state, kind), row in TABLE.items():
        for target in row.targets - {state}:
            ways[state, target].append(kind.__name__)
    lines = [f"    {a} --> {b}: {', '.join(sorted(kinds))}" for (a, b), kinds in sorted(ways.items())]
    return HEAD + "\n".join(lines) + "\n```\n"


if __name__ == "__main__":
    print(draw(), end="")  # noqa: T201 this module is a command
