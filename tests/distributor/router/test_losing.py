"""Connections that break, or are closed on purpose."""

from typing import Final

import pytest

from kiosk.distributor.router import effects as f
from kiosk.protocol.fields import AgentStatus, EndReason, QueueReason
from tests.distributor.router.story import SETTING_UP, Story, declared, words

AWAY: Final = AgentStatus.AWAY
AVAILABLE: Final = AgentStatus.AVAILABLE


def test_an_agent_who_leaves_in_a_call_ends_it_at_once(story: Story) -> None:
    story.connected("c1", "t1", "ann")
    assert story.lose_agent("ann", on_purpose=True) == (f.End("c1", "t1", None, EndReason.AGENT_GONE),)
    assert story.router.agents() == ()


def test_a_call_is_held_for_an_agent_whose_connection_broke(story: Story) -> None:
    """It comes back with the call in time, and nothing has happened; the customer was told nothing."""
    story.connected("c1", "t1", "ann")
    assert story.lose_agent("ann") == ()
    assert story.call_views()["c1"].held
    assert story.wait(2.9) == ()
    back = story.agent("ann", declared("c1", "t1"))
    assert back == (f.AgentChanged("ann", AgentStatus.IN_CALL, AVAILABLE, None),)
    assert story.router.next_deadline() is None
    assert not story.call_views()["c1"].held


def test_an_agent_who_does_not_come_back_has_lost_the_call(story: Story) -> None:
    """The customer is told after the grace; the agent who comes later hears it from its declaration, and wraps up."""
    story.connected("c1", "t1", "ann")
    story.lose_agent("ann")
    assert story.wait(3) == (f.End("c1", "t1", None, EndReason.AGENT_GONE),)
    story.wait(2)
    assert story.agent("ann", declared("c1", "t1")) == (
        f.End("c1", None, "ann", EndReason.CUSTOMER_GONE),
        f.AgentChanged("ann", AgentStatus.WRAP_UP, AVAILABLE, 8.0),
    )


@pytest.mark.parametrize("lost_first", [True, False])
def test_an_agent_who_comes_back_without_the_call_has_lost_it(story: Story, lost_first: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    """Its page was loaded afresh: the customer is told at once, also where the new connection replaced the old one."""
    story.connected("c1", "t1", "ann")
    if lost_first:
        story.lose_agent("ann")
    assert words(story.agent("ann", status=AWAY)) == [f.End("c1", "t1", None, EndReason.AGENT_GONE)]
    assert story.status("ann") is AgentStatus.WRAP_UP


@pytest.mark.parametrize("on_purpose", [True, False])
def test_a_call_that_is_not_answered_yet_moves_on_when_its_agent_is_lost(story: Story, on_purpose: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    """Its customer has met nobody yet: no reason to wait for this agent, and none to end the call."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.now += 1
    story.agent("bob")
    assert words(story.lose_agent("ann", on_purpose=on_purpose)) == [f.Assign("c1", "t1", "bob", "en", 1.0)]
    assert list(story.agent_views()) == ["bob"]


def test_an_agent_who_reconnects_without_a_call_that_it_has_not_answered_gets_it_again(story: Story) -> None:
    """The message that told it of the call was lost with the old connection."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    assert words(story.agent("ann")) == [f.Assign("c1", "t1", "ann", "en", 0.0, to_agent=True)]


def test_an_agent_who_reconnects_during_the_set_up_gets_a_new_offer(story: Story) -> None:
    """The offer may have been lost with the old connection, so the terminal is asked for another one."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.now += 4
    assert words(story.agent("ann", declared("c1", "t1", SETTING_UP))) == [
        f.Assign("c1", "t1", "ann", "en", 4.0, to_agent=False)
    ]
    story.offer("c1", "t1")
    assert story.router.next_deadline() == story.now + 5, "with the full time to answer it"


def test_a_terminal_that_leaves_ends_its_call_at_once(story: Story) -> None:
    story.connected("c1", "t1", "ann")
    assert words(story.lose_terminal("t1", on_purpose=True)) == [f.End("c1", None, "ann", EndReason.CUSTOMER_GONE)]
    assert story.status("ann") is AgentStatus.WRAP_UP


def test_a_call_is_held_for_a_terminal_whose_connection_broke(story: Story) -> None:
    """It comes back with the call in time, and nothing has happened."""
    story.connected("c1", "t1", "ann")
    assert story.lose_terminal("t1") == ()
    assert story.wait(1.4) == ()
    assert story.terminal("t1", declared("c1", "ann")) == ()
    assert story.router.next_deadline() is None


def test_a_terminal_that_does_not_come_back_has_lost_the_call(story: Story) -> None:
    """The agent is told after the grace; the terminal that comes later hears it from its declaration."""
    story.connected("c1", "t1", "ann")
    story.lose_terminal("t1")
    assert words(story.wait(1.5)) == [f.End("c1", None, "ann", EndReason.CUSTOMER_GONE)]
    assert story.terminal("t1", declared("c1", "ann")) == (f.End("c1", "t1", None, EndReason.AGENT_GONE),)


@pytest.mark.parametrize("lost_first", [True, False])
def test_a_terminal_that_comes_back_without_the_call_has_lost_it(story: Story, lost_first: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    """Its program was started afresh: the agent is told at once."""
    story.connected("c1", "t1", "ann")
    if lost_first:
        story.lose_terminal("t1")
    assert words(story.terminal("t1")) == [f.End("c1", None, "ann", EndReason.CUSTOMER_GONE)]


def test_a_terminal_that_missed_its_connection_being_noted_says_so(story: Story) -> None:
    """It drew the picture while it was away; the call is connected from its declaration on."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.answer("c1", "ann")
    story.lose_terminal("t1")
    assert story.terminal("t1", declared("c1", "ann")) == (f.AgentChanged("ann", AgentStatus.IN_CALL, AVAILABLE, None),)
    assert story.router.next_deadline() is None


def test_a_terminal_that_comes_back_during_the_set_up_makes_a_new_offer(story: Story) -> None:
    """What was relayed meanwhile is lost: the agent's answer, or the offer before it."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.answer("c1", "ann")
    story.lose_terminal("t1")
    story.now += 1
    assert story.terminal("t1", declared("c1", "ann", SETTING_UP)) == (
        f.Assign("c1", "t1", "ann", "en", 1.0, to_agent=False),
    )
    story.offer("c1", "t1")
    assert story.router.next_deadline() == story.now + 5


def test_an_agent_is_not_blamed_for_the_time_in_which_the_terminal_was_away() -> None:
    """It can't have got an offer."""
    story = Story()
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.offer("c1", "t1")
    story.now += 4.5
    story.lose_terminal("t1")
    assert words(story.wait(1.4)) == []
    assert story.status("ann") is AgentStatus.RESERVED


def test_a_waiting_call_is_dropped_with_its_terminal(story: Story) -> None:
    """At once where the terminal left on purpose."""
    story.terminal("t1")
    story.call("t1", "c1")
    assert story.lose_terminal("t1", on_purpose=True) == (f.End("c1", None, None, EndReason.CUSTOMER_GONE),)
    assert words(story.agent("ann")) == []


def test_a_waiting_call_is_kept_for_a_terminal_whose_connection_broke(story: Story) -> None:
    """No agent is sent to a terminal that isn't there; the call keeps its place meanwhile, and is dropped after the grace."""
    for n in (1, 2):
        story.terminal(f"t{n}")
        story.call(f"t{n}", f"c{n}")
        story.lose_terminal(f"t{n}")
    assert words(story.agent("ann")) == []
    assert words(story.terminal("t2", declared("c2", None, age_s=0))) == [f.Assign("c2", "t2", "ann", "en", 0.0)]
    assert words(story.wait(1.5)) == [f.End("c1", None, None, EndReason.CUSTOMER_GONE)]


def test_a_terminal_that_missed_a_change_of_agents_is_told(story: Story) -> None:
    """While it was away its agent left: it still thinks that it is in a set-up with that one."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.lose_terminal("t1")
    story.lose_agent("ann")
    assert story.terminal("t1", declared("c1", "ann", SETTING_UP)) == (f.Queue("c1", "t1", QueueReason.NO_AGENTS),)
    story.agent("bob")
    assert story.terminal("t1", declared("c1", "ann", SETTING_UP)) == (
        f.Assign("c1", "t1", "bob", "en", 0.0, to_agent=False),
    )


def test_losing_those_who_are_not_here_means_nothing(story: Story) -> None:
    """Unknown, or lost already: the grace isn't prolonged. A goodbye that comes after all ends it."""
    assert story.lose_agent("ann") == story.lose_terminal("t1") == ()
    assert story.lose_agent("ann", on_purpose=True) == story.lose_terminal("t1", on_purpose=True) == ()
    story.connected("c1", "t1", "ann")
    story.lose_terminal("t1")
    story.now += 1
    assert story.lose_terminal("t1") == ()
    assert story.router.next_deadline() == story.now + 0.5
    assert words(story.lose_terminal("t1", on_purpose=True)) == [f.End("c1", None, "ann", EndReason.CUSTOMER_GONE)]


def test_an_idle_terminal_or_agent_that_is_lost_is_forgotten(story: Story) -> None:
    story.agent("ann")
    story.terminal("t1")
    story.lose_agent("ann")
    story.lose_terminal("t1")
    assert story.router.agents() == ()
    assert story.router.next_deadline() is None


def test_what_was_due_is_not_told_on_a_connection_that_is_replaced(story: Story) -> None:
    """The answer was due when the agent reconnects: its old connection is dead, so the call has moved on by then."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.offer("c1", "t1")
    story.agent("bob")
    story.now += 5
    assert words(story.agent("ann", declared("c1", "t1", SETTING_UP))) == [
        f.Assign("c1", "t1", "bob", "en", 5.0),
        f.End("c1", None, "ann", EndReason.NOT_KNOWN),
    ]
    assert story.status("ann") is AVAILABLE, "it is here and well"


def test_a_wrap_up_that_is_over_gives_no_call_to_a_connection_that_is_lost(story: Story) -> None:
    """Both happen at the same time: the customer goes on waiting, and isn't assigned to one who isn't there."""
    story.connected("c1", "t1", "ann")
    story.hang_up("c1", "t1")
    story.call("t1", "c2")
    story.now += 10
    assert words(story.lose_agent("ann")) == [f.Queue("c2", "t1", QueueReason.NO_AGENTS)]


@pytest.mark.parametrize("side", ["agent", "terminal"])
def test_a_connected_call_is_held_longer_for_a_side_whose_line_went_dead(story: Story, side: str) -> None:
    """Its program lives and repairs the line; one whose connection was cut has ended."""
    story.connected("c1", "t1", "ann")
    story.lose_agent("ann", silent=True) if side == "agent" else story.lose_terminal("t1", silent=True)
    assert story.wait(19.9) == ()
    assert story.call_views()["c1"].held
    back = story.agent("ann", declared("c1", "t1")) if side == "agent" else story.terminal("t1", declared("c1", "ann"))
    assert not any(isinstance(effect, f.End) for effect in back)
    assert story.router.next_deadline() is None


@pytest.mark.parametrize("side", ["agent", "terminal"])
def test_a_side_whose_line_stays_dead_has_lost_the_call(story: Story, side: str) -> None:
    story.connected("c1", "t1", "ann")
    story.lose_agent("ann", silent=True) if side == "agent" else story.lose_terminal("t1", silent=True)
    (end,) = words(story.wait(20))
    assert isinstance(end, f.End)
    assert end.reason is (EndReason.AGENT_GONE if side == "agent" else EndReason.CUSTOMER_GONE)


def test_a_call_that_waits_is_held_no_longer_for_a_dead_line(story: Story) -> None:
    story.terminal("t1")
    story.call("t1", "c1")
    story.lose_terminal("t1", silent=True)
    assert story.wait(1.5) == (f.End("c1", None, None, EndReason.CUSTOMER_GONE),)
