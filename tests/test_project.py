"""The house rules that no linter holds: sizes, docstrings, links, the package list, the lock, nobody's private paths."""

import ast
import importlib
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "kiosk").rglob("*.py"))
PAGES = sorted(path for kind in ("js", "mjs", "html", "qml") for path in (ROOT / "kiosk").rglob(f"*.{kind}"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
BOOKS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
MOST_LINES, MOST_FUNCTION_LINES = 300, 40

PRIVATE = re.compile(r"/(?:work|Users/\w+|home/(?!kiosk|pi)\w+)/")
"""Paths of somebody's own machine."""
NEED = re.compile(r"(?:\? )?[a-z0-9][a-z0-9.+-]+(?: \| [a-z0-9][a-z0-9.+-]+)*")
SECTION = re.compile(r"\[(\w+)\]")


def name(path: Path) -> str:
    """A path as the project says it."""
    return path.relative_to(ROOT).as_posix()


def tracked() -> list[Path]:
    """The files that are in the repository."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / line for line in done.stdout.split("\0") if line and (ROOT / line).is_file()]


def test_the_scan_sees_the_tree() -> None:
    """The other tests here looked at something."""
    assert len(MODULES) >= 60
    assert len(TESTS) >= 20
    assert any(path.suffix == ".js" for path in PAGES)


def test_files_are_short() -> None:
    """Past 300 lines, look for the seam that was missed."""
    long = {
        name(path): lines
        for path in MODULES + PAGES + TESTS
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}, f"split these: more than {MOST_LINES} lines"


def test_functions_are_short() -> None:
    """Past 40 lines a function does more than one thing."""
    long = {
        f"{name(path)}:{node.lineno} {node.name}": lines
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > MOST_FUNCTION_LINES
    }
    assert long == {}, f"split these: more than {MOST_FUNCTION_LINES} lines"


def test_each_module_says_what_it_is_for() -> None:
    """Each module begins with a docstring; a test module's may be its tests'."""
    silent = [name(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


def core_modules() -> list[str]:
    """The modules that have to be covered completely, from the coverage settings."""
    sources = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["coverage"]["run"]["source"]
    found = []
    for source in sources:
        path = ROOT / source.replace(".", "/")
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
        found += [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]
    return found


@pytest.mark.parametrize("module", core_modules())
def test_the_core_is_measured(module: str) -> None:
    """Each core module is there and is imported, without which its coverage would not count."""
    assert importlib.import_module(module).__name__ == module


@pytest.mark.parametrize("book", BOOKS, ids=name)
def test_links_resolve(book: Path) -> None:
    """A link or picture to a file of ours leads to one, and to a heading that is there."""
    text = re.sub(r"```.*?```", "", book.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, heading = unquote(target).partition("#")
        there = (book.parent / path) if path else book
        assert there.exists(), f"{name(book)} links to {target}, which isn't there"
        if heading:
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), flags=re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in headings}
            assert heading in anchors, f"{name(book)} links to {target}, a heading that isn't there"


def test_the_package_list_is_well_formed() -> None:
    """Sections that set-up knows, one need a line, none twice in a section."""
    sections: dict[str, list[str]] = {}
    for raw in (ROOT / "image-build/packages.list").read_text(encoding="utf-8").splitlines():
        line = raw.partition("#")[0].strip()
        if found := SECTION.fullmatch(line):
            sections[found[1]] = []
        elif line:
            assert NEED.fullmatch(line), f"not a need: {line}"
            sections[list(sections)[-1]].append(line)
    assert list(sections) == ["uv", "run", "test", "lint"]
    assert all(needs and len(needs) == len(set(needs)) for needs in sections.values())
    assert not set(sections["run"]) & set(sections["test"])


def test_the_lock_is_in_step() -> None:
    """uv.lock is what pyproject.toml asks for; `uv lock` makes it so."""
    uv = os.environ.get("UV") or shutil.which("uv")
    assert uv, "uv is not on PATH: run `make test`"
    done = subprocess.run([uv, "lock", "--check", "--offline"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nobodys_machine_is_named() -> None:
    """No file names a path that only one machine has."""
    named = []
    for path in tracked():
        if path.suffix in {".png", ".jpg", ".wav", ".ogg", ".mp4", ".lock"}:
            continue
        text = path.read_text(encoding="utf-8")
        named += [f"{name(path)}: {found[0]}" for found in PRIVATE.finditer(text)]
    assert named == []
