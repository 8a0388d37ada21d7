"""Proof of who a terminal is: an Ed25519 signature (RFC 8032) over the challenge."""

import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.errors import PeerError
from kiosk.protocol.fields import ErrorCode
from kiosk.protocol.proof import text_to_sign


def new_nonce() -> str:
    """256 random bits for a terminal to sign, as hexadecimal digits; each is used once."""
    return secrets.token_hex(32)


def check_signature(public_key: bytes, signature: str, nonce: str, terminal_id: str, boot_id: str) -> None:
    """Pass if ``signature`` (hexadecimal) is the key holder's over this challenge. Raises `PeerError` with ``not_proven``."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(bytes.fromhex(signature), text_to_sign(nonce, terminal_id, boot_id))
    except (InvalidSignature, ValueError):
        raise PeerError(
            ErrorCode.NOT_PROVEN, "The signature doesn't prove this terminal's key.", "Enrol the terminal again."
        ) from None
