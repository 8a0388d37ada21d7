"""An agent signs in, against a real distributor."""

from playwright.async_api import expect

from tests.browser import RunningBrowser
from tests.console.site import NAME, PASSWORD, Cockpit, Site


async def test_wrong_and_right_passwords_by_keyboard_alone(site: Site, chrome: RunningBrowser) -> None:
    """The name is focused; Enter signs in; a wrong password is told in words and empties the field."""
    page = await chrome.page()
    await page.goto(site.here.url)
    await expect(page.locator("#name")).to_be_focused()
    await page.keyboard.type(NAME)
    await page.keyboard.press("Tab")
    await page.keyboard.type("wrong horse")
    await page.keyboard.press("Enter")
    await expect(page.locator("#sign-in-problem")).to_contain_text("don't go together")
    await expect(page.locator("#password")).to_have_value("")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await Cockpit(page, site).shows("away")
    await expect(page.locator("#me-name")).to_have_text(NAME)


async def test_a_one_time_link_signs_in_once_and_leaves_the_address_bar(site: Site, chrome: RunningBrowser) -> None:
    link = site.sign_in_link()
    page = await chrome.page()
    await page.goto(link)
    await Cockpit(page, site).shows("away")
    assert "code" not in page.url
    other = await chrome.page()
    await other.goto(link)
    await expect(other.locator("#sign-in-problem")).to_contain_text("used before")


async def test_a_reload_keeps_the_sign_in_and_sign_out_ends_it(cockpit: Cockpit) -> None:
    await cockpit.page.reload()
    await cockpit.shows("away")
    await cockpit.press("o")
    await expect(cockpit.page.locator("#sign-in-form")).to_be_visible()
    await cockpit.page.reload()
    await expect(cockpit.page.locator("#sign-in-form")).to_be_visible()


async def test_a_distributor_that_is_away_is_told_until_it_is_back(site: Site, chrome: RunningBrowser) -> None:
    page = await chrome.page()
    await page.goto(site.here.url)
    await expect(page.locator("#sign-in-form")).to_be_visible()
    await site.stop()
    await page.fill("#name", NAME)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#sign-in-problem")).to_contain_text("can't be reached")
    await site.start()
    await expect(page.locator("#sign-in-problem")).to_be_hidden()


async def test_a_second_window_takes_over_and_the_first_can_take_back(cockpit: Cockpit) -> None:
    second = await cockpit.page.context.new_page()
    await second.goto(cockpit.site.here.url)
    await Cockpit(second, cockpit.site).shows("away")
    await cockpit.reads("#stage-words", "open in another window")
    await cockpit.press("g")
    await cockpit.shows("away")
    await Cockpit(second, cockpit.site).shows("stopped")


async def test_a_sign_out_elsewhere_ends_this_window_too(cockpit: Cockpit) -> None:
    second = await cockpit.page.context.new_page()
    await second.goto(cockpit.site.here.url)
    await Cockpit(second, cockpit.site).shows("away")
    await cockpit.shows("stopped")
    await cockpit.page.evaluate("fetch('/api/sign-out', {method: 'POST'})")
    await expect(second.locator("#sign-in-problem")).to_contain_text("sign-in has ended")
