"""A real distributor with one agent, and the agent's page, for tests and screenshots."""

from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page, expect

from kiosk.config import DistributorConfig
from kiosk.distributor.server import RunningDistributor, start

NAME, ROLE, PASSWORD = "Ada Lovelace", "Advisor", "correct horse battery"


class Site:
    """A distributor on a free port of this machine, which can be stopped and started again at the same address."""

    def __init__(self, state_dir: Path, wrap_up_s: float = 10) -> None:
        self.state_dir = state_dir
        self.wrap_up_s = wrap_up_s
        self.port = 0
        self.running: RunningDistributor | None = None

    async def start(self) -> None:
        """Start it; at the same port as before, where there was one."""
        config = DistributorConfig(port=self.port, state_dir=self.state_dir, wrap_up_s=self.wrap_up_s)
        self.running = await start(config)
        self.port = self.running.port

    async def stop(self) -> None:
        """Stop it; safe to call twice."""
        if self.running:
            await self.running.stop()
        self.running = None

    @property
    def here(self) -> RunningDistributor:
        """The distributor that runs."""
        assert self.running
        return self.running

    def add_agent(self) -> None:
        """The one agent of these tests."""
        self.here.store.agents.add(NAME, ROLE, PASSWORD)

    def sign_in_link(self) -> str:
        """An address that signs the agent in, once."""
        return f"{self.here.url}#code={self.here.store.agents.new_link(NAME)}"

    def terminal_code(self, name: str = "Desk 2", branch: str = "Springfield") -> str:
        """A code that enrols one terminal."""
        return self.here.store.terminals.new_code(name, branch)


@dataclass(frozen=True)
class Cockpit:
    """The agent's page, used as an agent uses it: by sight and by key."""

    page: Page
    site: Site

    async def open(self) -> None:
        """Sign in by a one-time link; the agent is away."""
        await self.page.goto(self.site.sign_in_link())
        await self.shows("away")

    async def shows(self, state: str) -> None:
        """Wait until the top bar is in this state."""
        await expect(self.page.locator("body")).to_have_attribute("data-state", state, timeout=10_000)

    async def press(self, key: str) -> None:
        """A key, as on the keyboard."""
        await self.page.keyboard.press(key)

    async def be_available(self) -> None:
        """Press A, and wait."""
        await self.press("a")
        await self.shows("available")

    async def reads(self, selector: str, words: str) -> None:
        """Wait until this part of the page is seen and contains these words."""
        await expect(self.page.locator(selector)).to_be_visible(timeout=10_000)
        await expect(self.page.locator(selector)).to_contain_text(words, timeout=10_000)

    async def sees_the_customer(self) -> None:
        """Wait until the customer's picture moves."""
        await self.page.wait_for_function(
            "() => { const v = document.getElementById('picture'); return v.videoWidth > 0 && v.currentTime > 0.2; }"
        )

    async def shown_s(self) -> float:
        """For how long the customer's picture has been playing."""
        return float(await self.page.evaluate("document.getElementById('picture').currentTime"))
