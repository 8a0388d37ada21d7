"""The STUN and TURN servers that each party is told, and that new passwords come before the old ones run out."""

import base64
from pathlib import Path

import pytest

from kiosk.config.distributor import IceSection
from kiosk.distributor.ice_servers import IceServers, configured, password
from kiosk.errors import StartError
from kiosk.protocol import messages
from tests.distributor.conftest import Opens

SECRET = b"0123456789abcdef0123456789abcdef"
TURN = ("turn:turn.example:3478?transport=udp", "turns:turn.example:5349")


def section(folder: Path, **more: object) -> IceSection:
    secret = folder / "turn-secret"
    secret.write_bytes(SECRET + b"\n")
    given = {"stun_urls": ("stun:stun.example:3478",), "turn_urls": TURN, "turn_secret_file": secret, **more}
    return IceSection.model_construct(None, **{"lifetime_s": 43_200, **given})  # type: ignore[arg-type]  # also a lifetime of seconds


def test_the_password_is_the_base64_of_an_hmac_sha1() -> None:
    """RFC 2202, section 3, test case 1."""
    expected = bytes.fromhex("b617318655057264e28bc0b6fb378c8ef146be00")
    assert base64.b64decode(password(b"\x0b" * 20, "Hi There")) == expected


def test_each_party_has_its_own_which_runs_out(tmp_path: Path) -> None:
    servers = configured(section(tmp_path, lifetime_s=600), lambda: 1_000_000.9)
    stun, turn = servers.of("t-1")
    assert stun == messages.IceServer(urls=("stun:stun.example:3478",))
    assert turn.urls == TURN
    assert turn.username == "1000600:t-1"
    assert turn.credential == password(SECRET, "1000600:t-1"), "the line's end isn't part of the secret"
    assert servers.of("t-2")[1].credential != turn.credential
    assert servers.renew_after_s == 300


def test_without_servers_nothing_is_told_and_nothing_runs_out() -> None:
    servers = configured(IceSection(), lambda: 0)
    assert servers.of("t-1") == ()
    assert servers.renew_after_s is None
    assert configured(IceSection(stun_urls=("stun:a",)), lambda: 0).renew_after_s is None


def test_the_secret_is_never_shown(tmp_path: Path) -> None:
    shown = repr(configured(section(tmp_path), lambda: 0))
    assert "turn.example" in shown
    assert SECRET.decode() not in shown


@pytest.mark.parametrize(("text", "said"), [(None, "can't be read"), ("short", "too few"), ("", "0 characters")])
def test_a_secret_that_cannot_be_used_is_said_at_the_start(tmp_path: Path, text: str | None, said: str) -> None:
    config = section(tmp_path)
    file = tmp_path / "turn-secret"
    file.unlink()
    if text is not None:
        file.write_text(text)
    with pytest.raises(StartError, match=said) as raised:
        configured(config, lambda: 0)
    assert raised.value.advice


async def test_the_welcome_brings_them_and_new_ones_follow_without_a_new_connection(
    opens: Opens, tmp_path: Path
) -> None:
    """Both kinds of party, joined or about to be."""
    house = await opens(ice=section(tmp_path, lifetime_s=2))
    terminal, agent = await house.terminal(), await house.agent()
    assert (terminal.welcome.ice_servers[1].username or "").endswith(f":{terminal.terminal_id}")
    for party in (terminal, agent):
        first = await party.expect(messages.IceServers)
        second = await party.expect(messages.IceServers)
        before, after = (message.ice_servers[1].username or "" for message in (first, second))
        assert int(before.partition(":")[0]) < int(after.partition(":")[0])
        assert before.partition(":")[2] == after.partition(":")[2]
        assert first.ice_servers[1].credential != second.ice_servers[1].credential


def test_a_party_id_with_a_colon_keeps_its_expiry_readable() -> None:
    """That server reads the number before the first colon."""
    servers = IceServers((), TURN, SECRET, 60, lambda: 40)
    assert (servers.of("a:b")[0].username or "").split(":")[0] == "100"
