"""The published schema is the code's."""

import json
from pathlib import Path

from kiosk.protocol.conversation import TABLE
from kiosk.protocol.schema import published

FILE = Path(__file__).parents[2] / "docs" / "protocol.schema.json"
REGENERATE = "run: uv run kiosk schema > docs/protocol.schema.json"


def test_the_file_in_the_docs_is_up_to_date() -> None:
    """Whoever changes a message publishes it in the same commit."""
    assert FILE.read_text(encoding="utf-8") == published(), REGENERATE


def test_the_schema_has_every_message_and_requires_ids() -> None:
    """For those who write a client from it."""
    definitions = json.loads(published())["from_client"]["$defs"]
    kinds = {
        value["properties"]["type"]["const"] for value in definitions.values() if "type" in value.get("properties", {})
    }
    assert kinds == {kind for rows in TABLE.values() for row in rows.values() for kind in row}
    assert {"id", "type"} <= set(definitions["Ping"]["required"])
