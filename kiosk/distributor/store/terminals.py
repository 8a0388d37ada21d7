"""Terminals and the one-time codes that they enrol with."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select, update

from kiosk.distributor.store.clock import Clock
from kiosk.distributor.store.codes import code_digest, new_code
from kiosk.distributor.store.tables import enrolment_codes, terminals
from kiosk.errors import PeerError
from kiosk.protocol.fields import ErrorCode, new_id

ENROLMENT_LIFETIME_S = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Terminal:
    """An enrolled terminal; ``public_key`` is a raw Ed25519 key of 32 bytes."""

    terminal_id: str
    name: str
    branch: str
    public_key: bytes


class Terminals:
    """The enrolled terminals of one database."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def new_code(self, name: str, branch: str) -> str:
        """A code with which one terminal, and only one, can enrol as ``name`` of ``branch`` within seven days."""
        code = new_code()
        with self._engine.begin() as connection:
            connection.execute(delete(enrolment_codes).where(enrolment_codes.c.expires_at < self._clock()))
            connection.execute(
                insert(enrolment_codes).values(
                    digest=code_digest(code),
                    name=name,
                    branch=branch,
                    expires_at=self._clock() + ENROLMENT_LIFETIME_S,
                )
            )
        return code

    def find(self, terminal_id: str) -> Terminal | None:
        """The terminal with this id."""
        with self._engine.connect() as connection:
            return _one(connection, terminals.c.terminal_id == terminal_id)

    def enrol(self, code: str, public_key: bytes) -> Terminal:
        """The terminal that ``code`` is for, from now on with this key.

        The same code with the same key again is the same enrolment: the first answer may have been lost on its way. A
        new code for the name and branch of a terminal gives that terminal a new key (its card was replaced).
        Raises `PeerError` with ``bad_code``.
        """
        digest = code_digest(code)
        fresh = (enrolment_codes.c.digest == digest) & enrolment_codes.c.used_by_key.is_(None)
        with self._engine.begin() as connection:
            claimed = connection.execute(
                update(enrolment_codes)
                .where(fresh, enrolment_codes.c.expires_at > self._clock())
                .values(used_by_key=public_key)
            ).rowcount
            mine = (enrolment_codes.c.digest == digest) & (enrolment_codes.c.used_by_key == public_key)
            row = connection.execute(select(enrolment_codes).where(mine)).one_or_none()
            if row is None:
                raise PeerError(
                    ErrorCode.BAD_CODE, "The enrolment code is wrong, used or too old.", "Ask for a new one."
                )
            return (
                self._enter(connection, row.name, row.branch, public_key)
                if claimed
                else self._again(connection, public_key)
            )

    def _enter(self, connection: Connection, name: str, branch: str, public_key: bytes) -> Terminal:
        named = (terminals.c.name == name) & (terminals.c.branch == branch)
        before = _one(connection, named)
        owner = _one(connection, terminals.c.public_key == public_key)
        if before and owner and before.terminal_id != owner.terminal_id:
            raise PeerError(ErrorCode.BAD_CODE, "This key is another terminal's.", "Make a new key on the device.")
        known = before or owner
        values = {"name": name, "branch": branch, "public_key": public_key, "enrolled_at": self._clock()}
        if known:
            same = terminals.c.terminal_id == known.terminal_id
            connection.execute(update(terminals).where(same).values(values))
        else:
            connection.execute(insert(terminals).values(terminal_id=new_id(), **values))
        return self._again(connection, public_key)

    def _again(self, connection: Connection, public_key: bytes) -> Terminal:
        found = _one(connection, terminals.c.public_key == public_key)
        if found is None:
            raise PeerError(ErrorCode.BAD_CODE, "The terminal has another key by now.", "Ask for a new code.")
        return found


def _one(connection: Connection, condition: object) -> Terminal | None:
    columns = (terminals.c.terminal_id, terminals.c.name, terminals.c.branch, terminals.c.public_key)
    row = connection.execute(select(*columns).where(condition)).one_or_none()  # type: ignore[arg-type]  # a column's `==` is typed as bool in places
    return Terminal(*row) if row else None
