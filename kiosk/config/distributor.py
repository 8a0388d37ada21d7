"""A distributor's configuration."""

from collections.abc import Iterator
from socket import gethostname
from typing import Annotated
from urllib.parse import urlsplit

from platformdirs import user_state_path
from pydantic import Field

from kiosk.config.form import ConfigPath, Conflict, EachOf, Form, Section, matching
from kiosk.config.terminal import LogLevel
from kiosk.errors import ConfigError
from kiosk.signalling.address import is_loopback

EVERY_NETWORK = ("0.0.0.0", "::")  # noqa: S104 - to recognise them


def _check_web(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError(url)


HOST_AND_PORT = r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"
STUN = matching("stun:HOST or stun:HOST:PORT", f"stun:{HOST_AND_PORT}")
TURN = matching("turn:HOST:PORT or turns:HOST:PORT", rf"turns?:{HOST_AND_PORT}(\?transport=(udp|tcp))?")


class IceSection(Section):
    """STUN and TURN servers for terminals and agents who don't reach each other directly. The servers are yours, coturn for example."""

    stun_urls: Annotated[
        tuple[str, ...], EachOf("a list of up to 8 addresses such as stun:turn.example.com:3478", STUN.check)
    ] = ()
    """Servers that tell a client how it is seen from outside; a TURN server does that too."""
    turn_urls: Annotated[
        tuple[str, ...],
        EachOf("a list of up to 8 addresses such as turn:turn.example.com:3478?transport=udp", TURN.check),
    ] = ()
    """Servers that relay media where there is no direct way; `turns:` goes over TLS, for networks that let nothing else out."""
    turn_secret_file: ConfigPath | None = None
    """A file with the secret that coturn has as `static-auth-secret`; clients get passwords made from it, never the secret."""
    lifetime_s: Annotated[int, Field(ge=600, le=604_800)] = 43_200
    """Seconds that such a password is good for; connected clients get a new one after half of it. A call must not last longer."""

    def conflicts(self) -> Iterator[Conflict]:
        """TURN needs its secret."""
        both = ("turn_urls", "turn_secret_file")
        if self.turn_urls and self.turn_secret_file is None:
            yield Conflict("turn_secret_file", "is missing; expected the secret's file beside turn_urls", both)
        if self.turn_secret_file is not None and not self.turn_urls:
            yield Conflict("turn_urls", "is missing; expected the servers beside turn_secret_file", both)


class DistributorConfig(Section):
    """A distributor's `distributor.toml`, for `kiosk distributor --config FILE`. Every key may be left out."""

    host: Annotated[str, Field(min_length=1, max_length=255)] = "127.0.0.1"
    """The address to listen on: `0.0.0.0` or `::` for every network of the machine, which needs TLS."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8760
    """The TCP port; 0 takes any free one, the log says which."""
    tls_certificate: ConfigPath | None = None
    """A PEM file with the certificate and those between it and its authority."""
    tls_key: ConfigPath | None = None
    """A PEM file with the certificate's key."""
    state_dir: ConfigPath = user_state_path("kiosk") / "distributor"
    """The directory for accounts, terminals and call records; made, for its owner only, where it doesn't exist."""
    public_url: (
        Annotated[str, Form("https://HOST/ (or http://HOST/) with no name or password in it", _check_web)] | None
    ) = None
    """The address that agents open, where it isn't made of `host` and `port`: behind a proxy, or on every network."""
    wrap_up_s: Annotated[float, Field(ge=0, le=3600)] = 10
    """Seconds an agent has after a call before the next one."""
    log_level: LogLevel = "info"
    """The least weighty lines that are logged."""
    ice: IceSection = IceSection()

    def console_url(self) -> str:
        """The address of the agents' console. Raises `ConfigError` where the configuration doesn't tell it."""
        if self.public_url:
            return self.public_url.rstrip("/") + "/"
        if self.port == 0:
            raise ConfigError("The port is any free one, so that nobody knows the address.", "Set port or public_url.")
        host = gethostname() if self.host in EVERY_NETWORK else self.host
        at = f"[{host}]" if ":" in host else host
        return f"{'https' if self.tls_certificate else 'http'}://{at}:{self.port}/"

    def conflicts(self) -> Iterator[Conflict]:
        """TLS needs both files, and other machines need TLS."""
        certificate, key = self.tls_certificate, self.tls_key
        both = ("tls_certificate", "tls_key")
        if certificate and not key:
            yield Conflict("tls_key", "is missing; expected the key's file beside tls_certificate", both)
        if key and not certificate:
            yield Conflict("tls_certificate", "is missing; expected the certificate's file beside tls_key", both)
        if not certificate and not key and not is_loopback(self.host):
            wrong = (
                f'found "{self.host}"; expected 127.0.0.1, ::1 or localhost, or tls_certificate and tls_key beside it'
            )
            yield Conflict("host", wrong, both)
