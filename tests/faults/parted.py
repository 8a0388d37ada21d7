"""Two places that can't reach each other, and one between that both reach: ``with parted() as net: net.near.command(...)``.

Three network namespaces; the one between has a leg in each of the others' networks and forwards nothing. They end with this
process and those started in them. It needs root, iproute2, util-linux and the kernel's veth; `missing` says what isn't there.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.wan import Place

NEAR, FAR = "10.78.1.1", "10.78.2.1"
BETWEEN_NEAR, BETWEEN_FAR = "10.78.1.2", "10.78.2.2"


@dataclass(frozen=True)
class Parted:
    """Near and far reach ``between`` at its address, and not each other."""

    near: Place
    far: Place
    between: Place


def missing() -> str:
    """Why there can't be such networks here; empty where there can."""
    if os.geteuid() != 0:
        return "it needs root"
    absent = [name for name in ("ip", "nsenter", "unshare", "setpriv") if shutil.which(name) is None]
    if absent:
        return f"it needs {' and '.join(absent)} (Debian packages iproute2 and util-linux)"
    try:
        with parted():
            return ""
    except (OSError, subprocess.CalledProcessError) as error:
        return f"networks can't be made here ({error})"


@contextmanager
def parted() -> Iterator[Parted]:
    """The three places until the end of the block. Raises CalledProcessError where the kernel doesn't let us."""
    with ExitStack() as steps:
        near, far, between = (_place(steps, address) for address in (NEAR, FAR, BETWEEN_NEAR))
        for place, own, other in ((near, NEAR, BETWEEN_NEAR), (far, FAR, BETWEEN_FAR)):
            _join(place, between, own, other)
        yield Parted(near, far, between)


def _place(steps: ExitStack, address: str) -> Place:
    holder = steps.enter_context(
        subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    )
    assert holder.stdin is not None
    steps.callback(holder.stdin.close)  # `cat`, and with it the network, ends
    namespace = Path(f"/proc/{holder.pid}/ns/net")
    while namespace.readlink() == Path("/proc/self/ns/net").readlink():  # until `unshare` has done it
        os.sched_yield()
        holder.poll()
        if holder.returncode is not None:
            raise OSError("unshare: a network namespace can't be made")
    place = Place(address, str(namespace))
    _ip(place, "link set lo up")
    return place


def _join(place: Place, between: Place, own: str, other: str) -> None:
    """A cable from ``place`` to the one between, whose addresses are all reached over it."""
    leg = f"to{own.replace('.', '')}"
    holder = between.namespace.split("/")[2]
    _ip(place, f"link add line type veth peer name {leg} netns {holder}")
    _ip(place, f"addr add {own}/24 dev line")
    _ip(place, "link set line up")
    _ip(between, f"addr add {other}/24 dev {leg}")
    _ip(between, f"link set {leg} up")
    _ip(place, f"route add default via {other}")


def _ip(place: Place, words: str) -> None:
    command = ["nsenter", f"--net={place.namespace}", "ip", *words.split()]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def parted_here() -> None:
    """Skips the test, loudly, where there can't be such networks."""
    if why := missing():
        pytest.skip(f"NO NETWORKS OF OUR OWN HERE, this test has not run: {why}")
