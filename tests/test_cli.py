"""The console script as a person types it: a process of its own, its two streams and its exit status."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

KIOSK = Path(sys.executable).with_name("kiosk")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """No display, and every default directory inside the test's own."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    return {
        **kept,
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_RUNTIME_DIR": str(tmp_path / "runtime"),
    }


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """Run ``kiosk`` with these arguments to its end."""

    def _run(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [str(KIOSK), *(str(argument) for argument in arguments)]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, input=stdin, capture_output=True, text=True, timeout=60, check=False
        )

    return _run


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """A configuration file with this text."""

    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text)
        return path

    return write


class Running:
    """A ``kiosk`` that runs until the test ends, and what it logs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def until(self, event: str) -> dict[str, Any]:
        """The first line of the log from here on with this event."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if line.startswith("{") and (said := json.loads(line))["event"] == event:
                return dict(said)
        pytest.fail(f"it ended without {event}: {self.lines}")

    def end(self, number: int) -> int:
        """Send the signal; the exit status."""
        self.process.send_signal(number)
        _, rest = self.process.communicate(timeout=20)
        self.lines += rest.splitlines(keepends=True)
        return self.process.returncode


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start ``kiosk`` with these arguments; what still runs after the test is ended."""
    started: list[Running] = []

    def _start(*arguments: object) -> Running:
        command = [str(KIOSK), *(str(argument) for argument in arguments)]
        process = subprocess.Popen(
            command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(Running(process))
        return started[-1]

    yield _start
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.communicate()


def faults(stderr: str) -> list[str]:
    """The lines for a person, which all others, the log's, are not; a traceback would be among them."""
    return [line for line in stderr.splitlines() if not line.startswith("{")]


def test_help_answers_at_once(run: Run) -> None:
    """It imports none of Qt, PyAV, aiohttp, pydantic. Processor time, which a busy machine doesn't stretch."""
    before = os.times()
    done = run("--help")
    after = os.times()
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("run", "distributor", "demo", "schema", "check-config"))
    took_s = after.children_user + after.children_system - before.children_user - before.children_system
    assert took_s < 0.3


@pytest.mark.parametrize("command", ["run", "distributor", "demo", "schema", "check-config", "distributor add-agent"])
def test_each_command_has_help(run: Run, command: str) -> None:
    done = run(*command.split(), "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: kiosk {command}")


def test_version_is_the_package_s(run: Run) -> None:
    done = run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"kiosk \d+\.\d+\.\d+\n", done.stdout)


def test_it_is_a_module_too(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "kiosk", "--version"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("kiosk ")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["run", "--nonsense"],
        ["distributor", "add-agent"],
        ["distributor", "enrolment-code", "Desk"],
        ["demo", "--calls", "0"],
        ["demo", "--calls", "many"],
        ["demo", "--report", "calls.json"],
        ["demo", "--calls", "1", "--report", "nowhere/calls.json"],
        ["check-config"],
    ],
)
def test_a_mistyped_command_exits_with_2(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith("kiosk")
    assert "Traceback" not in done.stderr


def test_the_schema_is_json(run: Run) -> None:
    done = run("schema")
    assert json.loads(done.stdout)["subprotocol"] == "kiosk.v1"


def test_a_reader_that_has_enough_is_no_fault(environment: dict[str, str]) -> None:
    """``kiosk schema | head -1``: no traceback."""
    process = subprocess.Popen(
        [str(KIOSK), "schema"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.wait(20)


# --- configuration ------------------------------------------------------------------------------------------------


def test_a_good_configuration_is_well(run: Run, written: Callable[[str], Path]) -> None:
    done = run("check-config", written("[camera]\nfps = 25\n"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("is well.\n")


def test_the_manual_is_printed(run: Run) -> None:
    assert run("check-config", "--describe").stdout.startswith("# Configuration")


MISTAKEN = 'log_level = 3\nspeeker = 1\n[camera]\nfps = "30"\nsourse = "auto"\n[terminal]\nlanguage = "?"\n'


@pytest.mark.parametrize("command", [["check-config"], ["run", "--config"]])
def test_every_mistake_of_a_configuration_is_told_and_exits_with_2(
    run: Run, written: Callable[[str], Path], command: list[str]
) -> None:
    done = run(*command, written(MISTAKEN))
    assert (done.returncode, done.stdout) == (2, "")
    head, *lines = done.stderr.splitlines()
    assert head.startswith("kiosk: ")
    assert head.endswith("config.toml has 5 mistakes:")
    assert [line.split(":")[0].strip() for line in lines] == [
        "log_level", "terminal.language", "camera.fps", "camera.sourse", "speeker",
    ]  # fmt: skip
    assert lines[3].endswith("did you mean camera.source?")
    assert lines[4].endswith("did you mean speaker?")


@pytest.mark.parametrize(
    "command",
    [
        ["check-config", "--distributor"],
        ["distributor", "--config"],
        ["distributor", "agent-link", "Ada", "--config"],
        ["distributor", "enrolment-code", "Desk", "--branch", "Centre", "--config"],
    ],
)
def test_every_mistake_of_a_distributor_s_configuration_too(
    run: Run, written: Callable[[str], Path], command: list[str]
) -> None:
    done = run(*command, written('hots = "::1"\nport = -1\ntls_key = "key.pem"\n'))
    assert done.returncode == 2
    assert [line.split(":")[0].strip() for line in done.stderr.splitlines()[1:]] == ["port", "hots", "tls_certificate"]


@pytest.mark.parametrize(
    ("text", "words"), [("[camera\n", "line 1, column 8"), ("a = 1\na = 2\n", "line 2"), ("url = wss://x", "line 1")]
)
def test_a_syntax_error_is_one_line_with_its_place(
    run: Run, written: Callable[[str], Path], text: str, words: str
) -> None:
    done = run("run", "--config", written(text))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert words in line


def test_a_configuration_that_is_not_there(run: Run) -> None:
    done = run("run", "--config", "nowhere.toml")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "nowhere.toml" in done.stderr


def test_a_key_file_that_holds_no_certificate(run: Run, written: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("nothing")
    done = run("distributor", "--config", written('tls_certificate = "a.pem"\ntls_key = "a.pem"\n'))
    assert done.returncode == 1
    (line,) = faults(done.stderr)
    assert line.startswith("kiosk: The certificate a.pem")


# --- the distributor ----------------------------------------------------------------------------------------------


def test_a_port_in_use_is_one_line(run: Run, written: Callable[[str], Path]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("distributor", "--config", written(f"port = {port}\n"))
    assert done.returncode == 1
    (line,) = faults(done.stderr)
    assert line.startswith("kiosk: ")
    assert str(port) in line
    assert "another port" in line


def test_a_state_directory_that_cannot_be_made_is_one_line(
    run: Run, written: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    done = run("distributor", "--config", written('state_dir = "file/state"\n'))
    assert done.returncode == 1
    (line,) = faults(done.stderr)
    assert "file/state" in line


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_distributor_serves_until_it_is_told_to_end(
    start: Callable[..., Running], written: Callable[[str], Path], number: int, status: int
) -> None:
    distributor = start("distributor", "--config", written("port = 0\n"))
    url = distributor.until("distributor.listening")["url"]
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own distributor
        assert answer.status == 200
        assert b"<html" in answer.read()
    assert distributor.end(number) == status
    assert faults("".join(distributor.lines)) == []


def test_accounts_are_looked_after_from_the_command_line(run: Run, written: Callable[[str], Path]) -> None:
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


def test_the_printed_link_signs_the_agent_in(
    run: Run, start: Callable[..., Running], written: Callable[[str], Path]
) -> None:
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


# --- the terminal -------------------------------------------------------------------------------------------------


def test_without_a_display_run_is_one_line(run: Run) -> None:
    done = run("run")
    assert done.returncode == 1
    (line,) = faults(done.stderr)
    assert line.startswith("kiosk: There is no display.")


def test_plain_websockets_to_another_machine_are_a_mistake(run: Run, written: Callable[[str], Path]) -> None:
    done = run("run", "--config", written('[distributor]\nurl = "ws://help.example.org/ws"\n'))
    assert done.returncode == 2
    assert "wss://" in done.stderr


OUT_OF_SIGHT = """
log_level = "info"
[terminal]
state_dir = "terminal"
enrolment_code = "a-code"
[distributor]
url = "{url}"
{trust}
[camera]
source = "{camera}"
[microphone]
source = "tone:440"
[speaker]
sink = "measure"
"""


@pytest.fixture
def terminal(start: Callable[..., Running], environment: dict[str, str], tmp_path: Path) -> Callable[..., Running]:
    """Start ``kiosk run`` with its screen in memory."""

    def _start(url: str, camera: str = "pattern", trust: str = "") -> Running:
        environment["QT_QPA_PLATFORM"] = "offscreen"
        path = tmp_path / "terminal.toml"
        path.write_text(OUT_OF_SIGHT.format(url=url, camera=camera, trust=trust))
        return start("run", "--config", path)

    return _start


@pytest.mark.e2e
def test_a_broken_video_and_an_unresolvable_distributor_are_one_line_each(
    terminal: Callable[..., Running], tmp_path: Path
) -> None:
    """The terminal goes on, for its screen to say so; Ctrl-C ends it in order."""
    (tmp_path / "clip.mp4").write_text("this is no video")
    running = terminal("wss://distributor.invalid/ws", camera="file:clip.mp4")
    fault = running.until("device.fault")
    assert fault["device"] == "camera"
    assert "clip.mp4" in fault["why"]
    down = running.until("link.down")
    assert down["code"] == "unresolved"
    assert "distributor.invalid" in down["what"]
    assert "distributor.url" in down["advice"]
    assert running.end(signal.SIGINT) == 130
    log = [json.loads(line) for line in running.lines if line.startswith("{")]
    assert [line["event"] for line in log].count("device.fault") == 1
    assert [line["event"] for line in log].count("link.down") == 1
    assert faults("".join(running.lines)) == []


@pytest.mark.e2e
def test_a_camera_that_is_not_there_and_an_untrusted_certificate_are_one_line_each(
    start: Callable[..., Running],
    terminal: Callable[..., Running],
    written: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    """The real distributor, with a certificate of an authority that nobody knows; named in ca_file it is trusted."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    config = written('port = 0\ntls_certificate = "both.pem"\ntls_key = "both.pem"\n')
    distributor = start("distributor", "--config", config)
    url = distributor.until("distributor.listening")["url"].replace("https:", "wss:") + "ws"

    running = terminal(url, camera="v4l2:/dev/video99")
    fault = running.until("device.fault")
    assert "/dev/video99" in fault["why"]
    down = running.until("link.down")
    assert down["code"] == "untrusted"
    assert "ca_file" in down["advice"]
    assert running.end(signal.SIGTERM) == 0
    assert faults("".join(running.lines)) == []

    trusting = terminal(url, trust='ca_file = "ca.pem"')
    assert trusting.until("link.down")["code"] == "rejected", "it came through to the enrolment, whose code is wrong"
    assert trusting.end(signal.SIGTERM) == 0
