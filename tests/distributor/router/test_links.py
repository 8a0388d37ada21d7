"""Standby links: who is asked to make one, when one is closed, and who is told."""

from typing import Final

import pytest

from kiosk.distributor.router import RouterSettings
from kiosk.distributor.router import effects as f
from kiosk.distributor.router import events as e
from kiosk.errors import MisuseError
from kiosk.protocol.fields import AgentStatus, Role
from tests.distributor.router.standby import StandbyStory
from tests.distributor.router.story import Effects, words

AWAY: Final = AgentStatus.AWAY
AVAILABLE: Final = AgentStatus.AVAILABLE


@pytest.fixture
def story() -> StandbyStory:
    return StandbyStory()


def opened(effects: Effects) -> list[tuple[str, str]]:
    """Between whom links are to be set up."""
    return [(effect.terminal_id, effect.agent_id) for effect in effects if isinstance(effect, f.OpenLink)]


def closed(effects: Effects) -> list[f.CloseLink]:
    return [effect for effect in effects if isinstance(effect, f.CloseLink)]


def test_a_terminal_gets_a_link_to_an_agent_who_is_free(story: StandbyStory) -> None:
    """Its id tells the run of the distributor; the two are the only ones between whom its messages may be relayed."""
    story.wants("t1")
    assert words(story.bears("ann")) == [f.OpenLink("7-1", "t1", "ann")]
    assert story.router.parties_of_link("7-1") == ("t1", "ann")
    assert story.router.parties_of_link("7-2") is None
    assert not story.links()["t1", "ann"].ready
    assert story.ready("t1", "ann") == ()
    assert story.links()["t1", "ann"].ready
    assert story.router.next_deadline() is None, "a link may stand for as long as it likes"


@pytest.mark.parametrize(("wants", "bears"), [(0, 24), (2, 0)])
def test_nobody_who_wants_none_gets_any(story: StandbyStory, wants: int, bears: int) -> None:
    """A metered line, an old terminal or an old console."""
    story.bears("ann", bears)
    assert words(story.wants("t1", wants)) == []


def test_a_terminal_gets_no_more_links_than_it_wants_and_two_of_use_are_enough(story: StandbyStory) -> None:
    for agent_id in ("ann", "bob", "cy"):
        story.bears(agent_id)
    assert len(opened(story.wants("t1", 1))) == 1
    assert len(opened(story.wants("t2", 4))) == 2


def test_links_are_spread_over_the_free_agents(story: StandbyStory) -> None:
    """The one with the fewest is next; of equals, the one who became free last."""
    for agent_id in ("ann", "bob", "cy"):
        story.bears(agent_id)
        story.now += 1
    pairs = [agent_id for n in range(3) for _, agent_id in opened(story.wants(f"t{n}"))]
    assert pairs == ["cy", "bob", "ann", "cy", "bob", "ann"]


def test_a_console_bears_no_more_links_than_it_says(story: StandbyStory) -> None:
    """A place that comes free goes to one who has none, before one who wants a second."""
    story.bears("ann", 2)
    for n in range(4):
        story.wants(f"t{n}")
    story.all_ready()
    assert set(story.links()) == {("t0", "ann"), ("t1", "ann")}
    assert opened(story.lose_terminal("t0")) == [("t2", "ann")]


def test_a_console_sets_up_few_links_at_the_same_time(story: StandbyStory) -> None:
    """The others follow as these are ready, or given up."""
    for n in range(6):
        story.wants(f"t{n}")
    assert opened(story.bears("ann")) == [(f"t{n}", "ann") for n in range(4)]
    assert opened(story.ready("t2", "ann")) == [("t4", "ann")]
    assert opened(story.lose_link("t0", "ann", Role.TERMINAL)) == [("t5", "ann")]


def test_set_ups_are_paced(story: StandbyStory) -> None:
    """Three at once, then one in 30 s: agents who come and go don't keep a terminal busy."""
    story.wants("t1")
    for n in range(3):
        assert opened(story.bears(f"a{n}")) == [("t1", f"a{n}")]
        story.lose_agent(f"a{n}")
    assert opened(story.bears("ann")) == []
    assert opened(story.wait(29.9)) == []
    assert opened(story.wait(0.1)) == [("t1", "ann")]
    story.all_ready()
    assert opened(story.wait(3600)) == [], "it has a link to everybody"
    assert story.router.next_deadline() is None


def test_a_line_that_comes_and_goes_is_paced_too(story: StandbyStory) -> None:
    """The pace is kept for a terminal that was forgotten otherwise."""
    story.bears("ann")
    for _ in range(3):
        assert len(opened(story.wants("t1"))) == 1
        story.lose_terminal("t1")
    assert opened(story.wants("t1")) == []
    assert opened(story.wait(30)) == [("t1", "ann")]


def test_a_terminal_that_is_paced_and_finds_nobody_then_waits_for_somebody(story: StandbyStory) -> None:
    story.wants("t1")
    for n in range(3):
        story.bears(f"a{n}")
        story.lose_agent(f"a{n}")
    story.bears("ann")
    story.lose_agent("ann")
    assert opened(story.wait(60)) == []
    assert story.router.next_deadline() is None
    assert opened(story.bears("bob")) == [("t1", "bob")]


def test_a_link_that_is_not_ready_in_time_is_closed(story: StandbyStory) -> None:
    """Both are told, and the terminal gets one to another agent; with the same one it is tried again after a minute."""
    story.wants("t1", 1)
    story.bears("ann")
    assert words(story.wait(14.9)) == []
    assert words(story.wait(0.1)) == [f.CloseLink("7-1", "t1", "ann")]
    assert words(story.bears("bob")) == [f.OpenLink("7-2", "t1", "bob")]
    story.lose_agent("bob")
    assert words(story.wait(59.9)) == []
    assert words(story.wait(0.1)) == [f.OpenLink("7-3", "t1", "ann")]
    story.ready("t1", "ann")
    assert words(story.wait(60)) == []


@pytest.mark.parametrize(("role", "closing"), [(Role.TERMINAL, (None, "ann")), (Role.AGENT, ("t1", None))])
def test_a_side_that_has_lost_a_link_is_not_told_so(
    story: StandbyStory, role: Role, closing: tuple[str | None, str | None]
) -> None:
    """The other one is. A link that was warm once is tried again at once."""
    link_id = story.warm("t1", "ann")
    effects = story.lose_link("t1", "ann", role)
    assert closed(effects) == [f.CloseLink(link_id, *closing)]
    assert opened(effects) == [("t1", "ann")]


def test_what_is_said_of_a_link_by_others_or_too_late_means_nothing(story: StandbyStory) -> None:
    """A link that was closed, or one of other parties."""
    story.wants("t1", 1)
    story.bears("ann")
    story.wants("t2", 0)
    story.bears("bob")
    for event in (
        e.LinkReady("7-1", "t2"),
        e.LinkReady("7-9", "t1"),
        e.LinkLost("7-9", Role.TERMINAL, "t1"),
        e.LinkLost("7-1", Role.TERMINAL, "t2"),
        e.LinkLost("7-1", Role.AGENT, "bob"),
        e.LinkLost("7-1", Role.AGENT, "t1"),
    ):
        assert words(story.tell(event)) == []
    assert not story.links()["t1", "ann"].ready


def test_a_party_that_is_lost_has_no_links_any_more(story: StandbyStory) -> None:
    """The other side is told; a terminal looks for another agent at once."""
    story.bears("ann")
    story.wants("t1", 1)
    story.all_ready()
    story.bears("bob")
    assert words(story.lose_agent("ann")) == [f.CloseLink("7-1", "t1", None), f.OpenLink("7-2", "t1", "bob")]
    assert words(story.lose_terminal("t1")) == [f.CloseLink("7-2", None, "bob")]
    assert story.links() == {}


def test_a_party_that_declares_again_has_none(story: StandbyStory) -> None:
    """It closed them with its old connection, before the distributor noticed."""
    story.warm("t1", "ann")
    assert words(story.wants("t1")) == [f.CloseLink("7-1", None, "ann"), f.OpenLink("7-2", "t1", "ann")]
    story.all_ready()
    assert words(story.bears("ann")) == [f.CloseLink("7-2", "t1", None), f.OpenLink("7-3", "t1", "ann")]
    assert words(story.wants("t1", 0)) == [f.CloseLink("7-3", None, "ann")], "the line is metered now"


def test_a_link_to_an_agent_who_gets_busy_stays_until_its_place_is_needed(story: StandbyStory) -> None:
    """With room for three, the agent who is free again needs no new set-up."""
    for agent_id in ("ann", "bob", "cy", "dan"):
        story.bears(agent_id)
    story.wants("t1", 3)
    story.all_ready()
    assert set(story.links()) == {("t1", "ann"), ("t1", "bob")}
    story.terminal("t2")
    effects = story.call("t2", "c2")
    assert story.party("c2") == ("t2", "ann")
    assert (opened(effects), closed(effects)) == ([("t1", "cy")], [])
    story.face("c2", "t2")
    story.all_ready()
    story.terminal("t3")
    story.now += 30
    effects = story.call("t3", "c3")
    assert story.party("c3") == ("t3", "bob")
    assert closed(effects) == [f.CloseLink("7-2", "t1", "bob")], "the one who will be busy for longest"
    assert opened(effects) == [("t1", "dan")]


def test_a_link_to_an_agent_who_is_away_goes_first(story: StandbyStory) -> None:
    """An agent in a call will be back before one at lunch."""
    for agent_id in ("ann", "bob", "cy"):
        story.bears(agent_id)
    story.wants("t1", 2)
    story.all_ready()
    story.set("ann", AWAY)
    assert set(story.links()) == {("t1", "bob"), ("t1", "cy")}


def test_a_terminal_whose_customer_is_served_gets_one_link_for_the_next(story: StandbyStory) -> None:
    """The next customer may stand there already. The other links can wait for the call's end; the call keeps its own."""
    story.warm("t1", "ann")
    story.call("t1", "c1")
    assert opened(story.bears("bob")) == [("t1", "bob")]
    assert opened(story.bears("cy")) == []
    story.set("bob", AWAY)
    assert set(story.links()) == {("t1", "ann"), ("t1", "cy")}


def test_a_terminal_with_one_link_keeps_it_for_its_call(story: StandbyStory) -> None:
    story.wants("t1", 1)
    story.bears("ann")
    story.all_ready()
    story.call("t1", "c1")
    assert words(story.bears("bob")) == []
    assert opened(story.hang_up("c1", "t1")) == []
    assert opened(story.lose_agent("ann")) == [("t1", "bob")]


def test_a_customer_who_waits_gets_a_link_to_the_agent_whose_wrap_up_ends_next(story: StandbyStory) -> None:
    """By then it is warm."""
    story.warm("t1", "ann")
    story.call("t1", "c1")
    story.wants("t2")
    story.call("t2", "c2")
    story.wants("t3", 0)
    effects = story.hang_up("c1", "t1")
    assert opened(effects) == [("t2", "ann")]
    story.ready("t2", "ann")
    link_id = story.link_id("t2", "ann")
    assert words(story.wait(10)) == [f.Assign("c2", "t2", "ann", "en", 10.0, link_id=link_id)]


def test_settings_of_links_that_make_no_sense_are_a_defect() -> None:
    for wrong in ({"idle_links": 0}, {"links_under_way": 0}, {"link_burst": 0}):
        with pytest.raises(MisuseError):
            RouterSettings(**wrong)
