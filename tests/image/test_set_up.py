"""image-build/set-up on machines of every kind: the real script, with apt, dpkg, uv and sudo played by small scripts."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIST = """
[uv]
python3-venv
[run]      # words
libold64 | libold   # renamed in trixie
libplain
? libextra          # nice to have
[test]
chromium
[lint]
shellcheck
"""
PLAYERS = {
    "dpkg-query": 'for name in $(cat "$STATE/installed"); do echo "installed $name"; done',
    "dpkg": 'cat "$STATE/architecture"',
    "getconf": 'echo "glibc $(cat "$STATE/glibc")"',
    "id": 'cat "$STATE/uid"',
    "apt-cache": 'shift; for name; do echo "$name:"; echo "  Candidate: $(grep -qx "$name" "$STATE/mirror" && echo 1.0 || echo "(none)")"; done',
    "apt-get": """
echo "apt-get $*" >>"$STATE/calls"
case " $* " in *" update "*) exit 0 ;; esac
[ ! -e "$STATE/stale" ] || { rm "$STATE/stale"; exit 100; }
for name; do case "$name" in -* | install | *=*) ;; *) echo "$name" >>"$STATE/installed" ;; esac; done""",
    "uv": 'echo "uv $*" >>"$STATE/calls"; mkdir -p .venv',
}  # fmt: skip


TOOLS = re.findall(r"\w+", "awk cat cut dirname env grep head ls mkdir rm sed sh sha256sum sort tee tr uname")


@dataclass(frozen=True)
class Machine:
    """A machine with the script on it; ``state`` has what its players say and what they were asked."""

    root: Path

    def write(self, name: str, *lines: str) -> None:
        """Set what a player says."""
        (self.root / "state" / name).write_text("".join(f"{line}\n" for line in lines))

    def play(self, name: str, body: str) -> None:
        """Put a command on the machine."""
        path = self.root / "bin" / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def set_up(self, level: str = "run") -> subprocess.CompletedProcess[str]:
        """Run the script, with no terminal."""
        environment = {"PATH": f"{self.root / 'bin'}:{self.root / 'tools'}", "STATE": str(self.root / "state")}
        script = self.root / "image-build/set-up"
        return subprocess.run(
            [script, level],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @property
    def calls(self) -> list[str]:
        """What apt-get and uv were asked, options left out."""
        path = self.root / "state/calls"
        words = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
        return [" ".join(word for word in line if not word.startswith("-") and "=" not in word) for line in words]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A Debian 13 where root has installed nothing yet."""
    for folder in ("bin", "tools", "state", "image-build"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "image-build/set-up", tmp_path / "image-build/set-up")
    (tmp_path / "image-build/packages.list").write_text(LIST)
    for name in ("pyproject.toml", "uv.lock"):
        (tmp_path / name).write_text("")
    for tool in TOOLS:
        (tmp_path / "tools" / tool).symlink_to(os.path.realpath(shutil.which(tool) or tool))
    made = Machine(tmp_path)
    for name, body in PLAYERS.items():
        made.play(name, body)
    made.write("installed")
    made.write("mirror", "libold64", "libplain", "libextra", "chromium", "shellcheck", "python3-venv")
    made.write("architecture", "amd64")
    made.write("glibc", "2.41")
    made.write("uid", "0")
    return made


def test_a_fresh_machine_gets_what_is_missing(machine: Machine) -> None:
    """The packages of the sections asked for, then the environment."""
    done = machine.set_up()
    assert done.returncode == 0, done.stderr
    assert machine.calls[-2:] == ["apt-get install libold64 libplain libextra", "uv sync"]


def test_a_second_run_asks_nobody(machine: Machine) -> None:
    """Nothing has changed: no apt, no uv, nothing said."""
    machine.set_up()
    before = machine.calls
    done = machine.set_up()
    assert (done.returncode, done.stderr, machine.calls) == (0, "", before)


def test_only_what_is_missing_is_installed(machine: Machine) -> None:
    """An installed alternative meets its need."""
    machine.write("installed", "libold", "libextra", "libplain")
    machine.set_up("test")
    assert [call for call in machine.calls if "install" in call] == ["apt-get install chromium"]


def test_the_name_of_an_older_release_is_taken(machine: Machine) -> None:
    """Bookworm has only the old name."""
    machine.write("mirror", "libold", "libplain", "libextra")
    machine.set_up()
    assert "apt-get install libold libplain libextra" in machine.calls


def test_an_optional_package_that_is_nowhere_is_said_once(machine: Machine) -> None:
    """The rest is installed; the next run doesn't look for it again."""
    machine.write("mirror", "libold64", "libplain")
    done = machine.set_up()
    assert done.returncode == 0
    assert "no package libextra; going on without it" in done.stderr
    before = machine.calls
    assert machine.set_up().stderr == ""
    assert machine.calls == before


def test_a_package_that_is_nowhere_stops_it(machine: Machine) -> None:
    """After a look at fresh lists, one line says which."""
    machine.write("mirror", "libold64")
    done = machine.set_up()
    assert done.returncode == 1
    assert "this system has no package 'libplain'" in done.stderr.splitlines()[-1]
    assert "apt-get update" in machine.calls
    assert "uv sync" not in machine.calls


def test_stale_package_lists_are_read_again(machine: Machine) -> None:
    """A mirror that no longer has a file is asked for its lists, then for the packages once more."""
    machine.write("stale")
    assert machine.set_up().returncode == 0
    install = "apt-get install libold64 libplain libextra"
    assert machine.calls[-4:] == [install, "apt-get update", install, "uv sync"]


def test_packages_that_cannot_be_installed_stop_it(machine: Machine) -> None:
    """The errors of apt are shown, and where the rest is."""
    machine.play("apt-get", 'echo "Reading package lists..."; echo "E: no space left"; exit 100')
    done = machine.set_up()
    assert done.returncode == 1
    assert "  E: no space left" in done.stderr
    assert "Reading" not in done.stderr
    assert done.stderr.splitlines()[-1] == "set-up: the system packages could not be installed; see .cache/apt.log"
    assert "Reading package lists..." in (machine.root / ".cache/apt.log").read_text()
    assert machine.calls == []


def test_a_changed_lock_makes_the_environment_again(machine: Machine) -> None:
    """The stamp is the content of the list, the lock and the project file."""
    machine.set_up()
    (machine.root / "uv.lock").write_text("changed")
    machine.set_up()
    assert machine.calls.count("uv sync") == 2


def test_a_deleted_environment_is_made_again(machine: Machine) -> None:
    """The stamp is in the environment."""
    machine.set_up()
    shutil.rmtree(machine.root / ".venv")
    machine.set_up()
    assert machine.calls.count("uv sync") == 2


def test_a_user_who_may_sudo_does(machine: Machine) -> None:
    """Only apt is run as root."""
    machine.write("uid", "1000")
    machine.play("sudo", '[ "$1" != -n ] || exit 0; echo "sudo $3 $4" >>"$STATE/calls"; "$@"')
    assert machine.set_up().returncode == 0
    assert {call for call in machine.calls if call.startswith("sudo")} == {"sudo apt-get"}
    assert machine.calls[-1] == "uv sync"


@pytest.mark.parametrize("sudo", [None, "exit 1"], ids=["no sudo", "sudo wants a password"])
def test_a_user_without_root_is_told_what_to_install(machine: Machine, sudo: str | None) -> None:
    """One line, and nothing was tried."""
    machine.write("uid", "1000")
    if sudo:
        machine.play("sudo", sudo)
    done = machine.set_up()
    assert done.returncode == 1
    assert "as root: apt-get install libold64 libplain" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert machine.calls == []


def test_a_user_without_root_goes_on_where_nothing_is_missing(machine: Machine) -> None:
    """No privilege is asked for that isn't needed; an optional package isn't."""
    machine.write("uid", "1000")
    machine.write("installed", "libold64", "libplain")
    assert machine.set_up().returncode == 0
    assert machine.calls == ["uv sync"]


@pytest.mark.parametrize(
    ("architecture", "glibc", "said"),
    [("armhf", "2.41", "64-bit Raspberry Pi OS"), ("arm64", "2.36", "Raspberry Pi OS trixie")],
)
def test_a_machine_that_qt_has_no_build_for_is_told(machine: Machine, architecture: str, glibc: str, said: str) -> None:
    """Before anything is installed."""
    machine.write("architecture", architecture)
    machine.write("glibc", glibc)
    done = machine.set_up()
    assert done.returncode == 1
    assert said in done.stderr
    assert machine.calls == []


def test_a_current_pi_passes(machine: Machine) -> None:
    """Raspberry Pi OS trixie, 64 bits."""
    machine.write("architecture", "arm64")
    assert machine.set_up().returncode == 0


def test_another_distribution_gets_a_note_and_the_environment(machine: Machine) -> None:
    """Where there is no apt the packages are the reader's to install."""
    (machine.root / "bin/apt-get").unlink()
    done = machine.set_up()
    assert done.returncode == 0
    assert "not a Debian system" in done.stderr
    assert machine.calls == ["uv sync"]


def test_uv_comes_from_pypi_where_there_is_none(machine: Machine) -> None:
    """Into a virtual environment of its own, with Debian's venv module."""
    (machine.root / "bin/uv").unlink()
    pip = '#!/bin/sh\necho "pip $*" >>"$STATE/calls"\nprintf "#!/bin/sh\\necho \\"uv \\$*\\" >>\\"$STATE/calls\\"; mkdir -p .venv" >.cache/uv/bin/uv\nchmod +x .cache/uv/bin/uv'
    machine.play("chmod", 'exec /bin/chmod "$@"')
    machine.write("pip", pip)
    machine.play(
        "python3", 'case "$1" in -m) mkdir -p "$4/bin"; cat "$STATE/pip" >"$4/bin/pip"; chmod +x "$4/bin/pip" ;; esac'
    )
    done = machine.set_up()
    assert done.returncode == 0, done.stderr
    assert "apt-get install python3-venv" in machine.calls
    assert machine.calls[-1] == "uv sync"


def test_a_python_that_is_too_old_is_said(machine: Machine) -> None:
    """Debian 11's, say."""
    (machine.root / "bin/uv").unlink()
    machine.play("python3", 'case "$1" in -V) echo Python 3.9.2 ;; *) exit 1 ;; esac')
    done = machine.set_up()
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "set-up: Python 3.9.2 is too old: Python 3.11 or newer is needed"


def test_an_unknown_level_is_a_mistake(machine: Machine) -> None:
    """The line says which there are."""
    done = machine.set_up("all")
    assert (done.returncode, done.stderr) == (2, "set-up: usage: image-build/set-up run|test|lint\n")
