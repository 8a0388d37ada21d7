"""Who this terminal is: an Ed25519 key made on the device (RFC 8032), and the id that the distributor gave it."""

import hashlib
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict, ValidationError

from kiosk import logs
from kiosk.errors import StartError
from kiosk.protocol.fields import Hex, Id
from kiosk.signalling import private_file

log = logs.get(__name__)


class Enrolment(BaseModel):
    """``enrolment.json``: the id, which key it is for, and which code gave it, so that a new code is seen as new."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: int = 1
    terminal_id: Id
    public_key: Hex
    code_sha256: str


class Identity:
    """A terminal's key and enrolment, kept in ``state_dir``."""

    def __init__(self, state_dir: Path) -> None:
        """Read the key or make one. A damaged file is set aside and said so; raises `StartError` where disks fail."""
        self._key_path = state_dir / "identity.pem"
        self._enrolment_path = state_dir / "enrolment.json"
        self._key = self._load_key()
        self._enrolment = self._load_enrolment()

    @property
    def public_key(self) -> str:
        """The public key's 32 bytes in hexadecimal."""
        return self._key.public_key().public_bytes_raw().hex()

    @property
    def terminal_id(self) -> str | None:
        """The id that the distributor gave; none before enrolment."""
        return self._enrolment.terminal_id if self._enrolment else None

    def sign(self, text: bytes) -> str:
        """The signature over ``text`` in hexadecimal."""
        return self._key.sign(text).hex()

    def is_new(self, code: str | None) -> bool:
        """Whether ``code`` is an enrolment code that hasn't been used with this key yet."""
        return bool(code) and (self._enrolment is None or self._enrolment.code_sha256 != _digest(code or ""))

    def enrolled(self, terminal_id: str, code: str) -> None:
        """Remember the id that ``code`` gave; where it can't be stored, it is used until the program ends."""
        self._enrolment = Enrolment(terminal_id=terminal_id, public_key=self.public_key, code_sha256=_digest(code))
        try:
            private_file.write(self._enrolment_path, self._enrolment.model_dump_json().encode())
        except StartError as error:
            log.warning("enrolment.not_stored", what=error.what, advice=error.advice)

    def _load_key(self) -> Ed25519PrivateKey:
        content = private_file.read(self._key_path)
        if content is not None:
            key = _key_in(content)
            if key is not None:
                return key
            aside = private_file.set_aside(self._key_path)
            log.warning("identity.damaged", file=str(aside), advice="A new key is made: enrol this terminal again.")
        return self._make_key()

    def _make_key(self) -> Ed25519PrivateKey:
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        private_file.write(self._key_path, pem)
        log.info("identity.made", public_key=self._fingerprint(key))
        return key

    def _load_enrolment(self) -> Enrolment | None:
        content = private_file.read(self._enrolment_path)
        if content is None:
            return None
        try:
            enrolment = Enrolment.model_validate_json(content)
        except ValidationError:
            aside = private_file.set_aside(self._enrolment_path)
            log.warning("enrolment.damaged", file=str(aside), advice="Enrol this terminal again with a new code.")
            return None
        return enrolment if enrolment.public_key == self.public_key else None

    @staticmethod
    def _fingerprint(key: Ed25519PrivateKey) -> str:
        return hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:16]


def _key_in(content: bytes) -> Ed25519PrivateKey | None:
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PrivateKey) else None


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
