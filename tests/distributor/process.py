"""A distributor in a process of its own, for tests of what it logs and how it ends."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any, Self

from kiosk.distributor.store import Store

PROGRAM = """
import pathlib, sys
from kiosk import logs
from kiosk.config import DistributorConfig
from kiosk.distributor.server import run
logs.set_up("info", json=True)
run(DistributorConfig(port=0, state_dir=pathlib.Path(sys.argv[1])))
"""


class Process:
    """A distributor in a process of its own, which is ended by SIGTERM; ``log`` has the lines of its log."""

    def __init__(self, state_dir: Path) -> None:
        self.store = Store(state_dir)
        self.log: list[dict[str, Any]] = []
        self.status: int | None = None
        self._state_dir = state_dir

    async def start(self) -> Self:
        """Wait until it listens."""
        arguments = (sys.executable, "-c", PROGRAM, str(self._state_dir))
        self._process = await asyncio.create_subprocess_exec(*arguments, stderr=asyncio.subprocess.PIPE)
        assert self._process.stderr is not None
        self._stderr = self._process.stderr
        listening = json.loads(await asyncio.wait_for(self._stderr.readline(), 30))
        assert listening["event"] == "distributor.listening"
        self.url = listening["url"]
        self.ws_url = self.url.replace("http", "ws", 1) + "ws"
        self.port = int(self.url.split(":")[2].strip("/"))
        return self

    async def stop(self) -> None:
        """Tell it to stop, and read what it logged; every line has to be one."""
        if self.status is None:
            self._process.send_signal(signal.SIGTERM)
            text = (await asyncio.wait_for(self._stderr.read(), 10)).decode()
            self.log += [json.loads(line) for line in text.splitlines()]
            self.status = await self._process.wait()
            self.store.close()
