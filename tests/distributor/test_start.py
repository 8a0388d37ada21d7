"""Where the distributor starts, and where it says in one line why it can't."""

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kiosk.config import DistributorConfig
from kiosk.distributor.server import start
from kiosk.distributor.store import Store
from kiosk.errors import StartError
from kiosk.protocol.messages import Ping
from tests.distributor.client import TerminalClient
from tests.distributor.conftest import Opens


def self_made(folder: Path, passphrase: bytes | None = None) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kiosk test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    return certificate_file, key_file


async def refusal(state_dir: Path, **settings: object) -> str:
    """The line that says why a distributor can't start so; the settings aren't checked as those of a file are."""
    with pytest.raises(StartError) as caught:
        await start(DistributorConfig(port=0, state_dir=state_dir).model_copy(update=settings))
    text = str(caught.value)
    assert caught.value.advice
    assert "\n" not in text
    return text


async def test_tls_serves_sockets_and_secure_cookies(opens: Opens, tmp_path: Path) -> None:
    """With a certificate it listens on any address; a client that trusts it connects, one that doesn't can't."""
    certificate, key = self_made(tmp_path)
    house = await opens(tls_certificate=certificate, tls_key=key, host="0.0.0.0")  # noqa: S104 - that is what TLS is for
    at = f"127.0.0.1:{house.running.port}"
    trusting = ssl.create_default_context(cafile=certificate)
    code = await asyncio.to_thread(house.running.store.new_enrolment_code, "Lobby", "Main Street")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting)) as session:
        async with TerminalClient(session, f"wss://{at}/ws") as terminal:
            await terminal.enrolled(code)
            await terminal.expect_nothing_before(Ping())
        await asyncio.to_thread(house.running.store.add_agent, "Eva", "Adviser", "long enough")
        eva = {"name": "Eva", "password": "long enough"}
        async with session.post(f"https://{at}/api/sign-in", json=eva) as answer:
            assert answer.cookies["kiosk_session"]["secure"]
            assert answer.headers["Strict-Transport-Security"]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(f"https://{at}/healthz")
    assert house.running.url.startswith("https://")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])  # noqa: S104 - it is refused
async def test_without_tls_only_loopback(tmp_path: Path, host: str) -> None:
    """Anything else is refused before anything is opened."""
    text = await refusal(tmp_path / "state", host=host)
    assert "tls_certificate" in text
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "::1"])
async def test_every_form_of_loopback_is_loopback(opens: Opens, host: str) -> None:
    """And `url` leads there."""
    if host == "::1" and not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    house = await opens(host=host)
    async with house.browser().get("/healthz") as answer:
        assert answer.status == 200


async def test_a_port_in_use(tmp_path: Path) -> None:
    """Another program has it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port}" in await refusal(tmp_path, port=port)


async def test_an_address_that_isnt_ours(tmp_path: Path) -> None:
    """It says which one."""
    certificate, key = self_made(tmp_path)
    text = await refusal(tmp_path, host="192.0.2.1", tls_certificate=certificate, tls_key=key)
    assert "192.0.2.1" in text


async def test_certificates_that_cant_be_used(tmp_path: Path) -> None:
    """Missing, not a certificate, another's key, a key with a passphrase, half a pair."""
    certificate, key = self_made(tmp_path)
    (tmp_path / "other").mkdir()
    _, other_key = self_made(tmp_path / "other")
    (tmp_path / "locked").mkdir()
    locked = self_made(tmp_path / "locked", b"secret")
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("rubbish")
    for pair in (
        (tmp_path / "none.pem", key),
        (rubbish, key),
        (certificate, rubbish),
        (certificate, other_key),
        locked,
    ):
        assert str(pair[0]) in await refusal(tmp_path, tls_certificate=pair[0], tls_key=pair[1])
    assert "tls_key" in await refusal(tmp_path, tls_certificate=certificate)
    assert "tls_certificate" in await refusal(tmp_path, tls_key=key)


async def test_a_damaged_database_and_a_folder_that_isnt_one(tmp_path: Path) -> None:
    """One clear line each, and the file is left as it is."""
    file = tmp_path / "distributor.sqlite3"
    file.write_bytes(b"not a database at all " * 500)
    assert "damaged" in await refusal(tmp_path)
    assert file.read_bytes().startswith(b"not a database")
    assert "can't write" in await refusal(file / "below")


async def test_nothing_stays_open_after_a_start_that_failed(tmp_path: Path) -> None:
    """The same folder and another port work at once."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        await refusal(tmp_path, port=taken.getsockname()[1])
    running = await start(DistributorConfig(port=0, state_dir=tmp_path))
    await running.stop()
    await running.stop()
    with Store(tmp_path) as store:
        assert store.next_epoch() == 3
