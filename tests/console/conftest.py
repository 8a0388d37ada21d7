"""What the console's tests share: the pure modules in a browser, a real distributor, an agent's browser, a terminal."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.browser import LaunchChromium, RunningBrowser
from tests.console.desk import Desk
from tests.console.pure import Modules
from tests.console.site import Cockpit, Site
from tests.console.terminal import Terminal


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def modules(launch_chromium: LaunchChromium) -> AsyncIterator[Modules]:
    """The console's modules; one browser for all tests of a file, since they keep nothing."""
    async with AsyncExitStack() as steps:
        running = await steps.enter_async_context(launch_chromium())
        loaded = Modules(await running.page())
        await loaded.load()
        yield loaded


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """A real distributor with one agent."""
    made = Site(tmp_path / "distributor")
    await made.start()
    made.add_agent()
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def chrome(launch_chromium: LaunchChromium) -> AsyncIterator[RunningBrowser]:
    """A browser with a fake camera and microphone."""
    async with launch_chromium() as running:
        yield running


@pytest_asyncio.fixture
async def cockpit(site: Site, chrome: RunningBrowser) -> AsyncIterator[Cockpit]:
    """The console of an agent who has signed in and is away. A mistake in the page's own scripts fails the test."""
    page = await chrome.page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    made = Cockpit(page, site)
    await made.open()
    yield made
    assert faults == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(
    tmp_path_factory: pytest.TempPathFactory, launch_chromium: LaunchChromium
) -> AsyncIterator[tuple[Site, RunningBrowser]]:
    """What the desks of a file's tests share: who serves the pages, and the browser."""
    site = Site(tmp_path_factory.mktemp("distributor"))
    await site.start()
    site.add_agent()
    async with launch_chromium() as running:
        yield site, running
    await site.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(office: tuple[Site, RunningBrowser]) -> AsyncIterator[Desk]:
    """An agent who is available. A mistake in the page's own scripts fails the test."""
    site, browser = office
    page = await browser.page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    made = Desk(page, Cockpit(page, site))
    await made.open()
    yield made
    await made.close()
    await page.context.close()
    assert faults == []


@pytest_asyncio.fixture
async def terminal(site: Site) -> AsyncIterator[Terminal]:
    """A customer's terminal, connected."""
    made = Terminal(site.here.url)
    await made.connect(site.terminal_code())
    yield made
    await made.close()
