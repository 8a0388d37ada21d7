"""Either side ends a call, once or again."""

import pytest

from kiosk.distributor.router import effects as f
from kiosk.distributor.router import events as e
from kiosk.protocol.fields import EndReason, ErrorCode, Role
from tests.distributor.router.story import Story, words

SIDES = [(Role.TERMINAL, "t1", EndReason.MEDIA_LOST), (Role.AGENT, "ann", EndReason.AGENT_HUNG_UP)]


@pytest.mark.parametrize(("role", "party_id", "reason"), SIDES)
def test_both_sides_are_told_the_reason(story: Story, role: Role, party_id: str, reason: EndReason) -> None:
    """The one who hung up as well: it is the answer to its message."""
    story.connected("c1", "t1", "ann")
    effects = story.tell(e.HangUpAsked("c1", role, party_id, reason))
    assert words(effects) == [f.End("c1", "t1", "ann", reason)]
    assert story.router.calls() == ()


@pytest.mark.parametrize(("role", "party_id", "reason"), SIDES)
def test_again_it_is_not_known_any_more(story: Story, role: Role, party_id: str, reason: EndReason) -> None:
    """Only the asker is told, as often as it asks."""
    story.connected("c1", "t1", "ann")
    hang_up = e.HangUpAsked("c1", role, party_id, reason)
    story.tell(hang_up)
    terminal_id, agent_id = (None, "ann") if role is Role.AGENT else ("t1", None)
    for _ in range(2):
        assert story.tell(hang_up) == (f.End("c1", terminal_id, agent_id, EndReason.NOT_KNOWN),)


def test_a_waiting_customer_leaves_the_queue(story: Story) -> None:
    """The next agent is for the next customer."""
    story.terminal("t1")
    story.terminal("t2")
    story.call("t1", "c1")
    story.call("t2", "c2")
    left = e.HangUpAsked("c1", Role.TERMINAL, "t1", EndReason.CUSTOMER_LEFT)
    assert story.tell(left) == (f.End("c1", "t1", None, EndReason.CUSTOMER_LEFT),)
    story.agent("ann")
    assert story.party("c2") == ("t2", "ann")


@pytest.mark.parametrize(
    ("role", "party_id"),
    [(Role.TERMINAL, "t2"), (Role.AGENT, "bob"), (Role.TERMINAL, "ann"), (Role.AGENT, "t1")],
)
def test_only_the_parties_may_hang_up(story: Story, role: Role, party_id: str) -> None:
    """An id counts only in its role; the refusal says nothing of the call."""
    story.connected("c1", "t1", "ann")
    story.agent("bob")
    story.terminal("t2")
    assert story.tell(e.HangUpAsked("c1", role, party_id, EndReason.AGENT_HUNG_UP)) == (
        f.Refuse(role, party_id, ErrorCode.UNKNOWN_CALL, "You are in no such call."),
    )
    assert story.party("c1") == ("t1", "ann")


def test_nobody_hangs_up_a_waiting_call_but_its_terminal(story: Story) -> None:
    story.terminal("t1")
    story.call("t1", "c1")
    story.agent("ann")
    story.lose_agent("ann", on_purpose=True)
    assert isinstance(story.agent_hangs_up("c1", "ann")[-1], f.Refuse)
    assert story.party("c1") == ("t1", None)


def test_a_side_that_is_missing_is_not_told(story: Story) -> None:
    """The agent hangs up while the terminal is being waited for."""
    story.connected("c1", "t1", "ann")
    story.lose_terminal("t1")
    assert words(story.agent_hangs_up("c1", "ann")) == [f.End("c1", None, "ann", EndReason.AGENT_HUNG_UP)]
    assert words(story.wait(60)) == [], "and nothing of the call is left that could end again"
