"""Who gets a call, who has to wait, and what they are told."""

from typing import Final

import pytest

from kiosk.distributor.router import AgentView, CallView, Phase
from kiosk.distributor.router import effects as f
from kiosk.protocol.fields import AgentStatus, EndReason, ErrorCode, QueueReason, Role
from tests.distributor.router.story import Story, words

AWAY: Final = AgentStatus.AWAY
AVAILABLE: Final = AgentStatus.AVAILABLE


def test_a_press_gets_the_free_agent_at_once(story: Story) -> None:
    """Both sides are told in the same turn, and the agent is reserved."""
    assert story.agent("ann") == (f.AgentChanged("ann", AVAILABLE, AVAILABLE, None),)
    assert story.terminal("t1") == ()
    assert story.call("t1", "c1") == (
        f.Assign("c1", "t1", "ann", "en", 0.0, to_agent=True),
        f.AgentChanged("ann", AgentStatus.RESERVED, AVAILABLE, None),
    )
    assert story.party("c1") == ("t1", "ann")
    assert story.answer("c1", "ann") == ()
    assert story.face("c1", "t1") == (f.AgentChanged("ann", AgentStatus.IN_CALL, AVAILABLE, None),)
    assert story.router.next_deadline() is None, "a call may take as long as it likes"


def test_the_longest_idle_agent_is_first(story: Story) -> None:
    """Idle counts from when an agent became available, not from when it signed in."""
    story.agent("ann", status=AWAY)
    story.now += 1
    story.agent("bob")
    story.now += 1
    story.set("ann", AVAILABLE)
    story.terminal("t1")
    story.terminal("t2")
    story.call("t1", "c1")
    story.call("t2", "c2")
    assert (story.party("c1"), story.party("c2")) == (("t1", "bob"), ("t2", "ann"))


@pytest.mark.parametrize("order", [["ann", "bob", "cy"], ["cy", "bob", "ann"], ["bob", "cy", "ann"]])
def test_of_equally_idle_agents_the_smaller_id_is_first(story: Story, order: list[str]) -> None:
    """Deterministic, whatever the order in which they came."""
    for agent_id in order:
        story.agent(agent_id)
    story.terminal("t1")
    story.call("t1", "c1")
    assert story.party("c1") == ("t1", "ann")


def test_asking_for_available_again_costs_no_place(story: Story) -> None:
    """Saying available while available, or reconnecting, isn't a new idle time; having been away is."""
    for agent_id in ("ann", "bob", "cy"):
        story.agent(agent_id)
        story.now += 1
    story.set("ann", AVAILABLE)
    story.agent("bob")
    first = sorted(story.router.agents(), key=lambda view: view.idle_since or 0)
    assert [view.agent_id for view in first] == ["ann", "bob", "cy"]
    story.set("ann", AWAY)
    assert story.set("ann", AVAILABLE) == (f.AgentChanged("ann", AVAILABLE, AVAILABLE, None),)
    first = sorted(story.router.agents(), key=lambda view: view.idle_since or 0)
    assert [view.agent_id for view in first] == ["bob", "cy", "ann"]


def test_two_presses_at_the_same_instant_and_one_agent(story: Story) -> None:
    """Exactly one is connected; the other waits, and is connected the moment the agent is free."""
    story.agent("ann")
    story.terminal("t1")
    story.terminal("t2")
    assert isinstance(story.call("t1", "c1")[0], f.Assign)
    assert story.call("t2", "c2") == (f.Queue("c2", "t2", QueueReason.ALL_BUSY),)
    story.face("c1", "t1")
    story.now += 60
    assert words(story.hang_up("c1", "t1")) == [f.End("c1", "t1", "ann", EndReason.CUSTOMER_HUNG_UP)]
    story.now += 4
    assert story.set("ann", AVAILABLE) == (
        f.Assign("c2", "t2", "ann", "en", 64.0, to_agent=True),
        f.AgentChanged("ann", AgentStatus.RESERVED, AVAILABLE, None),
    )


def test_first_come_first_served(story: Story) -> None:
    """Each agent who becomes free gets the oldest call of those that wait."""
    for terminal_id in ("t3", "t1", "t2"):
        story.terminal(terminal_id)
        story.call(terminal_id, f"c-{terminal_id}")
    served = [
        effect.terminal_id
        for agent_id in ("ann", "bob", "cy")
        for effect in story.agent(agent_id)
        if isinstance(effect, f.Assign)
    ]
    assert served == ["t3", "t1", "t2"]


def test_why_a_call_waits_is_told_when_it_changes_only(story: Story) -> None:
    """No agents: none is signed in, or all are away. All busy: one at least could be free later."""
    story.terminal("t1")
    assert story.call("t1", "c1") == (f.Queue("c1", "t1", QueueReason.NO_AGENTS),)
    assert words(story.agent("ann", status=AWAY)) == [], "still nobody who could come"
    assert words(story.set("ann", AVAILABLE)) == [f.Assign("c1", "t1", "ann", "en", 0.0)]
    story.terminal("t2")
    assert words(story.call("t2", "c2")) == [f.Queue("c2", "t2", QueueReason.ALL_BUSY)]
    assert words(story.agent("bob", status=AWAY)) == [], "the reason is the same"
    assert words(story.lose_agent("ann", on_purpose=True)) == [
        f.Queue("c1", "t1", QueueReason.NO_AGENTS),
        f.Queue("c2", "t2", QueueReason.NO_AGENTS),
    ]


def test_the_same_request_again_repeats_the_answer_to_the_terminal_only(story: Story) -> None:
    """Waiting, assigned or connected: nothing else changes, and the agent isn't told a second time."""
    story.terminal("t1")
    queued = story.call("t1", "c1")
    assert story.call("t1", "c1") == queued
    story.agent("ann")
    story.now += 2
    again = (f.Assign("c1", "t1", "ann", "en", 2.0, to_agent=False),)
    assert story.call("t1", "c1") == again
    story.answer("c1", "ann")
    story.face("c1", "t1")
    assert story.call("t1", "c1") == again
    assert story.status("ann") is AgentStatus.IN_CALL
    assert story.router.next_deadline() is None


def test_a_late_repeat_does_not_revive_an_ended_call(story: Story) -> None:
    """A call has one id for life."""
    story.connected("c1", "t1", "ann")
    story.hang_up("c1", "t1")
    assert story.call("t1", "c1") == (f.End("c1", "t1", None, EndReason.NOT_KNOWN),)
    assert story.router.calls() == ()


def test_a_new_request_ends_the_old_call_and_serves_the_new_one(story: Story) -> None:
    """The customer pressed again: whoever had the old call is let go, and the new call is served."""
    story.connected("c1", "t1", "ann")
    story.agent("bob")
    assert words(story.call("t1", "c2")) == [
        f.End("c1", "t1", "ann", EndReason.CUSTOMER_LEFT),
        f.Assign("c2", "t1", "bob", "en", 0.0),
    ]
    assert story.status("ann") is AgentStatus.WRAP_UP
    assert list(story.call_views()) == ["c2"]


def test_another_terminal_cannot_use_a_call_id_that_is_taken(story: Story) -> None:
    """The one who has the call keeps it; the other one's call is over before it began."""
    story.connected("c1", "t1", "ann")
    story.terminal("t2")
    assert story.call("t2", "c1") == (f.End("c1", "t2", None, EndReason.NOT_KNOWN),)
    assert story.party("c1") == ("t1", "ann")


def test_nobody_takes_part_before_declaring(story: Story) -> None:
    """A request or a wish of one whom the router doesn't know, or doesn't know to be here, is out of order."""
    terminal = (f.Refuse(Role.TERMINAL, "t1", ErrorCode.OUT_OF_ORDER, "Declare your calls first."),)
    agent = (f.Refuse(Role.AGENT, "ann", ErrorCode.OUT_OF_ORDER, "Declare your calls first."),)
    assert story.call("t1", "c1") == terminal
    assert story.set("ann", AVAILABLE) == agent
    story.connected("c2", "t1", "ann")
    story.lose_terminal("t1")
    story.lose_agent("ann")
    assert story.call("t1", "c1") == terminal
    assert story.set("ann", AVAILABLE) == agent


def test_what_others_may_see(story: Story) -> None:
    """Snapshots of agents and calls; an unknown id gives nothing."""
    story.connected("c1", "t1", "ann")
    story.lose_terminal("t1")
    assert story.router.agents() == (
        AgentView(
            agent_id="ann",
            name="Ann",
            role="Adviser",
            here=True,
            status=AgentStatus.IN_CALL,
            next_status=AVAILABLE,
            call_id="c1",
            idle_since=None,
            wrap_up_until=None,
        ),
    )
    assert story.router.calls() == (
        CallView(
            call_id="c1",
            terminal_id="t1",
            agent_id="ann",
            phase=Phase.CONNECTED,
            pool="default",
            language="en",
            requested_at=1000.0,
            held=True,
        ),
    )
    assert story.router.agent("bob") is None
    assert story.party("c2") is None
