"""The emulated line's process: two networks that know only each other, and the packets between them.

``python -m tests.faults.forwarder`` (as root) makes two network namespaces of its own, a TUN device in each, and carries packets from
one to the other as a `Line` says. Nothing of it has a name: namespaces and devices end with this process and with those
that were started in them, so that nothing is left behind after a crash. It ends with its standard input.

On standard output, in JSON lines: ``{"near": FD, "far": FD}`` (the namespaces are ``/proc/PID/fd/FD``), and for every
order on standard input an answer. Orders: ``{"line": {...}}`` with `Line`'s keys, ``{"up": ...}``/``{"down": ...}`` for
one direction (up is from near to far); the answer is ``{"up": {...}, "down": {...}}`` with `Counts` since the last order.
"""

import ctypes
import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict

from tests.faults.line import Counts, Direction, Line

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
NEAR, FAR = "10.77.0.1", "10.77.0.2"
LARGEST = 2048
QUEUE_PACKETS = 4000
SEED = 20_260_101
LIBC = ctypes.CDLL(None, use_errno=True)


def new_network() -> int:
    """Move this process into a new network namespace; a file descriptor of it."""
    if LIBC.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "a network namespace can't be made")
    return os.open("/proc/self/ns/net", os.O_RDONLY)


def new_tun(own: str, other: str) -> int:
    """A TUN device in this namespace, the only way out of it; its file descriptor."""
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"line", IFF_TUN | IFF_NO_PI))
    for words in (
        "link set lo up",
        "link set line addrgenmode none",
        f"link set line mtu 1500 txqueuelen {QUEUE_PACKETS} up",
        f"addr add {own} peer {other} dev line",
        f"route add default via {other} dev line src {own}",
    ):
        subprocess.run(["ip", *words.split()], check=True, stdout=subprocess.DEVNULL)
    return tun


class Forwarder:
    """Carries packets between the two devices until its orders end."""

    def __init__(self, near: int, far: int) -> None:
        self._up, self._down = Direction(Line(), SEED), Direction(Line(), SEED + 1)
        self._from = {near: (self._up, socket.inet_aton(FAR)), far: (self._down, socket.inet_aton(NEAR))}
        self._to = ((self._up, far), (self._down, near))
        self._orders = b""

    def run(self) -> None:
        """Until standard input ends."""
        sources = [sys.stdin.fileno(), *self._from]
        while True:
            ready, _, _ = select.select(sources, [], [], self._patience())
            if sources[0] in ready and not self._obey():
                return
            for tun in ready:
                if tun in self._from:
                    self._take(tun)
            self._hand_out()

    def _patience(self) -> float | None:
        due = [at for direction in (self._up, self._down) if (at := direction.next_due()) is not None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _take(self, tun: int) -> None:
        (direction, other), now = self._from[tun], time.monotonic()
        with suppress(BlockingIOError):
            while True:
                packet = os.read(tun, LARGEST)
                if packet[0] >> 4 == 4 and packet[16:20] == other:  # browsers ask for name servers and for IPv6
                    direction.put(packet, now)

    def _hand_out(self) -> None:
        now = time.monotonic()
        for direction, tun in self._to:
            while (packet := direction.due(now)) is not None:
                with suppress(BlockingIOError, OSError):
                    os.write(tun, packet)

    def _obey(self) -> bool:
        said = os.read(sys.stdin.fileno(), 65_536)
        *orders, self._orders = (self._orders + said).split(b"\n")
        for order in orders:
            self._change(json.loads(order))
        return bool(said)

    def _change(self, order: dict[str, dict[str, float]]) -> None:
        answer = {}
        for name, direction in (("up", self._up), ("down", self._down)):
            answer[name] = asdict(direction.counts)
            direction.counts = Counts()
            if (line := order.get(name, order.get("line"))) is not None:
                direction.line = Line.of(line)
        print(json.dumps(answer), flush=True)


def hurry() -> None:
    """Be on time on a busy machine, where that is allowed: the line must not get longer because others calculate."""
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def main() -> None:
    """Make the networks, and carry packets."""
    near_net = new_network()
    near = new_tun(NEAR, FAR)
    far_net = new_network()
    far = new_tun(FAR, NEAR)
    hurry()
    print(json.dumps({"near": near_net, "far": far_net}), flush=True)
    Forwarder(near, far).run()


if __name__ == "__main__":
    main()
