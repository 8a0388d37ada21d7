"""Small private files that survive a power cut: written whole or not at all, readable by their owner only."""

import os
from pathlib import Path

from kiosk.errors import StartError

ADVICE = "Make it a directory that the kiosk's user may write, or set another state_dir."


def write(path: Path, content: bytes) -> None:
    """Put ``content`` into ``path`` with mode 0600; directories are made with 0700. Raises `StartError`."""
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        _write_through(new, content)
        new.replace(path)
        _sync_directory(path.parent)
    except OSError as error:
        raise StartError(f"{path} can't be written: {error.strerror}.", ADVICE) from error


def read(path: Path) -> bytes | None:
    """What is in ``path``, none where there is no such file. Raises `StartError` where it can't be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StartError(f"{path} can't be read: {error.strerror}.", ADVICE) from error


def set_aside(path: Path) -> Path:
    """Rename a damaged file so that it can be looked at later; an older one of the same name goes. Raises `StartError`."""
    aside = path.with_name(f"{path.name}.damaged")
    try:
        path.replace(aside)
    except OSError as error:
        raise StartError(f"{path} can't be set aside: {error.strerror}.", ADVICE) from error
    return aside


def _write_through(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
