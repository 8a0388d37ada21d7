"""The diagram in the docs is the table's."""

from pathlib import Path

from kiosk.call.diagram import draw

DOCS = Path(__file__).parents[2] / "docs" / "call-states.md"


def test_the_diagram_in_the_docs_is_in_step() -> None:
    assert DOCS.read_text() == draw(), "Run: uv run python -m kiosk.call.diagram > docs/call-states.md"
