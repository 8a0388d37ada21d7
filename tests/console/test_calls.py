"""Calls from a real terminal to the console in real Chromium, through a real distributor."""

import pytest
from playwright.async_api import expect

from kiosk.protocol.fields import EndReason
from kiosk.protocol.messages import Answer, Ended
from tests.browser import RunningBrowser
from tests.console.site import Cockpit, Site
from tests.console.terminal import Terminal


async def in_call(cockpit: Cockpit, terminal: Terminal) -> None:
    """The agent is available, the customer presses, both see each other."""
    await cockpit.be_available()
    await terminal.press()
    await cockpit.shows("in_call")
    await cockpit.sees_the_customer()
    await terminal.until(lambda: terminal.pictures > 10)


async def test_available_and_away_by_key_switch_the_camera_on_and_off(cockpit: Cockpit) -> None:
    page = cockpit.page
    await expect(page.locator("#preview")).to_have_attribute("data-on", "false")
    await cockpit.be_available()
    await expect(page.locator("#preview")).to_have_attribute("data-on", "true")
    await expect(page.locator("[data-action=available][aria-pressed]")).to_have_attribute("aria-pressed", "true")
    await cockpit.press("w")
    await cockpit.shows("away")
    await expect(page.locator("#preview")).to_have_attribute("data-on", "false")
    assert await page.evaluate("document.getElementById('own-picture').srcObject") is None


async def test_a_call_arrives_without_a_click(cockpit: Cockpit, terminal: Terminal) -> None:
    """Who and where is read, the customer is seen and heard, and sees and hears the agent."""
    await cockpit.be_available()
    await terminal.press("de")
    await cockpit.reads("#branch", "Springfield")
    await cockpit.reads("#terminal", "Desk 2")
    await cockpit.reads("#language", "German")
    await cockpit.sees_the_customer()
    await terminal.until(lambda: terminal.pictures > 30 and len(terminal.sound) > 50)
    await expect(cockpit.page.locator("#announcer")).to_have_text("In call. Springfield, German")
    assert await cockpit.page.title() == "In call: Springfield"
    assert not await cockpit.page.locator("#hear").is_visible()


@pytest.mark.parametrize("codec", ["video/H264", "video/VP8"])
async def test_the_offers_first_codec_is_the_one_that_is_used(cockpit: Cockpit, terminal: Terminal, codec: str) -> None:
    terminal.codec = codec
    await in_call(cockpit, terminal)
    answer = (await terminal.told(Answer)).sdp
    media = answer[answer.index("m=video") :]
    first = media.split()[3]
    assert f"a=rtpmap:{first} {codec.removeprefix('video/')}/90000" in media


async def test_the_first_picture_of_the_agent_is_a_whole_one(cockpit: Cockpit, terminal: Terminal) -> None:
    """Left to itself Chromium starts at 640x360, and stays there for long."""
    await cockpit.be_available()
    await terminal.press()
    await terminal.until(lambda: terminal.pictures > 0)
    assert terminal.size == (1280, 720)


async def test_mute_silences_the_agent_and_unmute_is_heard_again(cockpit: Cockpit, terminal: Terminal) -> None:
    def level() -> float:
        return max((abs(int(block.max())) for block in list(terminal.sound)[-25:]), default=0)

    await in_call(cockpit, terminal)
    await terminal.until(lambda: level() > 500)
    await cockpit.press("m")
    await cockpit.shows("muted")
    await cockpit.reads("#preview", "Muted")
    await terminal.until(lambda: level() < 50)
    await cockpit.press("m")
    await cockpit.shows("in_call")
    await terminal.until(lambda: level() > 500)


async def test_the_agent_hangs_up_and_says_ready(cockpit: Cockpit, terminal: Terminal) -> None:
    await in_call(cockpit, terminal)
    await cockpit.press("e")
    assert (await terminal.told(Ended)).reason is EndReason.AGENT_HUNG_UP
    await cockpit.shows("wrap_up")
    await cockpit.reads("#wrap-up", "You ended the call.")
    await cockpit.press("r")
    await cockpit.shows("available")
    await expect(cockpit.page.locator("#wrap-up")).to_have_attribute("inert", "")


async def test_the_customer_hangs_up_and_wrap_up_ends_by_itself(
    site: Site, chrome: RunningBrowser, terminal: Terminal
) -> None:
    await site.stop()
    site.wrap_up_s = 2
    await site.start()
    await terminal.connect()
    cockpit = Cockpit(await chrome.page(), site)
    await cockpit.open()
    await in_call(cockpit, terminal)
    await terminal.hang_up()
    await cockpit.shows("wrap_up")
    await cockpit.reads("#wrap-up", "The customer ended the call.")
    await cockpit.reads("#wrap-up-left", "1")
    await cockpit.shows("available")


async def test_away_during_a_call_holds_for_afterwards(cockpit: Cockpit, terminal: Terminal) -> None:
    await in_call(cockpit, terminal)
    await cockpit.press("w")
    await cockpit.reads("#state-detail", "After this call you're away.")
    await cockpit.press("e")
    await cockpit.reads("#wrap-up-then", "Then you're away.")


async def test_a_second_call_follows_the_first(cockpit: Cockpit, terminal: Terminal) -> None:
    await in_call(cockpit, terminal)
    await terminal.hang_up()
    await cockpit.shows("wrap_up")
    await cockpit.press("r")
    await cockpit.shows("available")
    await terminal.press()
    await cockpit.sees_the_customer()
    await terminal.until(lambda: terminal.pictures > 10)


async def test_a_closed_tab_says_goodbye(cockpit: Cockpit, terminal: Terminal) -> None:
    """The customer is told within 2 s."""
    await in_call(cockpit, terminal)
    await cockpit.page.close()
    assert (await terminal.told(Ended, within_s=2)).reason is EndReason.AGENT_GONE


async def test_a_call_outlives_the_distributor(cockpit: Cockpit, terminal: Terminal) -> None:
    """Picture and sound go on both ways; the bar says what happens; the call is known again afterwards."""
    await in_call(cockpit, terminal)
    await cockpit.site.stop()
    await cockpit.reads("#link", "is being restored. Your call goes on.")
    pictures, shown_s = terminal.pictures, await cockpit.shown_s()
    await terminal.until(lambda: terminal.pictures > pictures + 30)
    assert await cockpit.shown_s() > shown_s + 0.5
    await cockpit.site.start()
    await terminal.connect()
    await expect(cockpit.page.locator("#link")).to_be_empty(timeout=5000)
    await cockpit.shows("in_call")
    pictures = terminal.pictures
    await terminal.until(lambda: terminal.pictures > pictures + 30)
    await cockpit.press("e")
    assert (await terminal.told(Ended)).reason is EndReason.AGENT_HUNG_UP
    await cockpit.shows("wrap_up")


async def test_an_available_agent_is_available_again_after_a_restart(cockpit: Cockpit, terminal: Terminal) -> None:
    await cockpit.be_available()
    await cockpit.site.stop()
    await cockpit.shows("restoring")
    await cockpit.site.start()
    await cockpit.shows("available")
    await terminal.connect()
    await terminal.press()
    await cockpit.sees_the_customer()


async def test_keys_do_nothing_while_typing_or_with_a_modifier(cockpit: Cockpit, terminal: Terminal) -> None:
    await in_call(cockpit, terminal)
    await cockpit.press("Control+e")
    await cockpit.page.evaluate("document.body.append(Object.assign(document.createElement('input'), {id: 'note'}))")
    await cockpit.page.focus("#note")
    await cockpit.page.keyboard.type("emw")
    await cockpit.shows("in_call")
    assert terminal.call_id


async def test_a_picture_that_stops_is_told(cockpit: Cockpit, terminal: Terminal) -> None:
    await in_call(cockpit, terminal)
    assert terminal.picture
    terminal.picture.going.clear()
    await cockpit.reads("#notice", "The customer's picture has stopped. You can still hear them.")
    terminal.picture.going.set()
    await expect(cockpit.page.locator("#notice")).to_be_hidden(timeout=5000)


async def test_a_terminal_that_vanishes_is_told(cockpit: Cockpit, terminal: Terminal) -> None:
    """Its connection and its media break off at once, as when the power goes."""
    await in_call(cockpit, terminal)
    await terminal.vanish()
    await cockpit.shows("wrap_up")
    await cockpit.reads("#wrap-up-reason", "The terminal lost its connection.")
