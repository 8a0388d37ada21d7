"""What the console's tests share: the pure modules in a browser, a real distributor, an agent's browser, a terminal."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest_asyncio

from tests.browser import LaunchChromium
from tests.console.pure import Modules


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def modules(launch_chromium: LaunchChromium) -> AsyncIterator[Modules]:
    """The console's modules; one browser for all tests of a file, since they keep nothing."""
    async with AsyncExitStack() as steps:
        running = await steps.enter_async_context(launch_chromium())
        loaded = Modules(await running.page())
        await loaded.load()
        yield loaded
