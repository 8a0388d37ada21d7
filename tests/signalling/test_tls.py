"""Whom a terminal trusts, over real TLS connections."""

import ssl
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import trustme

from kiosk.config import DistributorLinkSection, TerminalConfig, TerminalSection
from kiosk.errors import ConfigError
from kiosk.signalling.events import Down, Up
from kiosk.signalling.link import DistributorLink

Wires = Callable[..., Awaitable[Any]]
Terminals = Callable[..., Any]
Logged = list[MutableMapping[str, Any]]


async def well(line: Any) -> None:
    await line.greet()
    await line.answer_pings()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def served(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


def what(logged: Logged) -> str:
    return str(next(line["what"] for line in logged if line["event"] == "link.down"))


async def test_an_authority_named_in_the_configuration_is_trusted(
    wires: Wires, terminals: Terminals, authority: trustme.CA, ca_file: Path
) -> None:
    wire = await wires(well, tls=served(authority, "127.0.0.1"))
    await terminals(wire.url, ca_file=ca_file).told.until(Up)


async def test_an_unknown_authority_is_not_trusted(
    wires: Wires, terminals: Terminals, authority: trustme.CA, logged: Logged
) -> None:
    wire = await wires(well, tls=served(authority, "127.0.0.1"))
    await terminals(wire.url).told.until(Down("untrusted"))
    assert "isn't trusted" in what(logged)
    assert wire.lines == []


async def test_a_certificate_for_another_name_is_not_trusted(
    wires: Wires, terminals: Terminals, authority: trustme.CA, ca_file: Path, logged: Logged
) -> None:
    wire = await wires(well, tls=served(authority, "somebody-else.example"))
    await terminals(wire.url, ca_file=ca_file).told.until(Down("untrusted"))
    assert "127.0.0.1" in what(logged)


async def test_plain_http_at_a_wss_address_is_not_trusted(wires: Wires, terminals: Terminals, logged: Logged) -> None:
    wire = await wires(well)
    await terminals(wire.url.replace("ws://", "wss://")).told.until(Down("untrusted"))
    assert "doesn't speak TLS" in what(logged)


def link_to(url: str, tmp_path: Path, ca_file: Path | None = None) -> DistributorLink:
    config = TerminalConfig.model_construct(
        terminal=TerminalSection(state_dir=tmp_path),
        distributor=DistributorLinkSection.model_construct(url=url, ca_file=ca_file),
    )
    return DistributorLink(config, lambda _: None)


def test_plain_websockets_to_another_machine_are_refused(tmp_path: Path) -> None:
    """Also where the configuration was not read from a file that was checked."""
    with pytest.raises(ConfigError, match="use wss://"):
        link_to("ws://distributor.example/ws", tmp_path)


@pytest.mark.parametrize(("content", "word"), [(None, "can't be read"), (b"not a certificate", "no certificate")])
def test_a_ca_file_that_holds_none_is_said_at_start(tmp_path: Path, content: bytes | None, word: str) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=word):
        link_to("wss://distributor.example/ws", tmp_path, path)
