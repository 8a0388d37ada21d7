"""Pre-roll in real Chromium: the camera is on the link while the console says so, and at no other time."""

import asyncio
from functools import partial

import pytest
from playwright.async_api import expect

from kiosk.protocol import messages as m
from tests.console.desk import Desk
from tests.console.far_end import FarEnd

pytestmark = pytest.mark.asyncio(loop_scope="module")


def more_than(far: FarEnd, pictures: int) -> bool:
    """Whether so many pictures of the agent have come."""
    return far.pictures > pictures


async def shown(desk: Desk, far: FarEnd, fence: int = 1, lease_ms: int = 60_000) -> None:
    """Somebody stands at this link's terminal, and the agent can be seen there."""
    seen = far.pictures
    desk.pre_roll(far.link_id, fence, lease_ms)
    await desk.seen(is_seen=True)
    await far.until(lambda: far.pictures > seen + 3)


async def over(desk: Desk, far: FarEnd) -> None:
    """The agent can't be seen any more: it says so, and nothing comes."""
    await desk.seen(is_seen=False)
    await desk.silent(far)


async def test_an_agent_is_seen_only_when_they_agreed(desk: Desk) -> None:
    """The switch is off at first; what a distributor asks for that doesn't heed it isn't done."""
    far = await desk.link()
    declared = await desk.distributor.hears(m.Declare)
    assert (declared.links, declared.pre_roll) == (24, False)
    await expect(desk.page.locator("[role=switch]")).to_have_attribute("aria-checked", "false")
    desk.pre_roll("1-1", fence=1)
    await desk.silent(far)
    await expect(desk.page.locator("body")).to_have_attribute("data-state", "available")
    assert await far.packets("video") == 0


async def test_the_switch_is_kept_until_the_agent_signs_out(desk: Desk) -> None:
    await desk.willing()
    since = len(desk.distributor.heard)
    await desk.page.reload()
    assert (await desk.distributor.hears(m.Declare, since)).pre_roll
    await desk.cockpit.shows("away")
    await desk.cockpit.press("o")
    await desk.page.wait_for_selector("#sign-in-form")
    since = len(desk.distributor.heard)
    await desk.page.goto(desk.cockpit.site.sign_in_link())
    assert not (await desk.distributor.hears(m.Declare, since)).pre_roll


async def test_the_camera_without_sound_while_the_console_says_so(desk: Desk) -> None:
    far = await desk.link()
    await desk.willing()
    assert await far.packets("video") == 0
    await shown(desk, far)
    await desk.cockpit.reads("#state-word", "You can be seen")
    await desk.cockpit.reads("#stage-words", "They can't hear you.")
    await desk.cockpit.reads("#preview-words", "seen at a terminal")
    await expect(desk.page.locator("#announcer")).to_contain_text("You can be seen")
    assert await desk.page.title() == "You can be seen"
    assert far.size == (1280, 720)
    assert await far.packets("audio") == 0
    desk.distributor.say(m.PreRollOver(fence=1))
    await over(desk, far)


async def test_without_renewal_the_lease_ends_and_with_it_goes_on(desk: Desk) -> None:
    far = await desk.link()
    await desk.willing()
    await shown(desk, far, lease_ms=400)
    await desk.seen(is_seen=False)
    desk.pre_roll("1-1", fence=1, lease_ms=600)
    await desk.seen(is_seen=True)
    seen = far.pictures
    for turn in range(3):
        desk.pre_roll("1-1", fence=1, lease_ms=600)
        await far.until(partial(more_than, far, seen + 8 * turn))
        assert await desk.page.locator("body").get_attribute("data-state") == "seen"
    await over(desk, far)


@pytest.mark.parametrize("ending", ["away", "switch", "sign_out", "socket", "closed", "camera"])
async def test_what_ends_it_at_once(desk: Desk, ending: str) -> None:
    far = await desk.link()
    await desk.willing()
    await shown(desk, far)
    match ending:
        case "away":
            await desk.cockpit.press("w")
        case "switch":
            await desk.cockpit.press("p")
        case "sign_out":
            await desk.page.route("**/api/sign-out", lambda _: None)
            await desk.cockpit.press("o")
        case "socket":
            await desk.distributor.cut()
        case "closed":
            desk.distributor.say(m.LinkClosed(link_id="1-1"))
        case _:
            await desk.page.evaluate(
                "document.getElementById('own-picture').srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))"
            )
    await desk.seen(is_seen=False)
    if ending in {"socket", "closed"}:
        await desk.links_open(0)
    else:
        await desk.silent(far)


async def test_a_press_adds_the_sound_without_a_gap_in_the_picture(desk: Desk) -> None:
    far = await desk.link()
    await desk.willing()
    await shown(desk, far)
    keys = await desk.key_frames()
    gaps = asyncio.create_task(far.longest_gap_s(30))
    await desk.call(far)
    await far.until(lambda: far.loudest > 500)
    assert await gaps < 0.4
    assert await desk.key_frames() == keys
    await desk.cockpit.shows("in_call")


async def test_a_call_on_another_link_takes_the_camera_off_the_first_one_before(desk: Desk) -> None:
    first, second = await desk.link("1-1"), await desk.link("1-2")
    await desk.willing()
    await shown(desk, first)
    order = await desk.record_tracks()
    call_id = await desk.call(second)
    changes = await desk.page.evaluate(order)
    assert changes[0] == [0, "video", "off"]
    assert [1, "video", "on"] in changes[1:]
    stopped = first.pictures
    await second.until(lambda: second.pictures > 30)
    assert first.pictures == stopped
    await desk.end(second, call_id)
    await desk.silent(first)


async def test_a_lease_for_another_terminal_moves_the_camera(desk: Desk) -> None:
    first, second = await desk.link("1-1"), await desk.link("1-2")
    await desk.willing()
    await shown(desk, first, fence=1)
    await shown(desk, second, fence=2)
    desk.pre_roll("1-1", fence=1)
    stopped = first.pictures
    seen = second.pictures
    await second.until(lambda: second.pictures > seen + 20)
    assert first.pictures == stopped


async def test_in_a_call_nobody_else_sees_the_agent(desk: Desk) -> None:
    first, second = await desk.link("1-1"), await desk.link("1-2")
    await desk.willing()
    await desk.call(second)
    desk.pre_roll("1-1", fence=5)
    seen = second.pictures
    await second.until(lambda: second.pictures > seen + 20)
    assert await first.packets("video") == 0
