"""The console's pure modules, run in real Chromium without a server: events in, state, effects and texts out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Route

CONSOLE = Path(__file__).parents[2] / "kiosk/distributor/console"
TYPES = {".js": "text/javascript", ".html": "text/html", ".css": "text/css"}
ORIGIN = "http://console.test"
Event = dict[str, Any]

FOLD = """async ({ events, now }) => {
  const { initial, reduce } = await import("/state.js");
  const { derive } = await import("/props.js");
  const { texts } = await import("/messages.js");
  let [state, effects] = [initial(), []];
  for (const event of events) [state, effects] = reduce(deepFreeze(state), event);
  return { state, effects, props: derive(state, now, texts(["en"])) };
  function deepFreeze(value) {
    if (value && typeof value === "object") Object.values(Object.freeze(value)).forEach(deepFreeze);
    return value;
  }
}"""


@dataclass(frozen=True)
class Folded:
    """What came of some events: the state, the effects of the last event, and what is shown."""

    state: dict[str, Any]
    effects: list[dict[str, Any]]
    props: dict[str, Any]

    @property
    def done(self) -> list[str]:
        """The names of the effects, a message by its type."""
        return [each["message"]["type"] if each["do"] == "send" else each["do"] for each in self.effects]


class Modules:
    """The modules, loaded in ``page`` from the source tree."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def load(self) -> None:
        """Serve the source files and open an empty page beside them."""
        await self.page.route(f"{ORIGIN}/**", _serve)
        await self.page.goto(f"{ORIGIN}/empty.html")

    async def fold(self, *events: Event | list[Event], now: float = 0) -> Folded:
        """Put the events into a fresh console, one after the other; each state is frozen, so that a change would throw."""
        flat = [each for group in events for each in (group if isinstance(group, list) else [group])]
        return Folded(**await self.page.evaluate(FOLD, {"events": flat, "now": now}))

    async def run(self, expression: str, argument: Any = None) -> Any:
        """What a JavaScript function gives for ``argument``; modules are imported as ``/name.js``."""
        return await self.page.evaluate(expression, argument)


async def _serve(route: Route) -> None:
    file = CONSOLE / route.request.url.removeprefix(f"{ORIGIN}/")
    if file.name == "empty.html":
        await route.fulfill(body="<!doctype html><title>empty</title>", content_type="text/html")
    elif file.is_file():
        await route.fulfill(body=file.read_text(), content_type=TYPES[file.suffix])
    else:
        await route.fulfill(status=404)
