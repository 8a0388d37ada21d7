"""What is kept on disk: expiry, single use, damage. The clock is an argument; the file is real."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kiosk.distributor.store import Store, StoreError
from kiosk.distributor.store.terminals import Terminal
from kiosk.errors import ConfigError, PeerError, StartError

DAY_S = 24 * 3600
KEY, OTHER_KEY = b"k" * 32, b"o" * 32


class Clock:
    """A wall clock that a test turns."""

    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Stands still."""
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """An empty store."""
    with Store(tmp_path / "a" / "state", clock) as opened:
        yield opened


def test_an_enrolment_code_is_good_for_seven_days(store: Store, clock: Clock) -> None:
    """Up to the last second, not after it; making other codes doesn't matter."""
    in_time, too_late = store.new_enrolment_code("One", "Main"), store.new_enrolment_code("Two", "Main")
    clock.now += 7 * DAY_S - 1
    assert store.terminals.enrol(in_time, KEY).name == "One"
    clock.now += 2
    store.new_enrolment_code("Three", "Main")
    with pytest.raises(PeerError):
        store.terminals.enrol(too_late, OTHER_KEY)


def test_a_code_is_claimed_once_however_many_try_at_the_same_time(tmp_path: Path, store: Store) -> None:
    """From several threads of two programs on one file."""
    other = Store(tmp_path / "a" / "state")
    code = store.new_enrolment_code("Lobby", "Main")
    barrier = threading.Barrier(8)

    def attempt(number: int) -> Terminal | None:
        barrier.wait()
        try:
            return (store, other)[number % 2].terminals.enrol(code, bytes([number]) * 32)
        except PeerError:
            return None

    with ThreadPoolExecutor(8) as threads:
        enrolled = [terminal for terminal in threads.map(attempt, range(8)) if terminal]
    other.close()
    assert len(enrolled) == 1
    assert store.terminals.find(enrolled[0].terminal_id) == enrolled[0]


def test_a_key_that_moves(store: Store) -> None:
    """A terminal enrols for another place with its key: it is renamed. Another terminal's key is refused there."""
    lobby = store.terminals.enrol(store.new_enrolment_code("Lobby", "Main"), KEY)
    moved = store.terminals.enrol(store.new_enrolment_code("Desk", "West"), KEY)
    assert (moved.terminal_id, moved.name, moved.branch) == (lobby.terminal_id, "Desk", "West")
    store.terminals.enrol(store.new_enrolment_code("Lobby", "Main"), OTHER_KEY)
    refused = store.new_enrolment_code("Lobby", "Main")
    with pytest.raises(PeerError, match="another terminal's"):
        store.terminals.enrol(refused, KEY)
    assert store.terminals.enrol(refused, b"n" * 32).name == "Lobby", "a refused enrolment doesn't use up its code"


def test_an_old_code_doesnt_bring_an_old_key_back(store: Store) -> None:
    """The terminal got another key since: repeating the first enrolment is worth nothing."""
    code = store.new_enrolment_code("Lobby", "Main")
    store.terminals.enrol(code, KEY)
    store.terminals.enrol(store.new_enrolment_code("Lobby", "Main"), OTHER_KEY)
    with pytest.raises(PeerError, match="another key"):
        store.terminals.enrol(code, KEY)


def test_codes_are_long_and_easy_to_type(store: Store) -> None:
    """At least 128 bits, in groups; case, blanks and dashes don't matter."""
    codes = {store.new_enrolment_code("Lobby", "Main") for _ in range(100)}
    assert len(codes) == 100
    code = codes.pop()
    assert len(code.replace("-", "")) * 5 >= 128
    assert store.terminals.enrol(f" {code.lower().replace('-', ' ')}\n", KEY).name == "Lobby"


def test_a_sign_in_link_is_good_for_a_day_and_once(store: Store, clock: Clock) -> None:
    """Then it is nobody's."""
    store.add_agent("Eva", "Adviser")
    used, late = store.agent_link("eva"), store.agent_link("EVA")
    found = store.agents.with_link(used)
    assert found is not None
    assert found.name == "Eva"
    assert store.agents.with_link(used) is None
    clock.now += DAY_S + 1
    assert store.agents.with_link(late) is None
    store.agent_link("Eva")
    with pytest.raises(ConfigError, match="no agent"):
        store.agent_link("Adam")


def test_a_session_is_good_for_twelve_hours(store: Store, clock: Clock) -> None:
    """And no longer, whether or not it was cleared away."""
    agent_id = store.add_agent("Eva", "Adviser")
    token = store.sessions.open(agent_id)
    clock.now += 12 * 3600 - 1
    assert store.sessions.agent(token) is not None
    clock.now += 2
    assert store.sessions.agent(token) is None
    store.sessions.open(agent_id)
    store.sessions.close(token)


def test_agents_that_cant_be_added(store: Store) -> None:
    """Names that are taken whatever their case, empty or too long; passwords that are too short."""
    store.add_agent("Eva Example", "Adviser", "long enough")
    for name, role, password in (
        ("eva  example", "Adviser", None),
        ("", "Adviser", None),
        ("  ", "Adviser", None),
        ("x" * 81, "Adviser", None),
        ("Adam", "", None),
        ("Adam", "Adviser", "short"),
        ("Adam", "Adviser", "x" * 1025),
    ):
        with pytest.raises(ConfigError):
            store.add_agent(name, role, password)
    assert not store.has_agent("Adam")
    assert store.has_agent("EVA EXAMPLE")
    for name, branch in (("", "Main"), ("Lobby", " "), ("x" * 81, "Main")):
        with pytest.raises(ConfigError):
            store.new_enrolment_code(name, branch)


def test_an_agent_without_a_password_has_no_password(store: Store) -> None:
    """Not even the empty one."""
    store.add_agent("Eva", "Adviser")
    assert store.agents.with_password("Eva", "") is None


def test_nothing_secret_is_in_the_file(tmp_path: Path, store: Store) -> None:
    """Neither codes nor tokens nor passwords can be read out of a stolen database."""
    agent_id = store.add_agent("Eva", "Adviser", "long enough")
    secrets = [store.agent_link("Eva"), store.new_enrolment_code("Lobby", "Main"), store.sessions.open(agent_id)]
    store.close()
    files = list((tmp_path / "a" / "state").iterdir())
    content = b"".join(file.read_bytes() for file in files)
    assert b"Eva" in content, "the file is the right one"
    for secret in [*secrets, "long enough", secrets[0].replace("-", ""), secrets[1].replace("-", "")]:
        assert secret.encode() not in content
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)


def test_epochs_grow_over_reopening(tmp_path: Path) -> None:
    """By one each time; merely opening the store doesn't count."""
    for expected in (1, 2, 3):
        with Store(tmp_path) as store:
            assert store.next_epoch() == expected
        Store(tmp_path).close()


def test_two_programs_may_open_a_new_folder_at_the_same_time(tmp_path: Path) -> None:
    """One of them makes the tables. Many folders: SQLite doesn't wait at every point of an opening, so that it went wrong in one of 60."""
    barrier = threading.Barrier(4)

    def opening(number: int) -> int:
        barrier.wait()
        with Store(tmp_path / str(number // 4)) as store:
            return store.next_epoch()

    with ThreadPoolExecutor(4) as threads:
        epochs = list(threads.map(opening, range(160)))
    assert all(sorted(epochs[at : at + 4]) == [1, 2, 3, 4] for at in range(0, 160, 4))


def test_a_folder_that_is_gone_is_let_go_of(tmp_path: Path) -> None:
    """The distributor still ends."""
    store = Store(tmp_path / "state")
    shutil.rmtree(tmp_path / "state")
    store.close()


def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    """It says which schema it found."""
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / "distributor.sqlite3") as database:
        database.execute("UPDATE meta SET value = 99 WHERE key = 'schema_version'")
    database.close()
    with pytest.raises(StartError, match="schema 99"):
        Store(tmp_path)


def test_damage_within_the_file_is_found_at_the_start(tmp_path: Path) -> None:
    """The header is whole, a page isn't."""
    with Store(tmp_path) as store:
        for number in range(50):
            store.add_agent(f"Agent {number}", "Adviser")
    file = tmp_path / "distributor.sqlite3"
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    content = bytearray(file.read_bytes())
    content[3 * 4096 : 3 * 4096 + 8192] = b"\xa5" * 8192
    file.write_bytes(content)
    with pytest.raises(StartError, match="damaged"):
        Store(tmp_path)
    assert file.read_bytes() == bytes(content)


def test_a_database_that_is_locked_for_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that another program may have it."""
    Store(tmp_path).close()
    monkeypatch.setattr("kiosk.distributor.store.database.BUSY_TIMEOUT_MS", 50)
    holder = sqlite3.connect(tmp_path / "distributor.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StartError, match="locked"):
        Store(tmp_path)
    holder.close()


def test_a_database_that_fails_while_it_is_open(tmp_path: Path) -> None:
    """One error of ours, whatever the library says."""
    with Store(tmp_path) as store:
        with sqlite3.connect(tmp_path / "distributor.sqlite3") as database:
            database.execute("DROP TABLE sessions")
        database.close()
        with pytest.raises(StoreError, match="database failed"):
            store.sessions.agent("token")
        store.add_agent("Eva", "Adviser")
        with pytest.raises(ConfigError):
            store.add_agent("Eva", "Adviser")
