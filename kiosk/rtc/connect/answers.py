"""Takes an agent's answer, or says in one line why it is none."""

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import InvalidAccessError, InvalidStateError, OperationError
from aiortc.rtcdtlstransport import X509_DIGEST_ALGORITHMS
from aiortc.sdp import SessionDescription

from kiosk.errors import PeerError
from kiosk.protocol.fields import ErrorCode

NOT_UNDERSTOOD = (
    ValueError, KeyError, IndexError, TypeError, AssertionError, AttributeError, RuntimeError, StopIteration,
    InvalidStateError, InvalidAccessError, OperationError,
)  # fmt: skip
"""What malformed text makes aiortc raise: its SDP parser has no error of its own."""
ADVICE = "Let the agent reload the console; look for a newer one if that doesn't help."


async def take_answer(connection: RTCPeerConnection, sdp: str) -> None:
    """Use ``sdp`` as the answer to our offer. Raises `PeerError` where it can't be used."""
    try:
        _check(SessionDescription.parse(sdp))
        await connection.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="answer"))
    except NOT_UNDERSTOOD as error:
        why = str(error) if isinstance(error, _UnusableError) else type(error).__name__
        raise PeerError(ErrorCode.MALFORMED, f"The agent's answer can't be used ({why}).", ADVICE) from error


class _UnusableError(ValueError):
    """An answer that aiortc would take, and then never connect with."""


def _check(answer: SessionDescription) -> None:
    for media in answer.media:
        known = (
            [f for f in media.dtls.fingerprints if f.algorithm.lower() in X509_DIGEST_ALGORITHMS] if media.dtls else []
        )
        if not known:
            raise _UnusableError(f"no fingerprint that we know for {media.kind}")
        if media.ice is None or not media.ice.usernameFragment or not media.ice.password:
            raise _UnusableError(f"no ICE credentials for {media.kind}")
