"""STUN and TURN servers for each party, with TURN passwords that only it has and that run out.

The form is coturn's ``use-auth-secret`` (draft-uberti-behave-turn-rest-00): the username is the time at which it runs out and the
party's id, the password its HMAC-SHA1 under the secret that distributor and TURN server share. HMAC-SHA1 is what coturn takes.
"""

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kiosk.config.distributor import IceSection
from kiosk.errors import StartError
from kiosk.protocol.messages import IceServer

LEAST_SECRET = 16
"""Characters; whoever has one password could try out a shorter secret."""


@dataclass(frozen=True)
class IceServers:
    """What every party gets; ``wall`` is Unix time in seconds, by which the TURN server's clock goes too."""

    stun_urls: tuple[str, ...]
    turn_urls: tuple[str, ...]
    secret: bytes
    lifetime_s: float
    wall: Callable[[], float]

    def __repr__(self) -> str:
        """Without the secret: this may land in a log."""
        return f"IceServers({self.stun_urls}, {self.turn_urls})"

    @property
    def renew_after_s(self) -> float | None:
        """When a party that is still connected gets new ones; never where nothing runs out."""
        return self.lifetime_s / 2 if self.turn_urls else None

    def of(self, party_id: str) -> tuple[IceServer, ...]:
        """That party's servers, good for ``lifetime_s`` from now."""
        servers = [IceServer(urls=self.stun_urls)] if self.stun_urls else []
        if self.turn_urls:
            username = f"{int(self.wall() + self.lifetime_s)}:{party_id}"
            servers.append(
                IceServer(urls=self.turn_urls, username=username, credential=password(self.secret, username))
            )
        return tuple(servers)


def password(secret: bytes, username: str) -> str:
    """The password that coturn expects of ``username``."""
    return base64.b64encode(hmac.digest(secret, username.encode(), "sha1")).decode()


def configured(section: IceSection, wall: Callable[[], float]) -> IceServers:
    """As the configuration says. Raises `StartError` where the secret can't be read, or is too short."""
    secret = b"" if section.turn_secret_file is None else _secret(section.turn_secret_file)
    return IceServers(section.stun_urls, section.turn_urls, secret, section.lifetime_s, wall)


def _secret(path: Path) -> bytes:
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise StartError(
            f"The TURN secret {path} can't be read: {error.strerror}.", "Set ice.turn_secret_file to a readable file."
        ) from None
    if len(secret) < LEAST_SECRET:
        raise StartError(
            f"The TURN secret in {path} has {len(secret)} characters, too few to be safe.",
            f"Put at least {LEAST_SECRET} there, and the same in coturn's static-auth-secret: openssl rand -hex 32.",
        )
    return secret
