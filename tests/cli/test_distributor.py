"""``kiosk distributor``: what keeps it from starting, and how it ends."""

import signal
import socket
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import Run, Running, Write, faults


def test_a_port_in_use_is_one_line(run: Run, written: Write) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("distributor", "--config", written(f"port = {port}\n"))
    assert done.returncode == 1
    (line,) = faults(done.stderr)
    assert line.startswith("kiosk: ")
    assert str(port) in line
    assert "another port" in line


def test_a_state_directory_that_cannot_be_made_is_one_line(run: Run, written: Write, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("distributor", "--config", written('state_dir = "file/state"\n'))
    assert done.returncode == 1
    (line,) = faults(done.stderr)
    assert "file/state" in line


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_distributor_serves_until_it_is_told_to_end(
    start: Callable[..., Running], written: Write, number: int, status: int
) -> None:
    distributor = start("distributor", "--config", written("port = 0\n"))
    url = distributor.until("distributor.listening")["url"]
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own distributor
        assert answer.status == 200
        assert b"<html" in answer.read()
    assert distributor.end(number) == status
    assert faults("".join(distributor.lines)) == []
