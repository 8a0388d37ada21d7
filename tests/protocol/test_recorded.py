"""Recorded sessions of every released version are still understood, and judged as they were."""

import json

import pytest

from kiosk.errors import PeerError
from kiosk.protocol.codec import encode, from_client, from_distributor
from kiosk.protocol.conversation import Conversation, choose_version
from kiosk.protocol.fields import OLDEST_VERSION, VERSION, ErrorCode
from kiosk.protocol.messages import Error, Hello
from tests.protocol.recorded import Line, Session, sessions

JUDGED_HERE = {
    ErrorCode.MALFORMED,
    ErrorCode.UNKNOWN_TYPE,
    ErrorCode.OUT_OF_ORDER,
    ErrorCode.NOT_ALLOWED,
    ErrorCode.VERSION,
}
"""The faults that the protocol alone finds; the others need to know who and what there is."""
SESSIONS = sessions()


def test_every_version_that_we_still_speak_is_recorded() -> None:
    """Several sessions of each."""
    for version in range(OLDEST_VERSION, VERSION + 1):
        assert len([session for session in SESSIONS if session.version == version]) >= 4


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.name)
def test_all_that_was_said_is_still_understood(session: Session) -> None:
    """What the distributor said decodes to the same fields; clients' faults are found again, and nothing else is one."""
    for lines in session.by_connection().values():
        conversation = Conversation()
        found: list[str] = []
        told = [
            message
            for line in lines
            if line.sender == "distributor"
            for message in [from_distributor.decode(line.text)]
        ]
        for line in lines:
            if line.sender == "client":
                found += judge(conversation, line)
            elif line.sender == "distributor":
                assert json.loads(encode(from_distributor.decode(line.text))) == json.loads(line.text)
        assert found == [message.code for message in told if isinstance(message, Error) and message.code in JUDGED_HERE]


def judge(conversation: Conversation, line: Line) -> list[str]:
    """The fault of a client's line, if it has one."""
    try:
        message = from_client.decode(line.text)
        conversation.hear(message)
        if isinstance(message, Hello):
            choose_version(message)
    except PeerError as error:
        return [error.code]
    return []
