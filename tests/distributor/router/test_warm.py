"""Calls on a standby link: who gets them, and what happens when the link can't be used."""

from typing import Final

import pytest

from kiosk.distributor.router import Phase, RouterSettings
from kiosk.distributor.router import effects as f
from kiosk.protocol.fields import AgentStatus, EndReason, Role
from tests.distributor.router.standby import StandbyStory
from tests.distributor.router.story import SETTING_UP, declared, words

AWAY: Final = AgentStatus.AWAY


@pytest.fixture
def story() -> StandbyStory:
    return StandbyStory()


def test_a_press_gets_the_agent_of_a_warm_link_and_uses_it(story: StandbyStory) -> None:
    """Both sides hear of the link; attached counts as an answer, and the time for it runs from the start."""
    link_id = story.warm("t1", "ann")
    assert words(story.call("t1", "c1")) == [f.Assign("c1", "t1", "ann", "en", 0.0, link_id=link_id)]
    assert story.call_views()["c1"].link_id == link_id
    assert story.links()["t1", "ann"].in_use
    assert story.router.next_deadline() == story.now + 5
    story.answer("c1", "ann")
    assert story.call_views()["c1"].phase is Phase.SETTING_UP
    story.face("c1", "t1")
    story.hang_up("c1", "t1")
    assert not story.links()["t1", "ann"].in_use
    story.wait(10)
    assert words(story.call("t1", "c2")) == [f.Assign("c2", "t1", "ann", "en", 0.0, link_id=link_id)], "warm again"


def test_the_same_request_again_names_the_link_again(story: StandbyStory) -> None:
    link_id = story.warm("t1", "ann")
    story.call("t1", "c1")
    assert words(story.call("t1", "c1")) == [f.Assign("c1", "t1", "ann", "en", 0.0, to_agent=False, link_id=link_id)]


def test_a_link_that_is_not_ready_is_not_used(story: StandbyStory) -> None:
    """The call is set up without; the link may become ready meanwhile, and is for the next one."""
    story.bears("ann")
    story.wants("t1")
    assert words(story.call("t1", "c1")) == [f.Assign("c1", "t1", "ann", "en", 0.0)]
    story.ready("t1", "ann")
    assert not story.links()["t1", "ann"].in_use


@pytest.mark.parametrize(("longer_s", "wins"), [(60, True), (60.25, False)])
def test_a_warm_link_wins_over_idleness_within_bounds(*, longer_s: float, wins: bool) -> None:
    """A minute makes up for a set-up; more doesn't. Bob came back from a break when ann had waited for that long."""
    story = StandbyStory(RouterSettings(warm_window_s=60))
    story.warm("t1", "bob")
    story.set("bob", AWAY)
    story.agent("ann")
    story.now += longer_s
    story.set("bob", AgentStatus.AVAILABLE)
    story.call("t1", "c1")
    assert story.party("c1") == ("t1", "bob" if wins else "ann")


def test_a_link_is_not_set_up_to_an_agent_whose_turn_has_not_come(story: StandbyStory) -> None:
    """The call would go to the other one, who bears none; it is made the moment that one is taken, or within the window."""
    story.agent("ann")
    story.now += 180.25
    story.bears("bob")
    assert words(story.wants("t1")) == []
    story.terminal("t2")
    assert [type(effect) for effect in words(story.call("t2", "c2"))] == [f.Assign, f.OpenLink]
    assert set(story.links()) == {("t1", "bob")}


def test_whose_turn_it_is_follows_the_longest_idle(story: StandbyStory) -> None:
    """One who comes back from a lease is the first again, and sends the others back; they keep their links."""
    story.warm("t1", "ann")
    story.now += 180.25
    story.bears("bob")
    story.wants("t2")
    story.all_ready()
    assert set(story.links()) == {("t1", "ann"), ("t2", "ann")}
    fence = story.lease("t1").fence
    assert set(story.links()) == {("t1", "ann"), ("t2", "ann"), ("t1", "bob"), ("t2", "bob")}
    story.all_ready()
    story.give_back("t1", fence)
    story.terminal("t3")
    story.call("t2", "c2")
    assert story.party("c2") == ("t2", "ann")


def test_of_two_warm_links_the_longest_idle_agent_is_first(story: StandbyStory) -> None:
    story.agent("zoe")
    for agent_id in ("bob", "ann"):
        story.now += 1
        story.bears(agent_id)
    story.wants("t1")
    story.all_ready()
    story.call("t1", "c1")
    assert story.party("c1") == ("t1", "bob")


def test_a_busy_agents_link_is_no_reason_to_wait(story: StandbyStory) -> None:
    story.warm("t1", "ann")
    story.terminal("t2")
    story.call("t2", "c2")
    story.bears("bob", 0)
    assert words(story.call("t1", "c1")) == [f.Assign("c1", "t1", "bob", "en", 0.0)]


@pytest.mark.parametrize("attached", [False, True])
@pytest.mark.parametrize("role", list(Role))
def test_a_call_whose_link_is_lost_before_the_picture_is_set_up_without(
    story: StandbyStory, role: Role, *, attached: bool
) -> None:
    """The terminal is told, and offers; the agent has the full time from that offer on."""
    link_id = story.warm("t1", "ann")
    story.call("t1", "c1")
    if attached:
        story.answer("c1", "ann")
    story.now += 3
    effects = words(story.lose_link("t1", "ann", role))
    assert effects == [
        f.CloseLink(link_id, *((None, "ann") if role is Role.TERMINAL else ("t1", None))),
        f.Assign("c1", "t1", "ann", "en", 3.0, to_agent=False),
    ]
    assert story.router.next_deadline() == story.now + 15
    story.offer("c1", "t1")
    assert story.router.next_deadline() == story.now + 5
    story.answer("c1", "ann")
    story.face("c1", "t1")
    assert story.party("c1") == ("t1", "ann")


def test_a_terminal_that_offers_hasnt_got_the_link(story: StandbyStory) -> None:
    """Its offer is the agent's to answer; nobody needs to be told but that the link is closed."""
    link_id = story.warm("t1", "ann")
    story.call("t1", "c1")
    story.answer("c1", "ann")
    story.now += 3
    assert words(story.offer("c1", "t1")) == [f.CloseLink(link_id, "t1", "ann")]
    assert story.call_views()["c1"].link_id is None
    assert story.call_views()["c1"].phase is Phase.RESERVED
    assert story.router.next_deadline() == story.now + 5


def test_a_line_repair_of_a_connected_call_leaves_the_link(story: StandbyStory) -> None:
    """What was drawn over it was drawn; the offer is for a new connection of the same call."""
    story.warm("t1", "ann")
    story.call("t1", "c1")
    story.face("c1", "t1")
    assert story.offer("c1", "t1") == ()
    assert story.router.next_deadline() is None


def test_a_connected_call_goes_on_when_its_link_is_lost(story: StandbyStory) -> None:
    """The terminal repairs the line by itself."""
    link_id = story.warm("t1", "ann")
    story.call("t1", "c1")
    story.face("c1", "t1")
    assert words(story.lose_link("t1", "ann", Role.TERMINAL)) == [f.CloseLink(link_id, None, "ann")]
    assert story.call_views()["c1"].link_id is None
    assert story.status("ann") is AgentStatus.IN_CALL


def test_an_agent_who_does_not_attach_is_set_away_and_the_call_moves_on(story: StandbyStory) -> None:
    """To the next warm link."""
    story.warm("t1", "ann")
    story.bears("bob")
    story.all_ready()
    story.call("t1", "c1")
    effects = words(story.wait(5))
    assert effects[:2] == [
        f.End("c1", None, "ann", EndReason.SETUP_FAILED),
        f.Assign("c1", "t1", "bob", "en", 5.0, link_id=story.link_id("t1", "bob")),
    ]
    assert story.status("ann") is AWAY
    story.wait(5)
    assert (story.party("c1"), story.call_views()["c1"].link_id) == (("t1", None), None), "nobody is left"


def test_a_set_up_on_a_link_is_begun_anew_when_a_side_connects_again(story: StandbyStory) -> None:
    """Its links are gone with its connection."""
    link_id = story.warm("t1", "ann")
    story.call("t1", "c1")
    story.answer("c1", "ann")
    assert words(story.lose_terminal("t1")) == [f.CloseLink(link_id, None, "ann")]
    assert words(story.terminal("t1", declared("c1", "ann", SETTING_UP))) == [
        f.Assign("c1", "t1", "ann", "en", 0.0, to_agent=False)
    ]
