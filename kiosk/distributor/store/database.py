"""The SQLite file: opened, checked, brought to this program's schema, or refused with one clear line."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, text, update
from sqlalchemy.exc import DatabaseError, OperationalError

from kiosk.distributor.store import tables
from kiosk.distributor.store.faults import raise_store_errors
from kiosk.errors import StartError

FILE_NAME = "distributor.sqlite3"
BUSY_TIMEOUT_MS = 5000
"""How long a writer waits for another one: the command line and a running distributor share the file."""


def open_database(state_dir: Path) -> Engine:
    """The engine of the file in ``state_dir``, which is made if it isn't there.

    Raises `StartError` where the folder or the file can't be used.
    """
    file = state_dir / FILE_NAME
    try:
        state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
    except OSError as error:
        raise StartError(
            f"The distributor can't write to {state_dir}: {error.strerror or error}.",
            "Give its user a folder it may write to, with the key state_dir.",
        ) from None
    engine = create_engine(f"sqlite+pysqlite:///{file}", connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    try:
        with _alone(state_dir):
            _check(engine)
    except OperationalError as error:
        engine.dispose()
        raise StartError(
            f"The database {file} can't be opened: {error.orig}.", "Is it in use or on a full disk?"
        ) from None
    except DatabaseError as error:
        engine.dispose()
        raise _corrupt(file, str(error.orig)) from None
    except StartError:
        engine.dispose()
        raise
    raise_store_errors(engine)
    return engine


def close_database(engine: Engine, state_dir: Path) -> None:
    """Let go of the file in ``state_dir``; safe to call twice, and where the folder is gone."""
    try:
        with _alone(state_dir):
            engine.dispose()
    except FileNotFoundError:
        engine.dispose()


def next_epoch(engine: Engine) -> int:
    """One more than at the last start of a distributor on this database."""
    with engine.begin() as connection:
        connection.execute(
            update(tables.meta).where(tables.meta.c.key == "epoch").values(value=tables.meta.c.value + 1)
        )
        return int(connection.execute(select(tables.meta.c.value).where(tables.meta.c.key == "epoch")).scalar_one())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While others wait. SQLite doesn't wait by itself where a file is given its write-ahead log, or loses it with its last user.

    See https://www.sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY In WAL Mode".
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _begin(connection: Connection) -> None:
    # The lock is taken at once: two programs that open a new file don't both fill it, and no write fails half-way.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _pragmas(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None  # no implicit BEGIN by the driver
    for line in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {line}")


def _check(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE IF NOT EXISTS meta (key VARCHAR(40) PRIMARY KEY, value INTEGER NOT NULL)")
        )
        found = connection.execute(select(tables.meta.c.value).where(tables.meta.c.key == "schema_version")).scalar()
        if found is None:
            tables.metadata.create_all(connection)
            rows = [{"key": "schema_version", "value": tables.SCHEMA_VERSION}, {"key": "epoch", "value": 0}]
            connection.execute(insert(tables.meta), rows)
        elif found != tables.SCHEMA_VERSION:
            raise StartError(
                f"The database has schema {found}, this program knows {tables.SCHEMA_VERSION}.",
                "Use the program version that wrote it, or a newer one.",
            )
        answer = str(connection.execute(text("PRAGMA quick_check(1)")).scalar_one())
    if answer != "ok":
        raise _corrupt(Path(str(engine.url.database)), answer)


def _corrupt(file: Path, what: str) -> StartError:
    return StartError(
        f"The database {file} is damaged ({what.splitlines()[0].rstrip('.')}).",
        "Put a backup in its place, or move it away to begin afresh (terminals then enrol again).",
    )
