"""The terminal's link against the real distributor, over real sockets."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.config import DistributorConfig
from kiosk.distributor.server import RunningDistributor, start
from kiosk.protocol.fields import QueueReason
from kiosk.protocol.messages import Call, Declare, Queued
from kiosk.signalling.events import Arrived, Down, Up

Terminals = Callable[..., Any]
Distributors = Callable[..., Awaitable[RunningDistributor]]


@pytest.fixture
async def distributors(tmp_path: Path) -> AsyncIterator[Distributors]:
    """Start the distributor, on the port given or any; always with the same state."""
    running: list[RunningDistributor] = []

    async def _start(port: int = 0) -> RunningDistributor:
        running.append(await start(DistributorConfig(port=port, state_dir=tmp_path / "distributor")))
        return running[-1]

    yield _start
    for distributor in running:
        await distributor.stop()


async def test_a_terminal_enrols_calls_and_is_told_that_nobody_is_there(
    distributors: Distributors, terminals: Terminals
) -> None:
    distributor = await distributors()
    terminal = terminals(distributor.ws_url, code=distributor.store.new_enrolment_code("Front desk", "Centre"))
    up = await terminal.told.until(Up)
    assert (up.welcome.name, up.welcome.branch) == ("Front desk", "Centre")
    terminal.link.send(Declare())
    terminal.link.send(Call(call_id="c1"))
    arrived = await terminal.told.until(Arrived)
    assert isinstance(arrived.message, Queued)
    assert arrived.message.reason is QueueReason.NO_AGENTS


async def test_the_next_start_of_the_program_proves_itself_with_the_same_id(
    distributors: Distributors, terminals: Terminals
) -> None:
    """The used code is still in the configuration and harms nothing."""
    distributor = await distributors()
    code = distributor.store.new_enrolment_code("Front desk", "Centre")
    first = terminals(distributor.ws_url, code=code)
    before = await first.told.until(Up)
    await first.stop()
    after = await terminals(distributor.ws_url, code=code).told.until(Up)
    assert after.welcome.peer_id == before.welcome.peer_id
    assert after.welcome.session > before.welcome.session


async def test_a_restarted_distributor_is_found_again_within_five_seconds(
    distributors: Distributors, terminals: Terminals
) -> None:
    distributor = await distributors()
    terminal = terminals(distributor.ws_url, code=distributor.store.new_enrolment_code("Front desk", "Centre"))
    before = await terminal.told.until(Up)
    stopped = time.monotonic()
    await distributor.stop()
    await terminal.told.until(Down("closed"))
    assert time.monotonic() - stopped < 3
    await terminal.told.until(Down("refused"))
    started = time.monotonic()
    await distributors(distributor.port)
    after = await terminal.told.until(Up)
    assert time.monotonic() - started < 5
    assert after.welcome.epoch > before.welcome.epoch


@pytest.mark.parametrize("code", ["WRONG-CODE-0000", None])
async def test_a_terminal_that_nobody_enrolled_is_refused(
    distributors: Distributors, terminals: Terminals, code: str | None
) -> None:
    distributor = await distributors()
    await terminals(distributor.ws_url, code=code).told.until(Down("rejected"))


async def test_a_distributor_that_lost_its_memory_refuses_until_a_new_code(
    distributors: Distributors, terminals: Terminals, tmp_path: Path
) -> None:
    """Its database is gone: the old key is unknown, one new line in the terminal's configuration is enough."""
    distributor = await distributors()
    code = distributor.store.new_enrolment_code("Front desk", "Centre")
    first = terminals(distributor.ws_url, code=code)
    await first.told.until(Up)
    await first.stop()
    await distributor.stop()
    await asyncio.to_thread((tmp_path / "distributor").rename, tmp_path / "lost")
    new = await distributors()
    second = terminals(new.ws_url, code=code)
    await second.told.until(Down("rejected"))
    await second.stop()
    await terminals(new.ws_url, code=new.store.new_enrolment_code("Front desk", "Centre")).told.until(Up)


async def test_a_path_that_is_not_the_socket_s_is_refused(distributors: Distributors, terminals: Terminals) -> None:
    distributor = await distributors()
    await terminals(f"ws://127.0.0.1:{distributor.port}/nowhere", code="x").told.until(Down("rejected"))
