"""The console's state before a press: standby links, pre-roll, and calls on links; pure, like test_state.py."""

import pytest

from tests.console import events as e
from tests.console.pure import Event, Modules

pytestmark = pytest.mark.asyncio(loop_scope="module")

OFFERED = e.said("link_offer", link_id="1-1", sdp="v=0")
READY = {"type": "link_state", "linkId": "1-1", "state": "connected"}
LINKED = [*e.AVAILABLE, OFFERED, READY]
SWITCH: Event = {"type": "pre_roll_switch"}
WILLING = [*LINKED, SWITCH]
UNSEEN: Event = {"type": "unseen", "linkId": "1-1"}
WARM = e.said("incoming", 1000, call_id="c1", terminal=e.TERMINAL, language="de", waited_ms=0, link_id="1-1")


def pre_roll(fence: int, now: float = 0, link: str = "1-1", lease_ms: int = 2000) -> Event:
    """Somebody stands in front of this link's terminal, or still does."""
    return e.said("pre_roll", now, link_id=link, fence=fence, lease_ms=lease_ms)


def time(now: float) -> Event:
    """A reminder fires."""
    return {"type": "lease_time", "now": now}


def offers(count: int) -> list[Event]:
    """So many more links."""
    return [e.said("link_offer", link_id=f"2-{number}", sdp="v=0") for number in range(count)]


SEEN = [*WILLING, pre_roll(7)]


async def test_a_links_offer_is_answered(modules: Modules) -> None:
    folded = await modules.fold(e.AVAILABLE, OFFERED)
    assert folded.effects == [{"do": "open_link", "linkId": "1-1", "sdp": "v=0"}]
    assert (await modules.fold(e.AVAILABLE, OFFERED, OFFERED)).done == []


async def test_the_25th_link_is_refused(modules: Modules) -> None:
    assert (await modules.fold(e.AVAILABLE, offers(24))).done == ["open_link"]
    refused = await modules.fold(e.AVAILABLE, offers(24), OFFERED)
    assert refused.effects == [{"do": "send", "message": {"type": "link_lost", "link_id": "1-1"}}]


async def test_a_link_that_fails_is_reported_and_closed_once(modules: Modules) -> None:
    failed = {**READY, "state": "failed"}
    assert (await modules.fold(LINKED, failed)).done == ["link_lost", "close_link"]
    assert (await modules.fold(LINKED, failed, failed)).done == []


async def test_a_link_that_is_closed_is_not_reported(modules: Modules) -> None:
    closed = e.said("link_closed", link_id="1-1")
    assert (await modules.fold(LINKED, closed)).done == ["close_link"]
    assert (await modules.fold(LINKED, closed, closed)).done == []


async def test_a_call_on_a_link_takes_it_and_says_so(modules: Modules) -> None:
    folded = await modules.fold(LINKED, WARM)
    assert folded.done == ["adopt", "mute", "attached"]
    assert folded.effects[0] == {"do": "adopt", "callId": "c1", "linkId": "1-1"}


@pytest.mark.parametrize("story", [e.AVAILABLE, [*LINKED, {**READY, "state": "disconnected"}]])
async def test_a_call_on_a_link_that_is_gone_or_broken_starts_cold(modules: Modules, story: list[Event]) -> None:
    folded = await modules.fold(story, WARM)
    assert folded.done[0] == "link_lost"
    assert folded.done[-2:] == ["prepare", "mute"]
    assert folded.state["call"]["linkId"] is None
    assert (await modules.fold(story, WARM, e.OFFER)).done == ["answer"]


async def test_an_offer_in_a_call_on_a_link_ends_the_link(modules: Modules) -> None:
    folded = await modules.fold(LINKED, WARM, e.OFFER)
    assert folded.done == ["answer", "close_link"]
    assert folded.state["links"] == {}
    assert (await modules.fold(LINKED, WARM, e.OFFER, e.OFFER)).done == ["answer"]


async def test_a_line_that_is_repaired_ends_the_link_and_the_distributor_is_told(modules: Modules) -> None:
    """In a call it can't know by itself: the terminal may rebuild a line without giving up a link."""
    in_call = [*LINKED, WARM, e.status("in_call")]
    assert (await modules.fold(in_call, e.OFFER)).done == ["answer", "link_lost", "close_link"]
    revoked = [*in_call, e.said("link_closed", link_id="1-1")]
    assert (await modules.fold(revoked, e.OFFER)).done == ["answer", "close_link"]


async def test_after_its_call_a_link_rests_or_is_closed_if_it_was_revoked_meanwhile(modules: Modules) -> None:
    assert (await modules.fold(LINKED, WARM, e.ENDED)).done == ["close"]
    revoked = [*LINKED, WARM, e.said("link_closed", link_id="1-1")]
    assert (await modules.fold(revoked)).done == []
    assert (await modules.fold(revoked, e.ENDED)).done == ["close", "close_link"]


async def test_a_lost_distributor_takes_all_links_but_the_calls(modules: Modules) -> None:
    cut = [*LINKED, *offers(1), WARM, e.DOWN]
    folded = await modules.fold(cut)
    assert folded.effects == [{"do": "check_sign_in"}, {"do": "close_link", "linkId": "2-0"}]
    assert (await modules.fold(cut, e.CONNECTING, e.WELCOME, e.ENDED)).done == ["close", "close_link"]


async def test_the_switch_is_off_at_first_told_and_kept(modules: Modules) -> None:
    assert not (await modules.fold(e.AVAILABLE)).props["controls"]["pre_roll"]["pressed"]
    on = await modules.fold(e.AVAILABLE, SWITCH)
    assert on.effects == [
        {"do": "keep_pre_roll", "on": True},
        {"do": "send", "message": {"type": "set_pre_roll", "on": True}},
    ]
    again = await modules.fold(e.AVAILABLE, SWITCH, e.DOWN, e.CONNECTING, e.WELCOME)
    assert again.effects[0]["message"]["pre_roll"] is True
    assert (await modules.fold({**e.SIGNED_IN, "preRollOn": True})).state["preRollOn"]


async def test_pre_roll_shows_the_camera_and_says_so(modules: Modules) -> None:
    folded = await modules.fold(SEEN)
    assert folded.effects == [{"do": "show_camera", "linkId": "1-1"}, {"do": "remind", "ms": 2005}]
    assert (folded.props["kind"], folded.props["title"]) == ("seen", "You can be seen")


@pytest.mark.parametrize(
    "story",
    [
        LINKED,
        [*WILLING, SWITCH],
        [*WILLING, e.want("away")],
        [*WILLING, WARM],
        [*WILLING, e.fault("camera", "stopped", "ready")],
        [*WILLING, e.DOWN],
    ],
)
async def test_pre_roll_of_one_who_is_unwilling_away_in_a_call_or_without_camera_is_not_done(
    modules: Modules, story: list[Event]
) -> None:
    folded = await modules.fold(story, pre_roll(7))
    assert folded.done == []
    assert folded.props["kind"] != "seen"


async def test_pre_roll_on_a_link_that_is_not_known_is_reported(modules: Modules) -> None:
    assert (await modules.fold(WILLING, pre_roll(7, link="9-9"))).done == ["link_lost"]


async def test_a_renewal_moves_the_end_of_the_lease(modules: Modules) -> None:
    renewed = [*SEEN, pre_roll(7, now=1500)]
    assert (await modules.fold(renewed)).done == ["remind"]
    assert (await modules.fold(renewed, time(2005))).done == []
    assert (await modules.fold(renewed, time(3505))).effects == [{"do": "hide_camera", "linkId": "1-1"}]


async def test_the_agent_reads_it_until_the_camera_is_off(modules: Modules) -> None:
    over = [*SEEN, e.said("pre_roll_over", fence=7)]
    assert (await modules.fold(over)).props["kind"] == "seen"
    assert (await modules.fold(over, UNSEEN)).props["kind"] == "available"


@pytest.mark.parametrize(
    "event",
    [
        e.said("pre_roll_over", fence=7),
        time(2005),
        e.want("away"),
        SWITCH,
        e.DOWN,
        {"type": "signed_out", "why": None},
        e.said("link_closed", link_id="1-1"),
        {**READY, "state": "failed"},
        e.said("error", code="replaced", text="x", fatal=True),
        e.fault("camera", "stopped", "ready"),
    ],
)
async def test_what_takes_the_camera_off(modules: Modules, event: Event) -> None:
    """And before the link is closed or the devices go."""
    folded = await modules.fold(SEEN, event)
    assert {"do": "hide_camera", "linkId": "1-1"} in folded.effects
    last = [each for each in folded.done if each in {"hide_camera", "close_link", "release_devices"}]
    assert last[0] == "hide_camera"
    assert folded.state["lease"] is None


async def test_messages_of_older_leases_change_nothing(modules: Modules) -> None:
    over = [*SEEN, e.said("pre_roll_over", fence=7), UNSEEN]
    assert (await modules.fold(over, pre_roll(7))).done == []
    newer = [*SEEN, *offers(1), pre_roll(9, link="2-0")]
    assert (await modules.fold(newer)).done == ["hide_camera", "show_camera", "remind"]
    assert (await modules.fold(newer, pre_roll(7))).done == []
    assert (await modules.fold(newer, e.said("pre_roll_over", fence=7))).done == []


async def test_a_press_keeps_the_camera_where_it_is(modules: Modules) -> None:
    folded = await modules.fold(SEEN, WARM)
    assert folded.done == ["adopt", "mute", "attached"]
    assert folded.state["seenOn"] == []
    assert (await modules.fold(SEEN, WARM, pre_roll(7))).done == []


async def test_a_call_on_another_link_takes_the_camera_off_first(modules: Modules) -> None:
    other = {**WARM, "message": {**WARM["message"], "link_id": "2-0"}}
    assert (await modules.fold(SEEN, *offers(1), other)).done == ["hide_camera", "adopt", "mute", "attached"]
    cold = await modules.fold(SEEN, e.INCOMING)
    assert cold.done == ["hide_camera", "prepare", "mute"]


async def test_a_camera_that_is_needed_again_before_it_was_off_is_told_throughout(modules: Modules) -> None:
    again = [*SEEN, e.said("pre_roll_over", fence=7), pre_roll(8), UNSEEN]
    assert (await modules.fold(again)).props["kind"] == "seen"
