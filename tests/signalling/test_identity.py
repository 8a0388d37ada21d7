"""The key and the id of a terminal on its disk."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.errors import StartError
from kiosk.signalling import private_file
from kiosk.signalling.identity import Identity


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = Identity(tmp_path / "state")
    again = Identity(tmp_path / "state")
    assert first.public_key == again.public_key
    assert len(first.public_key) == 64


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state"
    Identity(state).enrolled("t-1", "code")
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()}
    assert modes == {"identity.pem": 0o600, "enrolment.json": 0o600}


def test_signatures_verify_with_the_public_key(tmp_path: Path) -> None:
    identity = Identity(tmp_path)
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(identity.public_key))
    public.verify(bytes.fromhex(identity.sign(b"text")), b"text")


def test_enrolment_is_remembered_and_its_code_counts_as_used(tmp_path: Path) -> None:
    identity = Identity(tmp_path)
    assert identity.terminal_id is None
    assert identity.is_new("code")
    identity.enrolled("t-1", "code")
    again = Identity(tmp_path)
    assert again.terminal_id == "t-1"
    assert not again.is_new("code")
    assert again.is_new("another code")
    assert not again.is_new(None)
    assert b"code" not in (tmp_path / "enrolment.json").read_bytes().replace(b"code_sha256", b"")


@pytest.mark.parametrize("content", [b"", b"garbage", b"\0" * 119, b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_damaged_key_is_set_aside_and_the_terminal_enrols_anew(tmp_path: Path, content: bytes) -> None:
    """A power cut can leave a file of zeros; the id belongs to the old key and goes with it."""
    old = Identity(tmp_path)
    old.enrolled("t-1", "code")
    (tmp_path / "identity.pem").write_bytes(content)
    new = Identity(tmp_path)
    assert new.public_key != old.public_key
    assert new.terminal_id is None
    assert (tmp_path / "identity.pem.damaged").read_bytes() == content
    assert Identity(tmp_path).public_key == new.public_key


def test_a_key_of_another_kind_is_set_aside(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "identity.pem").write_bytes(pem)
    assert len(Identity(tmp_path).public_key) == 64
    assert (tmp_path / "identity.pem.damaged").read_bytes() == pem


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"version": 1, "terminal_id": "../x", "public_key": "00", "code_sha256": ""}']
)
def test_a_damaged_enrolment_is_set_aside_and_the_key_stays(tmp_path: Path, content: bytes) -> None:
    before = Identity(tmp_path)
    before.enrolled("t-1", "code")
    (tmp_path / "enrolment.json").write_bytes(content)
    after = Identity(tmp_path)
    assert after.public_key == before.public_key
    assert after.terminal_id is None
    assert (tmp_path / "enrolment.json.damaged").read_bytes() == content


def test_the_key_made_after_a_damage_has_no_old_id_at_the_next_start_either(tmp_path: Path) -> None:
    old = Identity(tmp_path)
    old.enrolled("t-1", "code")
    (tmp_path / "identity.pem").write_bytes(b"")
    Identity(tmp_path)
    assert Identity(tmp_path).terminal_id is None


def test_a_state_directory_that_is_a_file_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(StartError, match="state_dir"):
        Identity(tmp_path / "state")


def test_a_key_that_is_a_directory_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "identity.pem").mkdir()
    with pytest.raises(StartError, match="can't be read"):
        Identity(tmp_path)


def test_an_id_that_cannot_be_stored_is_still_used(tmp_path: Path) -> None:
    """A full disk at the moment of enrolment must not cost the terminal its working link."""
    identity = Identity(tmp_path)
    (tmp_path / "enrolment.json").mkdir()
    identity.enrolled("t-1", "code")
    assert identity.terminal_id == "t-1"


def test_left_over_new_file_of_a_power_cut_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "thing"
    (tmp_path / ".thing.new").write_bytes(b"half of a lon")
    private_file.write(path, b"whole")
    assert path.read_bytes() == b"whole"
    assert [entry.name for entry in tmp_path.iterdir()] == ["thing"]
