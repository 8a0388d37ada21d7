"""After a call."""

from typing import Final

import pytest

from kiosk.distributor.router import RouterSettings
from kiosk.distributor.router import effects as f
from kiosk.protocol.fields import AgentStatus, EndReason
from tests.distributor.router.story import Story, words

AWAY: Final = AgentStatus.AWAY
AVAILABLE: Final = AgentStatus.AVAILABLE
WRAP_UP: Final = AgentStatus.WRAP_UP


def test_an_agent_wraps_up_and_is_free_again(story: Story) -> None:
    """A customer who comes meanwhile waits until then, and is served in the same turn."""
    story.connected("c1", "t1", "ann")
    assert story.hang_up("c1", "t1") == (
        f.End("c1", "t1", "ann", EndReason.CUSTOMER_HUNG_UP),
        f.AgentChanged("ann", WRAP_UP, AVAILABLE, 10.0),
    )
    story.now += 4
    assert isinstance(story.call("t1", "c2")[0], f.Queue)
    assert story.wait(5.9) == ()
    assert words(story.wait(0.1)) == [f.Assign("c2", "t1", "ann", "en", 6.0)]


def test_available_ends_wrap_up_at_once(story: Story) -> None:
    story.connected("c1", "t1", "ann")
    story.hang_up("c1", "t1")
    assert story.set("ann", AVAILABLE) == (f.AgentChanged("ann", AVAILABLE, AVAILABLE, None),)
    assert story.router.next_deadline() is None


@pytest.mark.parametrize("when", ["reserved", "in call", "wrap-up"])
def test_away_is_remembered_until_the_call_is_over(story: Story, when: str) -> None:
    """The agent goes away after the wrap-up, not before."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    if when != "reserved":
        story.answer("c1", "ann")
        story.face("c1", "t1")
    if when == "wrap-up":
        story.hang_up("c1", "t1")
    (changed,) = story.set("ann", AWAY)
    assert isinstance(changed, f.AgentChanged)
    assert (changed.status, changed.next_status) == (story.status("ann"), AWAY)
    assert changed.status is not AWAY
    story.hang_up("c1", "t1")
    assert story.status("ann") is WRAP_UP
    assert story.wait(10) == (f.AgentChanged("ann", AWAY, AWAY, None),)


def test_available_during_a_call_is_remembered_too(story: Story) -> None:
    """The last wish counts."""
    story.connected("c1", "t1", "ann")
    story.set("ann", AWAY)
    story.set("ann", AVAILABLE)
    story.agent_hangs_up("c1", "ann")
    assert story.wait(10)[-1] == f.AgentChanged("ann", AVAILABLE, AVAILABLE, None)


def test_without_wrap_up_the_next_customer_follows_at_once() -> None:
    """The old call's end is told before the new call's beginning."""
    story = Story(RouterSettings(wrap_up_s=0))
    story.connected("c1", "t1", "ann")
    story.terminal("t2")
    story.call("t2", "c2")
    assert story.hang_up("c1", "t1") == (
        f.End("c1", "t1", "ann", EndReason.CUSTOMER_HUNG_UP),
        f.Assign("c2", "t2", "ann", "en", 0.0),
        f.AgentChanged("ann", AgentStatus.RESERVED, AVAILABLE, None),
    )


def test_idle_counts_from_the_end_of_the_wrap_up_even_if_the_tick_is_late(story: Story) -> None:
    """Of two whose wrap-ups ended between two ticks, the earlier one is first."""
    story.connected("c1", "t1", "zoe")
    story.connected("c2", "t2", "ann")
    story.hang_up("c1", "t1")
    story.now += 0.1
    story.hang_up("c2", "t2")
    story.now += 60
    story.router.tick(story.now)
    story.call("t1", "c3")
    assert story.party("c3") == ("t1", "zoe")


def test_a_broken_connection_does_not_cut_wrap_up_short(story: Story) -> None:
    """The agent comes back to what is left of it."""
    story.connected("c1", "t1", "ann")
    story.hang_up("c1", "t1")
    story.wait(4)
    story.lose_agent("ann")
    assert story.status("ann") is AgentStatus.OFFLINE
    story.wait(2)
    assert story.agent("ann") == (f.AgentChanged("ann", WRAP_UP, AVAILABLE, 4.0),)


def test_an_agent_who_does_not_come_back_from_wrap_up_is_forgotten(story: Story) -> None:
    """Nothing is kept for it any more, and nobody is told."""
    story.connected("c1", "t1", "ann")
    story.hang_up("c1", "t1")
    story.lose_agent("ann")
    assert story.wait(10) == ()
    assert story.router.agents() == ()


def test_an_agent_who_leaves_on_purpose_leaves_its_wrap_up_behind(story: Story) -> None:
    story.connected("c1", "t1", "ann")
    story.hang_up("c1", "t1")
    story.lose_agent("ann", on_purpose=True)
    assert story.router.agents() == ()
    assert story.router.next_deadline() is None
