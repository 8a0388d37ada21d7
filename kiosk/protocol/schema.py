"""The published JSON schema of the protocol (JSON Schema 2020-12), made from the code by ``kiosk schema``."""

import json

from kiosk.protocol.codec import from_client, from_distributor
from kiosk.protocol.fields import FATAL, MAX_MESSAGE_BYTES, OLDEST_VERSION, SUBPROTOCOL, VERSION


def published() -> str:
    """The whole schema as indented JSON text, the same for the same code."""
    return (
        json.dumps(
            {
                "subprotocol": SUBPROTOCOL,
                "version": VERSION,
                "oldest_version": OLDEST_VERSION,
                "max_message_bytes": MAX_MESSAGE_BYTES,
                "fatal_errors": sorted(FATAL),
                "from_client": from_client.adapter.json_schema(),
                "from_distributor": from_distributor.adapter.json_schema(),
            },
            indent=1,
            sort_keys=True,
        )
        + "\n"
    )
