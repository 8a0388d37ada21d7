"""Agents' passwords as Argon2id hashes (RFC 9106)."""

from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kiosk.distributor.store.codes import new_token


class Passwords:
    """Makes and checks hashes; each takes 19 MiB and some tens of milliseconds of a core.

    The figures are those of OWASP's password storage cheat sheet (19 MiB, 2 passes, 1 lane): parallel lanes would only
    take the event loop's cores from it.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(new_token())

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        return self._hasher.hash(password)

    def matches(self, hashed: str | None, password: str) -> bool:
        """Whether this is the password. Without a hash it takes the same time: that tells nobody which names exist."""
        try:
            return self._hasher.verify(hashed or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
