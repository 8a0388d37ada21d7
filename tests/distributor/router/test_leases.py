"""Pre-roll: who is kept for whom before a press, and until when."""

from typing import Final

import pytest

from kiosk.distributor.router import effects as f
from kiosk.distributor.router import events as e
from kiosk.protocol.fields import AgentStatus, ErrorCode, QueueReason, Role
from tests.distributor.router.standby import StandbyStory
from tests.distributor.router.story import words

AWAY: Final = AgentStatus.AWAY
AVAILABLE: Final = AgentStatus.AVAILABLE
EPOCH: Final = 7 << 32


@pytest.fixture
def story() -> StandbyStory:
    return StandbyStory()


def kept_for(story: StandbyStory, agent_id: str) -> str | None:
    return story.agent_views()[agent_id].kept_for


def test_an_agent_with_a_warm_link_is_kept_for_who_stands_there(story: StandbyStory) -> None:
    """It goes on being available; nobody else gets it until the terminal gives it back."""
    link_id = story.warm("t1", "ann")
    assert story.ask("t1", 5) == (f.Lease(EPOCH + 2, link_id, "t1", "ann", 2.0, 5),)
    assert (story.status("ann"), kept_for(story, "ann")) == (AVAILABLE, "t1")
    story.terminal("t2")
    assert words(story.call("t2", "c2")) == [
        f.Queue("c2", "t2", QueueReason.ALL_BUSY),
        f.EndLease(EPOCH + 2, "t1", None),
    ]
    assert words(story.give_back("t1", EPOCH + 2)) == [
        f.EndLease(EPOCH + 2, None, "ann"),
        f.Assign("c2", "t2", "ann", "en", 0.0),
    ]
    assert kept_for(story, "ann") is None


def test_a_press_inside_the_lease_gets_that_agent_on_that_link(story: StandbyStory) -> None:
    """Even if another call was waiting for the agent: the customer sees the agent already."""
    link_id = story.warm("t1", "ann")
    fence = story.lease("t1").fence
    story.terminal("t2")
    story.call("t2", "c2")
    assert words(story.press("t1", "c1", fence)) == [f.Assign("c1", "t1", "ann", "en", 0.0, link_id=link_id)]
    assert kept_for(story, "ann") is None
    assert words(story.give_back("t1", fence)) == [], "it is over"


def test_a_lease_is_renewed_by_each_ask_and_runs_out_without(story: StandbyStory) -> None:
    """Nobody else gets the agent until the terminal can't show it any more: 2 s, and 1.5 s for a press that isn't confirmed."""
    link_id = story.warm("t1", "ann")
    fence = story.lease("t1").fence
    story.now += 1
    assert story.ask("t1", 2) == (f.Lease(fence, link_id, "t1", "ann", 2.0, 2),)
    story.now += 2.5
    story.terminal("t2")
    story.call("t2", "c2")
    assert words(story.wait(0.9)) == []
    assert words(story.wait(0.1)) == [f.EndLease(fence, None, "ann"), f.Assign("c2", "t2", "ann", "en", 1.0)]


def test_a_press_that_comes_when_the_lease_is_over_is_a_call_like_others(story: StandbyStory) -> None:
    story.warm("t1", "ann")
    fence = story.lease("t1").fence
    story.wait(3.5)
    story.terminal("t2")
    story.call("t2", "c2")
    assert words(story.press("t1", "c1", fence)) == [f.Queue("c1", "t1", QueueReason.ALL_BUSY)]


def test_a_press_with_another_lease_or_none_still_gets_the_agent_kept_for_that_terminal(story: StandbyStory) -> None:
    """It is kept for whoever stands there."""
    link_id = story.warm("t1", "ann")
    story.bears("bob")
    story.all_ready()
    lease = story.lease("t1")
    assert lease.agent_id == "ann"
    assert words(story.press("t1", "c1", lease.fence - 1)) == [f.Assign("c1", "t1", "ann", "en", 0.0, link_id=link_id)]


def test_leases_are_exclusive(story: StandbyStory) -> None:
    """One for a terminal, one for an agent; fencing numbers grow, over restarts too."""
    story.warm("t1", "ann")
    story.wants("t2")
    story.all_ready()
    first = story.lease("t1").fence
    assert story.ask("t2") == ()
    story.give_back("t1", first)
    second = story.lease("t2").fence
    assert second > first
    story = StandbyStory(epoch=8)
    story.warm("t1", "ann")
    assert story.lease("t1").fence > second


@pytest.mark.parametrize(
    "how", ["no link", "not ready", "not willing", "busy", "away", "calling", "idle for less long"]
)
def test_nobody_is_kept_who_would_not_get_the_call(story: StandbyStory, how: str) -> None:
    """Only an idle, willing agent with a warm link; and none for a terminal that has a call."""
    story.bears("ann", 0 if how == "no link" else 24)
    story.wants("t1")
    if how != "not ready":
        story.all_ready()
    match how:
        case "not willing":
            story.tell(e.PreRollSet("ann", on=False))
        case "busy":
            story.terminal("t2")
            story.call("t2", "c2")
        case "away":
            story.set("ann", AWAY)
        case "calling":
            story.call("t1", "c1")
        case "idle for less long":
            story.set("ann", AWAY)
            story.agent("bob")
            story.now += 3600
            story.set("ann", AVAILABLE)
        case _:
            pass
    assert words(story.ask("t1")) == []


def test_nobody_is_kept_for_a_terminal_whose_customer_is_served(story: StandbyStory) -> None:
    """Its link for the next customer is warm already; who stands there is the one who talks."""
    story.warm("t1", "ann")
    story.call("t1", "c1")
    story.bears("bob")
    story.all_ready()
    assert ("t1", "bob") in story.links()
    assert words(story.ask("t1")) == []


def test_the_longest_lease_there_is(story: StandbyStory) -> None:
    """Somebody who stands there without end keeps nobody from working."""
    story.warm("t1", "ann")
    story.lease("t1")
    renewals = 0
    while words(story.ask("t1")):
        renewals += 1
        story.now += 1
    assert renewals == 10
    assert kept_for(story, "ann") == "t1"
    story.wait(3.5)
    assert kept_for(story, "ann") is None


def test_a_lease_that_was_asked_back_is_not_renewed(story: StandbyStory) -> None:
    """It is asked back once; a press before the answer wins."""
    story.warm("t1", "ann")
    fence = story.lease("t1").fence
    assert words(story.tell(e.PreRollSet("ann", on=False))) == [f.EndLease(fence, "t1", None)]
    assert words(story.tell(e.PreRollSet("ann", on=False))) == []
    assert words(story.ask("t1")) == []
    assert words(story.tell(e.PreRollSet("ann", on=True))) == []
    assert words(story.ask("t1")) == []
    assert isinstance(words(story.press("t1", "c1", fence))[0], f.Assign)


def test_an_agent_who_goes_away_serves_a_customer_who_pressed_before(story: StandbyStory) -> None:
    """Its face may be on the screen already. A press without the lease doesn't get it."""
    story.warm("t1", "ann")
    fence = story.lease("t1").fence
    assert words(story.set("ann", AWAY)) == [f.EndLease(fence, "t1", None)]
    assert words(story.call("t1", "c1")) == [f.Queue("c1", "t1", QueueReason.NO_AGENTS)]
    story.hang_up("c1", "t1")
    assert isinstance(words(story.press("t1", "c2", fence))[0], f.Assign)
    story.hang_up("c2", "t1")
    story.wait(10)
    assert story.status("ann") is AWAY


def test_available_again_asks_for_nothing(story: StandbyStory) -> None:
    story.warm("t1", "ann")
    story.lease("t1")
    assert words(story.set("ann", AVAILABLE)) == []


@pytest.mark.parametrize("again", [False, True])
def test_a_lease_ends_with_the_agents_connection(story: StandbyStory, *, again: bool) -> None:
    """Nothing is seen over it any more."""
    link_id = story.warm("t1", "ann")
    fence = story.lease("t1").fence
    effects = words(story.bears("ann") if again else story.lose_agent("ann"))
    assert effects[:2] == [f.EndLease(fence, "t1", None), f.CloseLink(link_id, "t1", None)]
    assert words(story.press("t1", "c1", fence)) != []
    assert story.router.next_deadline() is not None or not again


def test_a_lease_outlives_the_terminals_connection(story: StandbyStory) -> None:
    """Its customer may still see the agent, whom nobody else gets; back in time, it gets that agent, though without a link."""
    link_id = story.warm("t1", "ann")
    fence = story.lease("t1").fence
    assert words(story.lose_terminal("t1")) == [f.CloseLink(link_id, None, "ann")]
    story.terminal("t2")
    story.call("t2", "c2")
    assert story.party("c2") == ("t2", None)
    story.terminal("t1")
    assert words(story.ask("t1")) == []
    assert words(story.press("t1", "c1", fence)) == [f.Assign("c1", "t1", "ann", "en", 0.0)]


def test_a_terminal_is_forgotten_when_its_lease_has_run_out(story: StandbyStory) -> None:
    story.warm("t1", "ann")
    fence = story.lease("t1").fence
    story.lose_terminal("t1")
    story.terminal("t2")
    story.call("t2", "c2")
    assert words(story.wait(3.5)) == [f.EndLease(fence, None, "ann"), f.Assign("c2", "t2", "ann", "en", 3.5)]
    assert "t1" not in story.router._floor.terminals


def test_a_lease_whose_link_is_lost_is_asked_back(story: StandbyStory) -> None:
    link_id = story.warm("t1", "ann")
    fence = story.lease("t1").fence
    assert words(story.lose_link("t1", "ann", Role.AGENT))[:2] == [
        f.CloseLink(link_id, "t1", None),
        f.EndLease(fence, "t1", None),
    ]


def test_the_longest_idle_are_asked_back_first_and_no_more_than_are_needed(story: StandbyStory) -> None:
    story.warm("t1", "ann")
    story.now += 1
    story.bears("bob")
    story.wants("t2")
    story.all_ready()
    ann, bob = story.lease("t1"), story.lease("t2")
    assert (ann.agent_id, bob.agent_id) == ("ann", "bob")
    story.terminal("t3")
    assert words(story.call("t3", "c3"))[1:] == [f.EndLease(ann.fence, "t1", None)]
    story.terminal("t4")
    assert words(story.call("t4", "c4"))[1:] == [f.EndLease(bob.fence, "t2", None)]


def test_a_lease_is_given_back_by_its_terminal_only(story: StandbyStory) -> None:
    story.warm("t1", "ann")
    story.wants("t2")
    fence = story.lease("t1").fence
    assert words(story.give_back("t2", fence)) == words(story.give_back("t1", fence - 1)) == []
    assert kept_for(story, "ann") == "t1"


def test_who_is_not_here_is_told_to_declare_first(story: StandbyStory) -> None:
    """Unknown, or known for the sake of a call only."""
    story.connected("c1", "t1", "ann")
    story.lose_agent("ann")
    story.lose_terminal("t1")
    for agent_id in ("ann", "bob"):
        (refused,) = story.tell(e.PreRollSet(agent_id, on=True))
        assert isinstance(refused, f.Refuse)
        assert (refused.role, refused.code) == (Role.AGENT, ErrorCode.OUT_OF_ORDER)
    for terminal_id in ("t1", "t2"):
        (refused,) = story.ask(terminal_id)
        assert isinstance(refused, f.Refuse)
        assert (refused.role, refused.code) == (Role.TERMINAL, ErrorCode.OUT_OF_ORDER)
