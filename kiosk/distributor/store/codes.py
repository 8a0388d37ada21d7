"""One-time codes and session tokens: made at random, kept as digests only."""

import base64
import hashlib
import secrets


def new_code() -> str:
    """A one-time code of 160 random bits that a person can type: eight groups of four letters and digits."""
    text = base64.b32encode(secrets.token_bytes(20)).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def code_digest(code: str) -> bytes:
    """What is kept of a code: SHA-256 of it without its dashes, blanks and case.

    A slow hash would add nothing: 160 random bits can't be guessed.
    """
    plain = "".join(code.split()).replace("-", "").upper()
    return hashlib.sha256(plain.encode(errors="replace")).digest()


def new_token() -> str:
    """A session token of 256 random bits."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> bytes:
    """What is kept of a session token."""
    return hashlib.sha256(token.encode(errors="replace")).digest()
