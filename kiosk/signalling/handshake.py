"""The terminal's side of the handshake: hello -> challenge -> prove or enrol -> welcome. No sockets, no clock."""

from kiosk.errors import LinkError
from kiosk.protocol.fields import OLDEST_VERSION, VERSION, ErrorCode, Role
from kiosk.protocol.messages import Challenge, Enrol, Error, Hello, Prove, Welcome
from kiosk.protocol.proof import text_to_sign
from kiosk.signalling.identity import Identity

CODE_ADVICE = "Make a code with `kiosk distributor enrolment-code` and put it into the terminal's enrolment_code."
ADVICE = {
    ErrorCode.NOT_PROVEN: f"The distributor doesn't know this terminal's key. {CODE_ADVICE}",
    ErrorCode.BAD_CODE: f"The enrolment code was used, has run out or was mistyped. {CODE_ADVICE}",
    ErrorCode.VERSION: "Bring the terminal and the distributor to releases that understand each other.",
    ErrorCode.REPLACED: "Another program uses this terminal's identity; stop it, or give each its own state_dir.",
    ErrorCode.BUSY_ELSEWHERE: "Another program uses this terminal's identity; stop it, or give each its own state_dir.",
    ErrorCode.TOO_MANY: "The distributor is full; ask who runs it for more room.",
}


class Handshake:
    """One connection's handshake for ``identity``; ``code`` is the configured enrolment code, if any."""

    def __init__(self, identity: Identity, code: str | None, boot_id: str, software: str) -> None:
        self._identity = identity
        self._boot_id = boot_id
        self._software = software
        self._code = code if identity.is_new(code) else None

    def hello(self, *, mono_ms: int, wall_ms: int) -> Hello:
        """The first message. Raises `LinkError` where there is neither an id nor a code to get one."""
        if self._terminal_id is None and self._code is None:
            raise LinkError("rejected", "This terminal isn't enrolled.", CODE_ADVICE)
        return Hello(
            role=Role.TERMINAL,
            oldest_version=OLDEST_VERSION,
            version=VERSION,
            software=self._software,
            boot_id=self._boot_id,
            mono_ms=mono_ms,
            wall_ms=wall_ms,
            terminal_id=self._terminal_id,
        )

    def proof(self, challenge: Challenge) -> Prove | Enrol:
        """The answer to the challenge: `Enrol` while there is a code that wasn't used yet, else `Prove`."""
        signature = self._identity.sign(text_to_sign(challenge.nonce, self._terminal_id or "", self._boot_id))
        if self._code is None:
            return Prove(signature=signature)
        return Enrol(code=self._code, public_key=self._identity.public_key, signature=signature)

    def finish(self, welcome: Welcome) -> None:
        """Check the version, and store the id after an enrolment. Raises `LinkError`."""
        if not OLDEST_VERSION <= welcome.version <= VERSION:
            raise LinkError(
                "rejected", f"The distributor speaks protocol version {welcome.version}.", ADVICE[ErrorCode.VERSION]
            )
        if self._code is not None:
            self._identity.enrolled(welcome.peer_id, self._code)

    @property
    def _terminal_id(self) -> str | None:
        return None if self._code is not None else self._identity.terminal_id


def refusal(error: Error) -> LinkError:
    """What a fatal error from the distributor means for this terminal."""
    return LinkError("rejected", f"The distributor refused: {error.text}", ADVICE.get(error.code, "See its log."))
