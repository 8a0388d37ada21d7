"""What goes wrong at an agent's desk: devices, autoplay, a silent line, a second window, a reload."""

import time

import pytest
from playwright.async_api import expect

from kiosk.protocol.fields import EndReason
from kiosk.protocol.messages import Ended
from tests.browser import LaunchChromium, RunningBrowser
from tests.console.line import Line
from tests.console.site import Cockpit, Site
from tests.console.terminal import Terminal

BY_ITSELF = """const timer = setInterval(() => {
  if (document.body?.dataset.state !== "away") return;
  document.getElementById("available").click();
  clearInterval(timer);
}, 50)"""
CAMERA = "document.getElementById('own-picture').srcObject.getVideoTracks()[0]"


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--use-fake-device-for-media-stream", "No camera and no microphone were found."),
        ("--use-fake-ui-for-media-stream", "The browser may not use your camera and microphone."),
    ],
)
async def test_without_devices_or_permission_nobody_becomes_available(
    site: Site, launch_chromium: LaunchChromium, flag: str, words: str
) -> None:
    async with launch_chromium(without=(flag,)) as running:
        cockpit = Cockpit(await running.page(), site)
        await cockpit.open()
        await cockpit.press("a")
        await cockpit.reads("#stage-text", words)
        await cockpit.shows("away")


async def test_only_the_device_that_is_refused_is_named(site: Site, launch_chromium: LaunchChromium) -> None:
    async with launch_chromium(without=("--use-fake-ui-for-media-stream",)) as running:
        cockpit = Cockpit(await running.page(permissions=("microphone",)), site)
        await cockpit.open()
        await cockpit.press("a")
        await cockpit.reads("#stage-text", "The browser may not use your camera.")


async def test_sound_that_the_browser_holds_back_is_one_key_away(
    site: Site, launch_chromium: LaunchChromium, terminal: Terminal
) -> None:
    """A page that nobody has touched plays without sound until the agent presses H.

    Chromium's usual policy lets a page play while it captures; this one is the strictest that it has.
    Whatever Playwright evaluates counts as a gesture, so that until the call is there the page has to act by itself.
    """
    async with launch_chromium("--autoplay-policy=user-gesture-required") as running:
        cockpit = Cockpit(await running.page(), site)
        await cockpit.page.add_init_script(BY_ITSELF)
        await cockpit.page.goto(site.sign_in_link())
        await terminal.press()
        await terminal.until(lambda: terminal.pictures > 10)
        await cockpit.reads("#hear", "Click to hear the customer")
        await cockpit.sees_the_customer()
        assert await cockpit.page.evaluate("document.getElementById('picture').muted")
        await cockpit.press("h")
        await expect(cockpit.page.locator("#hear")).to_be_hidden()
        assert not await cockpit.page.evaluate("document.getElementById('picture').muted")


async def test_a_line_that_goes_silent_is_noticed_and_replaced(site: Site, chrome: RunningBrowser) -> None:
    """Nothing closes, nothing arrives: within 4 s the agent reads it, and when the line is back it goes on."""
    line = Line(site.port)
    await line.start()
    cockpit = Cockpit(await chrome.page(), site)
    await cockpit.page.goto(site.sign_in_link().replace(f":{site.port}", f":{line.port}"))
    await cockpit.shows("away")
    await cockpit.be_available()
    line.open.clear()
    silent = time.monotonic()
    await cockpit.shows("restoring")
    assert time.monotonic() - silent < 4
    line.open.set()
    await cockpit.shows("available")
    await line.stop()


async def test_a_camera_that_stops_in_a_call_is_told_and_comes_back(cockpit: Cockpit, terminal: Terminal) -> None:
    await cockpit.be_available()
    await terminal.press()
    await cockpit.sees_the_customer()
    await cockpit.page.evaluate(f"{{ const track = {CAMERA}; track.stop(); track.dispatchEvent(new Event('ended')); }}")
    await cockpit.reads("#notice", "Your camera has stopped")
    await cockpit.page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    await expect(cockpit.page.locator("#notice")).to_be_hidden()
    seen = terminal.pictures
    await terminal.until(lambda: terminal.pictures > seen + 20)


async def test_a_camera_that_stops_while_available_makes_the_agent_away(cockpit: Cockpit) -> None:
    await cockpit.be_available()
    await cockpit.page.evaluate(f"{CAMERA}.dispatchEvent(new Event('ended'))")
    await cockpit.shows("away")
    await cockpit.reads("#stage-text", "Your camera has stopped.")
    await cockpit.be_available()


async def test_a_second_window_is_turned_away_during_a_call(cockpit: Cockpit, terminal: Terminal) -> None:
    await cockpit.be_available()
    await terminal.press()
    await cockpit.shows("in_call")
    second = Cockpit(await cockpit.page.context.new_page(), cockpit.site)
    await second.page.goto(cockpit.site.here.url)
    await second.reads("#stage-words", "You're in a call in another window")
    await cockpit.shows("in_call")
    await cockpit.press("e")
    await cockpit.shows("wrap_up")


async def test_a_reload_in_a_call_ends_it_at_once(cockpit: Cockpit, terminal: Terminal) -> None:
    """The customer isn't kept before a frozen picture; the agent is away until they say otherwise."""
    await cockpit.be_available()
    await terminal.press()
    await cockpit.sees_the_customer()
    await cockpit.page.reload()
    assert (await terminal.told(Ended, within_s=2)).reason is EndReason.AGENT_GONE
    await cockpit.shows("away")


async def test_the_page_keeps_to_its_content_security_policy(cockpit: Cockpit, terminal: Terminal) -> None:
    """Nothing inline, nothing from elsewhere, in a whole call; and every request goes to the distributor."""
    blamed: list[str] = []
    asked: list[str] = []
    cockpit.page.on(
        "console", lambda message: blamed.append(message.text) if "Content Security" in message.text else None
    )
    cockpit.page.on("request", lambda request: asked.append(request.url))
    await cockpit.page.reload()
    await cockpit.shows("away")
    await cockpit.be_available()
    await terminal.press()
    await cockpit.sees_the_customer()
    await cockpit.press("e")
    await cockpit.shows("wrap_up")
    assert blamed == []
    assert len(asked) > 10
    assert all(url.startswith(cockpit.site.here.url) for url in asked)
