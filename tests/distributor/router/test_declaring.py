"""The distributor was started again: both ends declare their calls before the router assigns anybody."""

from collections.abc import Callable
from typing import Final

import pytest

from kiosk.distributor.router import Phase
from kiosk.distributor.router import effects as f
from kiosk.protocol.fields import AgentStatus, CallPhase, EndReason, QueueReason
from tests.distributor.router.story import SETTING_UP, Effects, Story, declared, requested, words

AWAY: Final = AgentStatus.AWAY
AVAILABLE: Final = AgentStatus.AVAILABLE
IN_CALL: Final = AgentStatus.IN_CALL


def test_a_requested_call_is_like_a_new_one(story: Story) -> None:
    story.agent("ann")
    assert words(story.terminal("t1", requested("c1", 3))) == [f.Assign("c1", "t1", "ann", "en", 3.0)]


def test_requested_calls_are_served_in_the_order_of_their_presses(story: Story) -> None:
    """Not in the order in which their terminals happen to reconnect."""
    story.terminal("t1", requested("c1", 5))
    story.terminal("t2", requested("c2", 50))
    story.agent("ann")
    assert story.party("c2") == ("t2", "ann")


@pytest.mark.parametrize("terminal_first", [True, False])
def test_a_call_in_progress_goes_on(story: Story, terminal_first: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    """Whichever side comes first, nobody else gets the agent, and a customer who asks meanwhile waits."""
    story.connected("c1", "t1", "ann")
    story.restart()
    sides: list[Callable[[], Effects]] = [
        lambda: story.terminal("t1", declared("c1", "ann")),
        lambda: story.agent("ann", declared("c1", "t1")),
    ]
    first, second = sides if terminal_first else reversed(sides)
    assert words(first()) == []
    story.terminal("t2")
    assert words(story.call("t2", "c2")) == [f.Queue("c2", "t2", QueueReason.ALL_BUSY)]
    assert words(story.wait(4.9)) == []
    assert words(second()) == []
    assert (story.status("ann"), story.party("c1")) == (IN_CALL, ("t1", "ann"))
    assert story.wait(3600) == ()


def test_a_call_that_only_the_terminal_declares_ends_after_the_grace(story: Story) -> None:
    """The agent may be held in it no longer than that."""
    story.terminal("t1", declared("c1", "ann"))
    assert story.wait(4.9) == ()
    assert story.wait(0.1) == (f.End("c1", "t1", None, EndReason.AGENT_GONE),)
    assert story.wait(10) == ()
    assert story.router.agents() == ()


def test_a_call_that_only_the_agent_declares_ends_after_the_grace(story: Story) -> None:
    assert story.agent("ann", declared("c1", "t1")) == (f.AgentChanged("ann", IN_CALL, AVAILABLE, None),)
    assert story.wait(4.9) == ()
    assert words(story.wait(0.1)) == [f.End("c1", None, "ann", EndReason.CUSTOMER_GONE)]
    assert story.status("ann") is AgentStatus.WRAP_UP


@pytest.mark.parametrize("agent_first", [True, False])
def test_an_agent_who_comes_without_the_call_refutes_it(story: Story, agent_first: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    """Before or after the terminal has declared it."""
    sides: list[Callable[[], Effects]] = [
        lambda: story.agent("ann"),
        lambda: story.terminal("t1", declared("c1", "ann")),
    ]
    first, second = sides if agent_first else reversed(sides)
    assert words(first()) == []
    assert words(second()) == [f.End("c1", "t1", None, EndReason.AGENT_GONE)]


@pytest.mark.parametrize("terminal_first", [True, False])
def test_a_terminal_that_comes_without_the_call_refutes_it(story: Story, terminal_first: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    """Before or after the agent has declared it; the agent was talking until now, so it wraps up."""
    sides: list[Callable[[], Effects]] = [
        lambda: story.terminal("t1"),
        lambda: story.agent("ann", declared("c1", "t1")),
    ]
    first, second = sides if terminal_first else reversed(sides)
    assert words(first()) == []
    assert words(second()) == [f.End("c1", None, "ann", EndReason.CUSTOMER_GONE)]
    assert story.status("ann") is AgentStatus.WRAP_UP


def test_a_refuted_set_up_costs_no_wrap_up(story: Story) -> None:
    """The agent has met nobody."""
    story.terminal("t1")
    assert story.agent("ann", declared("c1", "t1", SETTING_UP)) == (
        f.End("c1", None, "ann", EndReason.CUSTOMER_GONE),
        f.AgentChanged("ann", AVAILABLE, AVAILABLE, None),
    )


@pytest.mark.parametrize("terminal_first", [True, False])
def test_a_set_up_is_begun_anew(story: Story, terminal_first: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    """Offers and answers on their way were lost with the old distributor: the same two, with full times and a new offer."""
    sides: list[Callable[[], Effects]] = [
        lambda: story.terminal("t1", declared("c1", "ann", SETTING_UP, 2)),
        lambda: story.agent("ann", declared("c1", "t1", SETTING_UP, 2)),
    ]
    first, second = sides if terminal_first else reversed(sides)
    assert words(first()) == []
    assert words(second()) == [f.Assign("c1", "t1", "ann", "en", 2.0, to_agent=False)]
    assert story.status("ann") is AgentStatus.RESERVED
    story.offer("c1", "t1")
    assert story.router.next_deadline() == story.now + 5
    story.answer("c1", "ann")
    assert story.router.next_deadline() == story.now + 15


def test_whether_a_call_is_connected_the_terminal_knows_best(story: Story) -> None:
    """The agent's console sees its own link up before the terminal has drawn anything, and the other way round."""
    story.agent("ann", declared("c1", "t1"))
    story.agent("bob", declared("c2", "t2", SETTING_UP))
    story.terminal("t1", declared("c1", "ann", SETTING_UP))
    story.terminal("t2", declared("c2", "bob"))
    assert (story.status("ann"), story.status("bob")) == (AgentStatus.RESERVED, IN_CALL)
    story.answer("c1", "ann")
    assert words(story.wait(15)) == [f.End("c1", "t1", "ann", EndReason.SETUP_FAILED)]
    assert story.party("c2") == ("t2", "bob")


def test_the_terminals_word_counts_where_it_names_another_agent(story: Story) -> None:
    """The agent whose claim it was hadn't heard that the call moved on; the one whom the terminal names is waited for."""
    story.agent("ann", declared("c1", "t1"))
    assert words(story.terminal("t1", declared("c1", "bob"))) == [f.End("c1", None, "ann", EndReason.CUSTOMER_GONE)]
    assert story.party("c1") == ("t1", "bob")
    assert words(story.agent("bob", declared("c1", "t1"))) == []
    assert story.status("bob") is IN_CALL


def test_the_terminals_word_counts_where_it_has_no_agent_yet(story: Story) -> None:
    """It waits for its first: whoever claims to have the call is let go, and the call is served."""
    story.agent("ann", declared("c1", "t1", SETTING_UP))
    story.agent("bob")
    assert words(story.terminal("t1", requested("c1"))) == [
        f.End("c1", None, "ann", EndReason.CUSTOMER_GONE),
        f.Assign("c1", "t1", "bob", "en", 1.0),
    ]


def test_an_agent_who_names_another_terminal_refutes_the_call(story: Story) -> None:
    """One call id can't be two calls; what the agent claims is then judged by itself, and the named terminal denies it."""
    story.terminal("t1", declared("c1", "ann"))
    story.terminal("t2")
    assert words(story.agent("ann", declared("c1", "t2"))) == [
        f.End("c1", "t1", None, EndReason.AGENT_GONE),
        f.End("c1", None, "ann", EndReason.CUSTOMER_GONE),
    ]


def test_a_second_agent_in_the_same_call_is_told_that_it_is_over(story: Story) -> None:
    """The call stays with the one who has it, or who is waited for."""
    story.terminal("t1", declared("c1", "ann"))
    assert words(story.agent("bob", declared("c1", "t1"))) == [f.End("c1", None, "bob", EndReason.NOT_KNOWN)]
    assert story.party("c1") == ("t1", "ann")


def test_an_agent_keeps_one_call_only(story: Story) -> None:
    """The one that the router has; else the first that it names. The other one's terminal is refuted when it comes."""
    story.agent("ann", declared("c1", "t1"), declared("c2", "t2"))
    assert list(story.call_views()) == ["c1"]
    story.terminal("t1", declared("c1", "ann"))
    assert words(story.agent("ann", declared("c2", "t2"), declared("c1", "t1"))) == [
        f.End("c2", None, "ann", EndReason.NOT_KNOWN)
    ]
    assert words(story.terminal("t2", declared("c2", "ann"))) == [f.End("c2", "t2", None, EndReason.AGENT_GONE)]
    assert story.party("c1") == ("t1", "ann")


def test_two_terminals_cannot_have_one_agent(story: Story) -> None:
    """The first word counts, until the agent says which of them it is."""
    story.terminal("t1", declared("c1", "ann"))
    assert story.terminal("t2", declared("c2", "ann")) == (f.End("c2", "t2", None, EndReason.AGENT_GONE),)
    assert story.party("c1") == ("t1", "ann")


def test_two_agents_cannot_have_one_terminal(story: Story) -> None:
    story.agent("ann", declared("c1", "t1"))
    assert words(story.agent("bob", declared("c2", "t1"))) == [f.End("c2", None, "bob", EndReason.CUSTOMER_GONE)]


def test_two_terminals_cannot_have_one_call(story: Story) -> None:
    story.terminal("t1", declared("c1", "ann"))
    assert story.terminal("t2", declared("c1", "ann")) == (f.End("c1", "t2", None, EndReason.NOT_KNOWN),)


def test_of_several_calls_of_a_terminal_the_youngest_serves(story: Story) -> None:
    """The customer has left the others: one that the router has is ended for its agent too, one that it hasn't is not known."""
    story.connected("c1", "t1", "ann")
    story.agent("bob")
    calls = (declared("c1", "ann", age_s=30), requested("c3", 1), declared("c2", "cy", age_s=20))
    assert words(story.terminal("t1", *calls)) == [
        f.End("c2", "t1", None, EndReason.NOT_KNOWN),
        f.End("c1", "t1", "ann", EndReason.CUSTOMER_LEFT),
        f.Assign("c3", "t1", "bob", "en", 1.0),
    ]


def test_a_younger_call_with_an_agent_replaces_the_one_that_the_router_has(story: Story) -> None:
    """The same where the younger one is held on the terminal's word."""
    story.terminal("t1")
    story.call("t1", "c1")
    assert words(story.terminal("t1", requested("c1", 9), declared("c2", "ann", age_s=1))) == [
        f.End("c1", "t1", None, EndReason.CUSTOMER_LEFT)
    ]
    assert story.party("c2") == ("t1", "ann")


@pytest.mark.parametrize("phase", [CallPhase.SETTING_UP, CallPhase.CONNECTED])
def test_a_call_without_its_other_side_is_not_known(story: Story, phase: CallPhase) -> None:
    """Nobody could be waited for."""
    assert story.terminal("t1", declared("c1", None, phase)) == (f.End("c1", "t1", None, EndReason.NOT_KNOWN),)
    assert words(story.agent("ann", declared("c2", None, phase))) == [f.End("c2", None, "ann", EndReason.NOT_KNOWN)]


def test_an_agent_requests_no_calls(story: Story) -> None:
    assert words(story.agent("ann", declared("c1", "t1", CallPhase.REQUESTED))) == [
        f.End("c1", None, "ann", EndReason.NOT_KNOWN)
    ]
    assert story.status("ann") is AVAILABLE


def test_a_claim_outlives_a_second_break(story: Story) -> None:
    """The terminal reconnects once more before the agent has come: the call still rests on its word alone."""
    story.terminal("t1", declared("c1", "ann", SETTING_UP))
    story.lose_terminal("t1")
    assert story.terminal("t1", declared("c1", "ann")) == ()
    assert story.call_views()["c1"].phase is Phase.CONNECTED
    assert story.wait(5) == (f.End("c1", "t1", None, EndReason.AGENT_GONE),)


def test_an_agents_claim_outlives_a_second_break(story: Story) -> None:
    story.agent("ann", declared("c1", "t1"))
    story.lose_agent("ann")
    assert words(story.agent("ann", declared("c1", "t1"))) == []
    assert words(story.terminal("t1", declared("c1", "bob"))) == [f.End("c1", None, "ann", EndReason.CUSTOMER_GONE)]


def test_a_request_while_the_claimed_agent_is_missing_leaves_the_claim(story: Story) -> None:
    """The terminal contradicts itself: the agent is waited for as before, then the set-up is begun anew."""
    story.terminal("t1", declared("c1", "ann"))
    assert story.terminal("t1", requested("c1")) == ()
    assert words(story.agent("ann", declared("c1", "t1"))) == [f.Assign("c1", "t1", "ann", "en", 20.0, to_agent=False)]


def test_a_call_declared_twice_is_one_call(story: Story) -> None:
    story.agent("ann", declared("c1", "t1"), declared("c1", "t1"))
    assert story.terminal("t1", declared("c1", "ann"), declared("c1", "ann")) == ()
    assert story.party("c1") == ("t1", "ann")
