"""Standby links in real Chromium: made before anybody presses, silent until a call uses them, and silent again after it."""

import pytest

from kiosk.protocol import messages as m
from tests.console.desk import Desk
from tests.console.far_end import FarEnd

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAMERA = "document.getElementById('own-picture').srcObject.getVideoTracks()[0]"


async def test_a_link_is_answered_both_ways_and_sends_nothing(desk: Desk) -> None:
    """Not one packet of picture or sound, while its signs of life come and go."""
    far = await desk.link()
    assert far.answer.count("a=sendrecv") == 2
    await desk.silent(far)
    sent = await desk.sent()
    assert (sent["video"], sent["audio"]) == (0, 0)
    assert (await far.packets("video"), await far.packets("audio")) == (0, 0)


async def test_a_call_on_a_link_is_there_at_once_with_a_whole_picture(desk: Desk) -> None:
    """`attached` is said before any offer could have been answered; nothing else is negotiated."""
    far = await desk.link()
    call_id = await desk.call(far)
    assert (await desk.distributor.hears(m.Attached)).call_id == call_id
    assert not any(isinstance(each, m.Answer) for each in desk.distributor.heard)
    assert far.size == (1280, 720)
    await far.until(lambda: far.loudest > 500)


async def test_calls_follow_each_other_on_one_link_and_between_them_it_is_silent(desk: Desk) -> None:
    """Each begins with a key frame: nobody has to ask for one."""
    far = await desk.link()
    for turn in range(2):
        call_id = await desk.call(far)
        assert await desk.key_frames() > turn
        await desk.end(far, call_id)
        assert await desk.page.evaluate("document.getElementById('picture').srcObject") is None
        await desk.silent(far)
    await desk.links_open(1)


async def test_a_call_on_a_link_that_is_not_known_starts_cold(desk: Desk) -> None:
    """The console says so, and the offer that follows is answered on a new connection."""
    call_id, _ = desk.distributor.incoming("9-9")
    assert (await desk.distributor.hears(m.LinkLost)).link_id == "9-9"
    assert not any(isinstance(each, m.Attached) for each in desk.distributor.heard)
    desk.distributor.say(m.Offer(call_id=call_id, sdp=await FarEnd.an_offer()))
    assert (await desk.distributor.hears(m.Answer)).call_id == call_id


async def test_an_offer_in_a_call_on_a_link_takes_its_place(desk: Desk) -> None:
    """The terminal has lost the link, or rebuilds the line: one connection is left, and it isn't the link."""
    far = await desk.link()
    call_id = await desk.call(far)
    desk.distributor.say(m.Offer(call_id=call_id, sdp=await FarEnd.an_offer()))
    assert (await desk.distributor.hears(m.Answer)).call_id == call_id
    await desk.links_open(1)
    assert await desk.page.evaluate("window.peers[0].connectionState") == "closed"


async def test_a_link_that_is_closed_is_closed(desk: Desk) -> None:
    await desk.link()
    desk.distributor.say(m.LinkClosed(link_id="1-1"))
    await desk.links_open(0)


async def test_a_link_that_is_closed_in_its_call_goes_on_to_the_calls_end(desk: Desk) -> None:
    far = await desk.link()
    call_id = await desk.call(far)
    desk.distributor.say(m.LinkClosed(link_id="1-1"))
    seen = far.pictures
    await far.until(lambda: far.pictures > seen + 20)
    await desk.end(far, call_id)
    await desk.links_open(0)


async def test_a_lost_distributor_takes_the_idle_links_and_leaves_the_calls(desk: Desk) -> None:
    far = await desk.link("1-1")
    await desk.link("1-2")
    call_id = await desk.call(far)
    declared = len(desk.distributor.heard)
    await desk.distributor.cut()
    await desk.links_open(1)
    seen = far.pictures
    await far.until(lambda: far.pictures > seen + 20)
    await desk.distributor.hears(m.Declare, declared)
    await desk.end(far, call_id)
    await desk.links_open(0)


async def test_a_terminal_that_closes_its_link_is_reported(desk: Desk) -> None:
    far = await desk.link()
    await far.close()
    assert (await desk.distributor.hears(m.LinkLost)).link_id == "1-1"
    await desk.links_open(0)


async def test_a_camera_that_comes_back_in_a_call_on_a_link_is_seen_again(desk: Desk) -> None:
    far = await desk.link()
    await desk.call(far)
    await desk.page.evaluate(f"{{ const track = {CAMERA}; track.stop(); track.dispatchEvent(new Event('ended')); }}")
    await desk.cockpit.reads("#notice", "Your camera has stopped")
    await desk.page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    seen = far.pictures
    await far.until(lambda: far.pictures > seen + 20)


async def test_links_are_kept_while_the_agent_is_away(desk: Desk) -> None:
    """Its camera is off; available again, a call finds link and camera."""
    far = await desk.link()
    await desk.cockpit.press("w")
    await desk.cockpit.shows("away")
    await desk.links_open(1)
    await desk.cockpit.be_available()
    await desk.call(far)
