"""A real distributor on a free port for each test that asks for one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.config import DistributorConfig
from kiosk.distributor.limits import Limits
from kiosk.distributor.server import start
from tests.distributor.house import House

Opens = Callable[..., Awaitable[House]]
PATIENT = Limits(hello_within_s=30.0, silence_s=30.0)
"""The product's limits, but for a busy machine, and for test clients that answer pings only while they read."""


@pytest.fixture
async def opens(tmp_path: Path) -> AsyncIterator[Opens]:
    """What starts distributors, with limits and settings as given."""
    houses: list[House] = []

    async def open_house(limits: Limits = PATIENT, **settings: Any) -> House:
        config = DistributorConfig(**{"port": 0, "wrap_up_s": 0.0, "state_dir": tmp_path / "state", **settings})
        running = await start(config, limits)
        config = config.model_copy(update={"port": running.port})
        houses.append(House(running, lambda: start(config, limits)))
        return houses[-1]

    yield open_house
    for house in houses:
        await house.close()


@pytest.fixture
async def house(opens: Opens) -> House:
    """One distributor with no wrap-up."""
    return await opens()
