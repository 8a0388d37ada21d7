"""Configuration files on the command line: every mistake at once."""

from pathlib import Path

import pytest

from tests.cli.command import Run, Write, faults


def test_a_good_configuration_is_well(run: Run, written: Write) -> None:
    done = run("check-config", written("[camera]\nfps = 25\n"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("is well.\n")


def test_the_manual_is_printed(run: Run) -> None:
    assert run("check-config", "--describe").stdout.startswith("# Configuration")


MISTAKEN = 'log_level = 3\nspeeker = 1\n[camera]\nfps = "30"\nsourse = "auto"\n[terminal]\nlanguage = "?"\n'


@pytest.mark.parametrize("command", [["check-config"], ["run", "--config"]])
def test_every_mistake_of_a_configuration_is_told_and_exits_with_2(
    run: Run, written: Write, command: list[str]
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
def test_every_mistake_of_a_distributor_s_configuration_too(run: Run, written: Write, command: list[str]) -> None:
    done = run(*command, written('hots = "::1"\nport = -1\ntls_key = "key.pem"\n'))
    assert done.returncode == 2
    assert [line.split(":")[0].strip() for line in done.stderr.splitlines()[1:]] == ["port", "hots", "tls_certificate"]


@pytest.mark.parametrize(
    ("text", "words"), [("[camera\n", "line 1, column 8"), ("a = 1\na = 2\n", "line 2"), ("url = wss://x", "line 1")]
)
def test_a_syntax_error_is_one_line_with_its_place(run: Run, written: Write, text: str, words: str) -> None:
    done = run("run", "--config", written(text))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert words in line


def test_a_configuration_that_is_not_there(run: Run) -> None:
    done = run("run", "--config", "nowhere.toml")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "nowhere.toml" in done.stderr


def test_a_key_file_that_holds_no_certificate(run: Run, written: Write, tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("nothing")
    done = run("distributor", "--config", written('tls_certificate = "a.pem"\ntls_key = "a.pem"\n'))
    assert done.returncode == 1
    (line,) = faults(done.stderr)
    assert line.startswith("kiosk: The certificate a.pem")
