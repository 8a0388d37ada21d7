"""The demo's distributor in a process of its own: a real one, with two agents and a terminal that may enrol.

``python -m kiosk.demo.server STATE_DIR PORT`` says ``ready`` with the codes, then ``people`` whenever the number of
people who take calls at the console changes, and ends when its standard input does.
"""

import asyncio
import contextlib
import json
import sys
from pathlib import Path

from kiosk import logs
from kiosk.config import DistributorConfig
from kiosk.distributor.server import RunningDistributor, start
from kiosk.distributor.store import Store
from kiosk.errors import KioskError
from kiosk.protocol.fields import AgentStatus

BUILT_IN = "Robin"
"""The built-in agent's name."""
PERSON = "You"
"""The name of the person who opens the console."""
LOOK_S = 0.25


def say(**line: object) -> None:
    """One JSON line on standard output."""
    print(json.dumps(line), flush=True)


def prepare(state_dir: Path) -> dict[str, str]:
    """Make the accounts; the codes are good once."""
    with Store(state_dir) as store:
        store.add_agent(BUILT_IN, "Adviser")
        store.add_agent(PERSON, "Adviser")
        return {
            "agent_code": store.agent_link(BUILT_IN),
            "person_code": store.agent_link(PERSON),
            "enrolment_code": store.new_enrolment_code("Front desk", "Demo branch"),
        }


async def watch(running: RunningDistributor) -> None:
    """Say how many people take calls at the console, whenever that changes."""
    people = 0
    while True:
        agents = running.router.agents()
        now = sum(agent.name == PERSON and agent.here and agent.status is not AgentStatus.AWAY for agent in agents)
        if now != people:
            people = now
            say(event="people", count=people)
        await asyncio.sleep(LOOK_S)


async def serve(state_dir: Path, port: int) -> None:
    """Until standard input ends."""
    codes = prepare(state_dir)
    running = await start(DistributorConfig(port=port, state_dir=state_dir, log_level="warning"))
    try:
        say(event="ready", url=running.url, ws_url=running.ws_url, **codes)
        watching = asyncio.create_task(watch(running))
        await asyncio.to_thread(sys.stdin.read)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    finally:
        await running.stop()


def main() -> int:
    """The process's exit status."""
    logs.set_up("warning")
    try:
        asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
    except KioskError as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
