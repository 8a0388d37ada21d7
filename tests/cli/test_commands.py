"""Commands as a person types them, and mistypes them."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.cli.command import KIOSK, Run


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
