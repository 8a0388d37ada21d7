"""A real coturn (Debian package) on a free port, with the secret that the distributor makes passwords from."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SECRET = b"0123456789abcdef0123456789abcdef"
READY = "Total General servers"
PATIENCE_S = 20.0


def executable() -> str | None:
    """Where it is; Debian puts it where daemons are, which isn't on everybody's path."""
    return shutil.which("turnserver", path=f"{os.environ.get('PATH', '')}:/usr/bin:/usr/sbin:/usr/local/bin")


def free_udp_port(address: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


@dataclass
class Coturn:
    """A server that runs; ``log`` grows."""

    address: str
    port: int
    log: list[str] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        """Over UDP."""
        return f"turn:{self.address}:{self.port}?transport=udp"

    async def logged(self, words: str) -> str:
        """The first line of its log with ``words`` in it."""
        async with asyncio.timeout(PATIENCE_S), self.news:
            while True:
                for line in self.log:
                    if words in line:
                        return line
                await self.news.wait()

    async def read(self, stream: asyncio.StreamReader) -> None:
        """Keep what it says."""
        async for line in stream:
            async with self.news:
                self.log.append(line.decode(errors="replace"))
                self.news.notify_all()


@asynccontextmanager
async def coturn(
    folder: Path, address: str, port: int, *, at: Sequence[str] = (), more: Sequence[str] = ()
) -> AsyncIterator[Coturn]:
    """A server on ``address``, UDP and TCP, relaying there; ``at`` is put before its command line."""
    path = executable()
    if path is None:
        pytest.skip("COTURN IS NOT INSTALLED: this test has not run. Do `apt install coturn`.")
    words = [
        *at, path, "-n", "--use-auth-secret", f"--static-auth-secret={SECRET.decode()}", "--realm=kiosk.test",
        f"--listening-ip={address}", f"--listening-port={port}", f"--relay-ip={address}",
        "--no-tls", "--no-dtls", "--no-cli", "--log-file=stdout", "--simple-log", "--verbose",
        f"--pidfile={folder / 'turn.pid'}", f"--userdb={folder / 'turn.db'}", *more,
    ]  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    server = Coturn(address, port)
    reading = asyncio.create_task(server.read(process.stdout))
    try:
        await server.logged(READY)
        yield server
    finally:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE_S)
        except TimeoutError:
            process.kill()
            await process.wait()
        await reading
