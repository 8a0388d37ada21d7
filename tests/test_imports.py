"""Which way imports go: every import in ``kiosk/`` is held against the table of rooms below.

A room is a package or module of ours. The longest name that a module begins with is its room. A room may import itself,
what ``ours`` and ``libraries`` list, and the standard library, of which the core has no clock, thread or input/output.
"""

import ast
import graphlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

SHARED = ("kiosk.errors", "kiosk.units", "kiosk.protocol", "kiosk.config", "kiosk.logs")
PORTS = ("kiosk.media.ports", "kiosk.hardware.ports", "kiosk.rtc.port", "kiosk.standby.port")
VOCABULARY = {"av", "numpy", "pydantic", "pydantic_core"}
"""Libraries whose values the ports and messages are made of; an adapter has one library beside these."""
NOT_IN_CORE = {
    "asyncio", "concurrent", "datetime", "io", "logging", "multiprocessing", "os", "pathlib", "queue", "random", "sched",
    "secrets", "select", "selectors", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile",
    "threading", "time", "urllib",
}  # fmt: skip


@dataclass(frozen=True)
class Room:
    """``ours`` are names in ``kiosk`` whose modules may be imported; ``instead`` is what to do about another import."""

    ours: tuple[str, ...]
    instead: str
    libraries: tuple[str, ...] = ()
    core: bool = False


CORE_ADVICE = "the core takes values and time as arguments and returns values; do this in the shell around it"
ADAPTER_ADVICE = "an adapter knows the core, ports and its own library; let a composition root join the two"
SIDE_ADVICE = (
    "the two sides share only errors, units, protocol, config and logs; put what both need into kiosk.protocol"
)

ALONE = (
    "receive.bandwidth", "receive.complaints", "receive.frames", "receive.keys", "receive.lateness", "receive.nack", "receive.sequence",
    "send.board", "send.key_requests", "send.ladder", "send.pacer", "send.rate", "send.rtp_clock", "send.thinner",
)  # fmt: skip
"""Cores in `kiosk.rtc` that import nothing of ours."""

ROOMS: Mapping[str, Room] = {
    # the core
    "kiosk.errors": Room((), CORE_ADVICE, core=True),
    "kiosk.units": Room((), CORE_ADVICE, core=True),
    "kiosk.protocol": Room(("kiosk.errors", "kiosk.units"), CORE_ADVICE, libraries=("pydantic",), core=True),
    "kiosk.call": Room(("kiosk.errors", "kiosk.units", "kiosk.protocol"), CORE_ADVICE, core=True),
    "kiosk.media.formats": Room(("kiosk.errors", "kiosk.units"), CORE_ADVICE, core=True),
    "kiosk.media.framecode": Room(("kiosk.errors", "kiosk.units"), CORE_ADVICE, core=True),
    "kiosk.media.freezes": Room((), CORE_ADVICE, core=True),
    "kiosk.signalling.backoff": Room(("kiosk.errors", "kiosk.units"), CORE_ADVICE, core=True),
    "kiosk.rtc.connect.flight": Room((), CORE_ADVICE, core=True),
    **{f"kiosk.rtc.{name}": Room((), CORE_ADVICE, core=True) for name in ALONE},
    "kiosk.rtc.receive.counts": Room(("kiosk.rtc.receive.sequence",), CORE_ADVICE, core=True),
    "kiosk.rtc.receive.playout": Room(("kiosk.rtc.receive.lateness",), CORE_ADVICE, core=True),
    "kiosk.rtc.receive.video": Room(
        tuple(f"kiosk.rtc.receive.{name}" for name in ("frames", "keys", "lateness", "nack", "sequence")),
        CORE_ADVICE,
        core=True,
    ),
    "kiosk.rtc.send.adaptation": Room(tuple(f"kiosk.rtc.send.{name}" for name in ("board", "ladder", "rate")), CORE_ADVICE, core=True),
    "kiosk.ui.props": Room(("kiosk.errors", "kiosk.units", "kiosk.protocol", "kiosk.call", "kiosk.hardware.ports"), CORE_ADVICE, core=True),
    "kiosk.distributor.router": Room(("kiosk.errors", "kiosk.units", "kiosk.protocol"), CORE_ADVICE, core=True),
    # what everybody may use
    "kiosk": Room((), "the package itself is empty: importing it must cost nothing"),
    "kiosk.logs": Room((), "logs are below everything else", libraries=("structlog",)),
    "kiosk.memory": Room(("kiosk.logs",), "it's about the process, whatever runs in it"),
    "kiosk.config": Room(
        ("kiosk.errors", "kiosk.media.formats", "kiosk.hardware.formats", "kiosk.signalling.address"),
        "a configuration is plain values, checked by the parsers of the rooms that use them",
        libraries=("pydantic", "pydantic_core", "annotated_types", "platformdirs"),
    ),
    "kiosk.hardware.formats": Room((), CORE_ADVICE, core=True),
    "kiosk.signalling.address": Room((), CORE_ADVICE),
    # ports
    "kiosk.media.ports": Room(("kiosk.errors",), "a port is beside its adapters, not on them", ("av", "numpy")),
    "kiosk.hardware.ports": Room(("kiosk.errors",), "a port is beside its adapters, not on them", core=True),
    "kiosk.rtc.port": Room(("kiosk.protocol",), "a port is beside its adapters, not on them", ("av", "numpy")),
    "kiosk.standby.port": Room(("kiosk.rtc.port",), "a port is beside its adapters, not on them"),
    # the terminal's shell and adapters
    "kiosk.session": Room(
        (*SHARED, *PORTS, "kiosk.call", "kiosk.call_media", "kiosk.signalling.events"),
        "the session knows ports, never adapters: take the port as an argument and let kiosk.terminal give the adapter",
    ),
    "kiosk.call_media": Room((*SHARED, *PORTS, "kiosk.call"), "the session's hands know ports, never adapters"),
    "kiosk.standby.attention": Room((), CORE_ADVICE, core=True),
    "kiosk.standby.pre_roll": Room(("kiosk.call.events", "kiosk.protocol"), CORE_ADVICE, core=True),
    "kiosk.standby": Room((*SHARED, *PORTS, "kiosk.call.events"), ADAPTER_ADVICE),
    "kiosk.media": Room(
        (*SHARED, "kiosk.call.state", "kiosk.hardware.ports", "kiosk.standby.attention"), ADAPTER_ADVICE, ("av", "numpy", "cv2", "livekit")
    ),
    "kiosk.rtc": Room(
        (*SHARED, "kiosk.media.ports", "kiosk.media.formats", "kiosk.media.levels", "kiosk.media.freezes"),
        ADAPTER_ADVICE,
        ("aioice", "aiortc", "av", "numpy"),
    ),
    "kiosk.hardware": Room(SHARED, ADAPTER_ADVICE, libraries=("gpiozero",)),
    "kiosk.signalling": Room(SHARED, ADAPTER_ADVICE, libraries=("aiohttp", "cryptography", "pydantic")),
    "kiosk.ui.sample": Room((), "it draws a picture", ("cv2", "numpy", "av")),
    "kiosk.ui.view_model": Room(
        ("kiosk.ui.props", "kiosk.call.state"), "the view model turns props into Qt properties", ("PySide6",)
    ),
    "kiosk.ui": Room(
        (*SHARED, "kiosk.call", "kiosk.media.ports", "kiosk.hardware.ports"),
        ADAPTER_ADVICE,
        libraries=("PySide6", "av", "numpy"),
    ),
    # the distributor
    "kiosk.distributor.store": Room(SHARED, "the store knows nothing of sockets and calls", ("argon2", "sqlalchemy")),
    "kiosk.distributor": Room(SHARED, SIDE_ADVICE, libraries=("aiohttp", "cryptography", "pydantic")),
    # composition roots
    "kiosk.engine": Room(("kiosk.errors", "kiosk.logs"), "it runs a loop in a thread and knows nothing of what runs there"),
    "kiosk.terminal": Room(
        (*SHARED, "kiosk.call", "kiosk.session", "kiosk.standby", "kiosk.media", "kiosk.rtc", "kiosk.hardware",
         "kiosk.signalling", "kiosk.ui", "kiosk.engine", "kiosk.memory"),
        SIDE_ADVICE,
        libraries=("PySide6", "aiohttp", "av", "numpy"),
    ),
    "kiosk.ui.screenshots": Room(("kiosk.ui", "kiosk.call", "kiosk.config", "kiosk.protocol"), SIDE_ADVICE, ("PySide6", "av", "cv2", "numpy")),
    "kiosk.demo": Room(("kiosk",), "the demo plays both sides", ("PySide6", "aiohttp", "aiortc", "av", "cv2", "numpy")),
    "kiosk.cli": Room(("kiosk",), "the command line hands over to a composition root"),
    "kiosk.__main__": Room(("kiosk.cli",), "python -m kiosk is the command line"),
}  # fmt: skip

ROOTS = ("kiosk.demo", "kiosk.terminal", "kiosk.ui.screenshots")
TWO_LIBRARIES: Mapping[str, str] = {}
"""Modules that may join two libraries beside the vocabulary, each with the reason."""


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of the prefixes or inside one."""
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def room_of(module: str) -> str:
    """The longest room name that holds the module; only ``kiosk`` itself is in the room ``kiosk``."""
    found = [name for name in ROOMS if within(module, (name,)) and (name != "kiosk" or module == "kiosk")]
    return max(found, key=len, default="")


def imported(module: str, source: str, package: bool, known: set[str]) -> Iterator[str]:  # noqa: FBT001 - one caller, by name
    """The dotted names that a module imports; a submodule imported from its package counts as itself."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".") if package else module.split(".")[:-1]
            home = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, (home, node.module)))
            for alias in node.names:
                submodule = f"{base}.{alias.name}"
                yield submodule if submodule in known else base


@dataclass(frozen=True)
class Tree:
    """Modules by dotted name with what each imports."""

    edges: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, sources: Mapping[str, str], packages: frozenset[str] = frozenset()) -> "Tree":
        """Read the sources, by dotted name; those in ``packages`` are an ``__init__``."""
        known = set(sources)
        return cls(
            {
                name: frozenset(imported(name, text, package=name in packages, known=known))
                for name, text in sources.items()
            }
        )

    @classmethod
    def of_kiosk(cls) -> "Tree":
        """Our own tree."""
        sources, packages = {}, set()
        for path in sorted((ROOT / "kiosk").rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if path.stem == "__init__":
                name = name.removesuffix(".__init__")
                packages.add(name)
            sources[name] = path.read_text(encoding="utf-8")
        return cls.of(sources, frozenset(packages))


def violations(tree: Tree) -> list[str]:
    """One line for each forbidden import, with what to do instead."""
    found = []
    for module, targets in sorted(tree.edges.items()):
        name = room_of(module)
        if not name:
            found.append(f"{module} is in no room: add its package to ROOMS in tests/test_imports.py")
            continue
        found += [f"{module} imports {target}: {why}" for target in sorted(targets) if (why := fault(name, target))]
        own = {target.partition(".")[0] for target in targets} - {"kiosk"} - set(sys.stdlib_module_names) - VOCABULARY
        if len(own) > 1 and module not in TWO_LIBRARIES and not within(name, ROOTS):
            found.append(
                f"{module} joins {' and '.join(sorted(own))}: make an adapter of each, with a small value between"
            )
    return found


def fault(name: str, target: str) -> str:
    """What is wrong with an import of ``target`` in a room, and what to do; empty where nothing is."""
    room, top = ROOMS[name], target.partition(".")[0]
    if top == "kiosk":
        allowed = within(target, (name, *room.ours)) if name != "kiosk" else False
        return "" if allowed or within(target, ("kiosk.errors",)) else f"{name} may not know it; {room.instead}"
    if top in sys.stdlib_module_names:
        return f"not in the core; {room.instead}" if room.core and top in NOT_IN_CORE else ""
    if top in room.libraries:
        return ""
    homes = ", ".join(other for other, its in ROOMS.items() if top in its.libraries and other not in ROOTS)
    advice = room.instead if room.core else f"ask {homes}" if homes else "give it a room: one adapter that hides it"
    return f"{name} has no use of {top}; {advice}"


def test_imports_go_one_way() -> None:
    """No import in kiosk/ points against the table."""
    found = violations(Tree.of_kiosk())
    assert not found, "\n".join(["forbidden imports:", *found])


def test_modules_do_not_import_in_circles() -> None:
    """The modules have an order in which each can be read after what it builds on."""
    edges = Tree.of_kiosk().edges
    graphlib.TopologicalSorter({name: targets & set(edges) for name, targets in edges.items()}).prepare()


def test_something_was_scanned() -> None:
    """The scan saw the whole tree: many modules, many edges, and known ones among them."""
    tree = Tree.of_kiosk()
    assert len(tree.edges) >= 60
    assert sum(len(targets) for targets in tree.edges.values()) >= 300
    assert "kiosk.call.table" in tree.edges["kiosk.call.machine"]
    assert {room_of(name) for name in tree.edges} >= {
        "kiosk.call",
        "kiosk.distributor.router",
        "kiosk.media",
        "kiosk.rtc",
    }


@pytest.mark.parametrize(
    ("module", "source", "said"),
    [
        ("kiosk.call.x", "import asyncio", "not in the core"),
        ("kiosk.call.x", "def f():\n    from time import monotonic", "not in the core"),
        ("kiosk.call.x", "import pydantic", "no use of pydantic"),
        ("kiosk.call.x", "from kiosk import logs", "may not know it"),
        ("kiosk.distributor.router.x", "from kiosk.distributor.store import Store", "may not know it"),
        ("kiosk.distributor.router.x", "from .. import store", "may not know it"),
        ("kiosk.protocol.x", "import threading", "not in the core"),
        ("kiosk.ui.props", "from PySide6.QtCore import QObject", "no use of PySide6"),
        ("kiosk.ui.view_model", "from kiosk.session import Session", "may not know it"),
        ("kiosk.session", "from kiosk.media.camera import Camera", "never adapters"),
        ("kiosk.session", "from kiosk.rtc.peer import AiortcPeer", "never adapters"),
        ("kiosk.media.x", "import aiortc", "no use of aiortc"),
        ("kiosk.signalling.x", "import aiohttp\nimport cryptography", "aiohttp and cryptography"),
        ("kiosk.media.ports", "from kiosk.media import camera", "may not know it"),
        ("kiosk.signalling.x", "from kiosk.distributor import connection", "may not know it"),
        ("kiosk.distributor.x", "from kiosk.call.state import State", "two sides share"),
        ("kiosk.terminal", "from kiosk.distributor.app import make", "two sides share"),
        ("kiosk", "from kiosk import logs", "importing it must cost nothing"),
        ("kiosk.attic.x", "", "in no room"),
    ],
)
def test_a_forbidden_import_is_found(module: str, source: str, said: str) -> None:
    """Each rule bites, and its message says what to do."""
    around = {
        "kiosk.distributor.store": "",
        "kiosk.logs": "",
        "kiosk.media.camera": "",
        "kiosk.distributor.connection": "",
    }
    found = [line for line in violations(Tree.of({**around, module: source})) if line.startswith(f"{module} ")]
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("kiosk.call.x", "from dataclasses import dataclass\nfrom kiosk.errors import MisuseError"),
        ("kiosk.protocol.x", "import json\nfrom pydantic import BaseModel"),
        ("kiosk.session", "import asyncio\nfrom kiosk.media.ports import Camera\nfrom kiosk.call import machine"),
        ("kiosk.demo.x", "import kiosk.distributor.app\nimport kiosk.terminal"),
    ],
)
def test_a_right_import_passes(module: str, source: str) -> None:
    """What the architecture allows is not reported."""
    assert violations(Tree.of({module: source})) == []
