"""A call over a TURN server: terminal and console can't reach each other, and a real coturn stands between."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from kiosk.distributor.store import Store
from tests.bench.browsers import chromium_at
from tests.bench.our_side import WATCH_CUSTOMER, _certify
from tests.bench.sides import WATCH_ALL, first_shown
from tests.browser import executable as chromium_executable
from tests.e2e.world import Process, become_available, toml
from tests.faults.parted import Parted, parted, parted_here
from tests.rtc.connect.coturn import SECRET, Coturn, coturn

__all__ = ["parted_here"]
PORT, TURN_PORT = 8760, 3478

WAY = """async () => {
  const report = await window.peers.findLast((each) => each.connectionState === "connected").getStats();
  const pair = [...report.values()].find((stat) => stat.type === "candidate-pair" && stat.nominated && stat.state === "succeeded");
  return [report.get(pair.localCandidateId).candidateType, report.get(pair.remoteCandidateId).candidateType];
}"""


@dataclass
class World:
    """Everything that takes part."""

    turn: Coturn
    distributor: Process
    terminal: Process
    page: Page

    async def tell(self, what: str) -> int:
        """Tell the terminal; how much it had said before."""
        mark, stdin = len(self.terminal.heard), self.terminal.process.stdin
        assert stdin is not None
        stdin.write(json.dumps({"do": what}).encode() + b"\n")
        await stdin.drain()
        return mark


async def spawn(steps: AsyncExitStack, *words: str, errors: bool) -> Process:
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=None if errors else asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE if errors else None,
    )
    child = Process(process, errors=errors)
    steps.push_async_callback(child.end)
    return child


def distributor_file(folder: Path, net: Parted, turn: Coturn) -> Path:
    (folder / "turn-secret").write_bytes(SECRET)
    text = (
        f'host = "{net.between.address}"\nport = {PORT}\nstate_dir = "{folder / "distributor"}"\nwrap_up_s = 0.0\n'
        f'tls_certificate = "{folder / "cert.pem"}"\ntls_key = "{folder / "key.pem"}"\n'
        f'[ice]\nturn_urls = ["{turn.url}"]\nturn_secret_file = "{folder / "turn-secret"}"\n'
    )
    file = folder / "distributor.toml"
    file.write_text(text)
    return file


def terminal_file(folder: Path, net: Parted, enrolment: str) -> Path:
    config: dict[str, dict[str, Any]] = {
        "terminal": {"state_dir": str(folder / "terminal"), "enrolment_code": enrolment},
        "distributor": {
            "url": f"wss://{net.between.address}:{PORT}/ws",
            "ca_file": str(folder / "authority.pem"),
        },
        "camera": {"source": "pattern", "width": 320, "height": 180, "fps": 15},
        "microphone": {"source": "tone:440"},
        "speaker": {"sink": "measure"},
        "button": {"pin": "virtual", "lamp": "virtual"},
        "screen": {"fullscreen": False, "width": 640, "height": 400},
    }
    file = folder / "terminal.toml"
    file.write_text(toml(config))
    return file


@pytest.fixture(name="world")
async def two_apart(parted_here: None, tmp_path: Path) -> AsyncIterator[World]:  # noqa: ARG001 it skips
    """Terminal and console in networks of their own; distributor and TURN server between."""
    if chromium_executable() is None:
        pytest.skip("CHROMIUM IS NOT INSTALLED: this test has not run. Do `apt install chromium`.")
    async with AsyncExitStack() as steps:
        net = steps.enter_context(parted())
        turn = await steps.enter_async_context(
            coturn(tmp_path, net.between.address, TURN_PORT, at=net.between.command())
        )
        _certify(tmp_path, net.between.address)
        file = distributor_file(tmp_path, net, turn)
        words = net.between.command(sys.executable, "-m", "kiosk", "distributor", "--config", str(file))
        distributor = await spawn(steps, *words, errors=True)
        await distributor.hear(lambda line: line.get("event") == "distributor.listening")
        with Store(tmp_path / "distributor") as store:
            store.add_agent("Ann", "Adviser")
            link = store.agent_link("Ann")
            enrolment = store.new_enrolment_code("Front desk", "Main street")
        browser = await steps.enter_async_context(chromium_at(net.far, tmp_path))
        page = await browser.page()
        await page.add_init_script(WATCH_ALL)
        await page.goto(f"https://{net.between.address}:{PORT}/#code={link}")
        await become_available(page)
        await page.evaluate(WATCH_CUSTOMER)
        config = terminal_file(tmp_path, net, enrolment)
        words = net.near.command(sys.executable, "-m", "tests.bench.driven", str(config))
        terminal = await spawn(steps, *words, errors=False)
        await terminal.hear(lambda line: line.get("state") == "idle")
        yield World(turn, distributor, terminal, page)
        await page.close(run_before_unload=False)


@pytest.mark.e2e
async def test_a_call_between_two_who_do_not_reach_each_other(world: World) -> None:
    """Both see each other, and every packet goes through the server that stands between."""
    mark = await world.tell("press")
    await world.terminal.hear(lambda line: line.get("event") == "face", mark)
    assert await first_shown(world.page, "window.shown", 0.0) is not None, "the agent sees the customer"
    assert "relay" in await world.page.evaluate(WAY)
    welcomed = [line for line in world.distributor.heard if line.get("event") == "peer.welcome"]
    for party_id in {line.get("terminal_id") or line["agent_id"] for line in welcomed}:
        await world.turn.logged(f":{party_id}>: incoming packet ALLOCATE processed, success")
    mark = await world.tell("end")
    await world.terminal.hear(lambda line: line.get("state") in {"thanks", "idle"}, mark)
    log = "".join(json.dumps(line) for line in [*world.distributor.heard, *world.terminal.heard])
    assert SECRET.decode() not in log
