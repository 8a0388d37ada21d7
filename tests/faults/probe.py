"""Packets over an emulated WAN, to measure it: ``probe.py echo PORT`` at one end, ``probe.py ask HOST PORT COUNT SIZE GAP_S``.

The echo says ``up`` and sends everything back; the asking end prints JSON: round trips in ms of what came back, how many
were sent, and the bytes and seconds between the first and the last that came back.
"""

import json
import select
import socket
import sys
import time


def echo(port: int) -> None:
    here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    here.bind(("0.0.0.0", port))  # noqa: S104 in a namespace of its own
    print("up", flush=True)
    while True:
        packet, asker = here.recvfrom(2048)
        here.sendto(packet, asker)


def ask(host: str, port: int, count: int, size: int, gap_s: float) -> None:
    here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    here.connect((host, port))
    sent: dict[int, float] = {}
    came: list[tuple[float, float]] = []
    deadline = time.monotonic() + count * gap_s + 2.0
    while len(came) < count and (now := time.monotonic()) < deadline:
        if len(sent) < count and now >= (deadline - 2.0 - (count - len(sent)) * gap_s):
            number = len(sent)
            sent[number] = now
            here.send(number.to_bytes(4, "big") + bytes(size - 4))
        wait = gap_s / 4 if len(sent) < count else deadline - now
        if select.select([here], [], [], wait)[0]:
            number = int.from_bytes(here.recv(2048)[:4], "big")
            came.append((sent[number], time.monotonic()))
    print(
        json.dumps(
            {
                "sent": len(sent),
                "rtt_ms": [(back - gone) * 1000 for gone, back in came],
                "bytes": (len(came) - 1) * (size + 28),
                "seconds": came[-1][1] - came[0][1] if came else 0.0,
            }
        )
    )


if __name__ == "__main__":
    if sys.argv[1] == "echo":
        echo(int(sys.argv[2]))
    else:
        at, count, size = map(int, sys.argv[3:6])
        ask(sys.argv[2], at, count, size, float(sys.argv[6]))
