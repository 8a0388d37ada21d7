"""The demo's built-in agent as a program of its own, in end-to-end stories."""

import asyncio
import json
import os
import sys

from kiosk.distributor.store import Store
from tests.e2e.world import Line, Process, World


class Agent:
    """The program ``kiosk.demo.agent``: what it says, and orders to it."""

    def __init__(self, process: Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, url: str, code: str) -> "Agent":
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kiosk.demo.agent", "--url", url),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "KIOSK_AGENT_CODE": code},
        )
        return cls(Process(process, errors=False))

    async def hear(self, event: str, number: int = 1) -> Line:
        """The ``number``-th line of this event."""
        await self.process.hear(lambda _: len(self.lines(event)) >= number)
        return self.lines(event)[number - 1]

    def lines(self, event: str) -> list[Line]:
        return [line for line in self.process.heard if line["event"] == event]

    def order(self, **order: object) -> None:
        stdin = self.process.process.stdin
        assert stdin is not None
        stdin.write(json.dumps(order).encode() + b"\n")

    async def end(self) -> int:
        """Close its input; its exit status."""
        stdin = self.process.process.stdin
        assert stdin is not None
        stdin.close()
        return await asyncio.wait_for(self.process.process.wait(), 10)


async def built_in(here: World, name: str = "Robin") -> Agent:
    """A built-in agent that can take calls."""
    with Store(here.distributor.folder / "distributor") as store:
        if not store.has_agent(name):
            store.add_agent(name, "Adviser")
        code = store.agent_link(name)
    agent = await Agent.start(here.distributor.ws_url, code)
    await agent.hear("ready")
    return agent
