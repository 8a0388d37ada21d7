"""Looking after accounts, terminals and links from the command line."""

import json
import os
import pty
import re
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest

from tests.cli.command import KIOSK, Run, Running, Write


def test_accounts_are_looked_after_from_the_command_line(run: Run, written: Write) -> None:
    config = written("port = 8123\n")
    added = run("distributor", "add-agent", "Ada", "--role", "Loans", "--config", config, stdin="correct horse\n")
    assert (added.returncode, added.stderr) == (0, "")
    assert added.stdout == "Ada can sign in at http://127.0.0.1:8123/\n"
    link = run("distributor", "--config", config, "agent-link", "ada")
    assert link.returncode == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8123/#code=[\w-]{16,}\n", link.stdout)
    code = run("distributor", "enrolment-code", "Front desk", "--branch", "Centre", "--config", config)
    assert code.returncode == 0
    assert re.fullmatch(r"[\w-]{8,}\n", code.stdout)


def test_the_printed_link_signs_the_agent_in(run: Run, start: Callable[..., Running], written: Write) -> None:
    """Against the running distributor, over HTTP: the code works once."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    config = written(f"port = {port}\n")
    distributor = start("distributor", "--config", config)
    distributor.until("distributor.listening")
    assert run("distributor", "add-agent", "Ada", "--no-password", "--config", config).returncode == 0
    address, _, code = run("distributor", "agent-link", "Ada", "--config", config).stdout.strip().partition("#code=")

    def sign_in() -> int:
        request = urllib.request.Request(  # noqa: S310 - the address is our own distributor's
            f"{address}api/sign-in",
            data=json.dumps({"code": code}).encode(),
            headers={"Content-Type": "application/json", "Origin": address.rstrip("/")},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    assert (sign_in(), sign_in()) == (204, 401)
    distributor.end(signal.SIGTERM)


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (["add-agent", "Ada"], "short\n", "password"),
        (["add-agent", "Ada"], "", "password"),
        (["add-agent", ""], "correct horse\n", "name"),
        (["agent-link", "Nobody"], "", "no agent"),
        (["enrolment-code", "Desk", "--branch", ""], "", "branch"),
    ],
)
def test_accounts_that_cannot_be_are_one_line(run: Run, arguments: list[str], stdin: str, words: str) -> None:
    done = run("distributor", *arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("kiosk: ")
    assert words in line
    assert "short" not in line


def test_a_name_that_is_taken_is_one_line(run: Run) -> None:
    assert run("distributor", "add-agent", "Ada", stdin="correct horse\n").returncode == 0
    again = run("distributor", "add-agent", "ADA", stdin="correct horse\n")
    assert (again.returncode, len(again.stderr.splitlines())) == (2, 1)


def at_a_prompt(environment: dict[str, str], answers: list[bytes]) -> tuple[int, bytes]:
    """``kiosk distributor add-agent Ada`` on a terminal of its own: each prompt gets the next answer."""
    pid, screen = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs, and their children, ignore it
        os.execve(KIOSK, [str(KIOSK), "distributor", "add-agent", "Ada"], environment)  # noqa: S606 - no shell is the point
    shown = b""
    while True:
        try:
            piece = os.read(screen, 1024)
        except OSError:  # what Linux says when the other end of a pty is closed
            break
        if not piece:
            break
        shown += piece
        if piece.endswith(b": ") and answers:
            os.write(screen, answers.pop(0))
    os.close(screen)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown


def test_a_password_is_asked_for_twice_and_not_shown(environment: dict[str, str]) -> None:
    status, shown = at_a_prompt(environment, [b"correct horse\n", b"correct horse\n"])
    assert status == 0
    assert b"horse" not in shown
    assert b"Ada can sign in" in shown


def test_two_different_passwords_are_a_mistake(environment: dict[str, str]) -> None:
    status, shown = at_a_prompt(environment, [b"correct horse\n", b"correct hors\n"])
    assert status == 2
    assert b"passwords differ" in shown


def test_ctrl_c_at_the_prompt_exits_with_130_and_no_traceback(environment: dict[str, str]) -> None:
    status, shown = at_a_prompt(environment, [b"\x03"])
    assert status == 130
    assert b"Traceback" not in shown
