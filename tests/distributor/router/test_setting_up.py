"""From the assignment to the first picture: agents who don't answer, media that doesn't come."""

from typing import Any, Final

import pytest

from kiosk.distributor.router import RouterSettings
from kiosk.distributor.router import effects as f
from kiosk.errors import MisuseError
from kiosk.protocol.fields import AgentStatus, EndReason, ErrorCode, QueueReason, Role
from tests.distributor.router.story import Story, words

AWAY: Final = AgentStatus.AWAY
AVAILABLE: Final = AgentStatus.AVAILABLE


def test_an_agent_who_does_not_answer_is_set_away_and_the_call_moves_to_the_next(story: Story) -> None:
    """The silent agent is told that the call is over for it; the customer gets the next one in the same turn."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.offer("c1", "t1")
    story.agent("bob")
    assert story.wait(4.9) == ()
    assert story.wait(0.1) == (
        f.End("c1", None, "ann", EndReason.SETUP_FAILED),
        f.Assign("c1", "t1", "bob", "en", 5.0),
        f.AgentChanged("ann", AWAY, AWAY, None),
        f.AgentChanged("bob", AgentStatus.RESERVED, AVAILABLE, None),
    )
    story.offer("c1", "t1")
    assert story.router.next_deadline() == story.now + 5, "the next agent has the full time"


def test_the_time_to_answer_counts_from_the_offer(story: Story) -> None:
    """A terminal that takes 4 s to offer doesn't cost its agent 4 of 5 s; an offer after the answer means nothing."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.wait(4)
    assert story.offer("c1", "t1") == ()
    assert story.wait(4.9) == ()
    story.answer("c1", "ann")
    assert story.offer("c1", "t1") == ()
    assert story.router.next_deadline() == story.now + 15 - 8.9


def test_an_agent_is_not_blamed_for_an_offer_that_never_comes(story: Story) -> None:
    """The call ends when its set-up has taken too long, and the agent goes on."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    assert story.wait(14.9) == ()
    assert words(story.wait(0.1)) == [f.End("c1", "t1", "ann", EndReason.SETUP_FAILED)]
    assert story.status("ann") is AgentStatus.WRAP_UP


def test_an_offer_that_was_kept_for_the_agent_counts_from_the_assignment(story: Story) -> None:
    """It is passed on with it. The next agent gets a new offer."""
    story.terminal("t1")
    story.call("t1", "c1")
    story.offer("c1", "t1")
    story.now += 60
    story.agent("ann")
    assert story.router.next_deadline() == story.now + 5
    story.agent("bob")
    story.wait(5)
    assert story.party("c1") == ("t1", "bob")
    assert story.router.next_deadline() == story.now + 15


def test_an_offer_for_anothers_call_is_refused(story: Story) -> None:
    """In the same words as for a call that doesn't exist; one for a call that waits means nothing yet."""
    story.terminal("t1")
    story.terminal("t2")
    story.call("t1", "c1")
    refused = (f.Refuse(Role.TERMINAL, "t2", ErrorCode.UNKNOWN_CALL, "You are in no such call."),)
    assert story.offer("c1", "t2") == story.offer("c9", "t2") == refused
    assert story.offer("c1", "t1") == ()


def test_a_call_that_nobody_answers_goes_to_the_front_of_the_queue(story: Story) -> None:
    """It is older than those that wait already, so the next agent who is free gets it first."""
    story.agent("ann")
    for n in (1, 2):
        story.terminal(f"t{n}")
        story.call(f"t{n}", f"c{n}")
        story.offer(f"c{n}", f"t{n}")
        story.now += 1
    assert words(story.wait(5)) == [
        f.End("c1", None, "ann", EndReason.SETUP_FAILED),
        f.Queue("c1", "t1", QueueReason.NO_AGENTS),
        f.Queue("c2", "t2", QueueReason.NO_AGENTS),
    ]
    assert words(story.agent("bob"))[0] == f.Assign("c1", "t1", "bob", "en", 7.0)


def test_a_late_answer_is_refused(story: Story) -> None:
    """The agent was out of it by then, even if no tick came between: what was due comes first."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.offer("c1", "t1")
    story.now += 6
    effects = story.answer("c1", "ann")
    assert f.End("c1", None, "ann", EndReason.SETUP_FAILED) in effects
    assert effects[-1] == f.Refuse(Role.AGENT, "ann", ErrorCode.UNKNOWN_CALL, "You are in no such call.")
    assert story.party("c1") == ("t1", None)


def test_an_answer_seen_twice_means_nothing_more(story: Story) -> None:
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.offer("c1", "t1")
    assert story.answer("c1", "ann") == ()
    assert story.answer("c1", "ann") == ()
    assert story.router.next_deadline() == story.now + 15


def test_media_that_does_not_come_ends_the_call_for_both(story: Story) -> None:
    """The agent answered but the terminal never drew a picture."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.answer("c1", "ann")
    assert story.wait(14.9) == ()
    assert story.wait(0.1) == (
        f.End("c1", "t1", "ann", EndReason.SETUP_FAILED),
        f.AgentChanged("ann", AgentStatus.WRAP_UP, AVAILABLE, 10.0),
    )


def test_a_picture_stops_every_timer(story: Story) -> None:
    """Said again, it means nothing; said by a terminal that isn't in the call, it is refused."""
    story.connected("c1", "t1", "ann")
    story.terminal("t2")
    assert story.face("c1", "t1") == ()
    refused = (f.Refuse(Role.TERMINAL, "t2", ErrorCode.UNKNOWN_CALL, "You are in no such call."),)
    assert story.face("c1", "t2") == refused
    assert story.face("c9", "t2") == refused
    assert story.wait(3600) == ()
    assert story.party("c1") == ("t1", "ann")


def test_a_picture_without_an_agent_is_out_of_order(story: Story) -> None:
    story.terminal("t1")
    story.call("t1", "c1")
    (refused,) = story.face("c1", "t1")
    assert isinstance(refused, f.Refuse)
    assert refused.code is ErrorCode.OUT_OF_ORDER


@pytest.mark.parametrize("agent_id", ["bob", "nobody"])
def test_only_the_claimed_agent_answers(story: Story, agent_id: str) -> None:
    """Anybody else's answer is refused in the same words as for a call that doesn't exist."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.offer("c1", "t1")
    story.agent("bob")
    refused = (f.Refuse(Role.AGENT, agent_id, ErrorCode.UNKNOWN_CALL, "You are in no such call."),)
    assert story.answer("c1", agent_id) == refused
    assert story.answer("c9", agent_id) == refused
    assert story.router.next_deadline() == story.now + 5, "the claimed agent's time still runs"


def test_a_tick_that_comes_late_runs_what_was_due_in_its_order(story: Story) -> None:
    """Two calls fail at different times; one late tick gives what two ticks in time would have given."""
    for n, agent_id in ((1, "ann"), (2, "bob")):
        story.agent(agent_id)
        story.terminal(f"t{n}")
        story.call(f"t{n}", f"c{n}")
        story.answer(f"c{n}", agent_id)
        story.now += 1
    story.now += 60
    assert [effect.call_id for effect in words(story.router.tick(story.now)) if isinstance(effect, f.End)] == [
        "c1",
        "c2",
    ]


def test_a_late_tick_runs_only_the_first_of_a_calls_timers(story: Story) -> None:
    """By then the answer and the set-up were both due: the call moves on, and its set-up counts afresh."""
    story.agent("ann")
    story.terminal("t1")
    story.call("t1", "c1")
    story.offer("c1", "t1")
    story.agent("bob")
    story.now += 60
    assert words(story.router.tick(story.now)) == [
        f.End("c1", None, "ann", EndReason.SETUP_FAILED),
        f.Assign("c1", "t1", "bob", "en", 60.0),
    ]
    story.answer("c1", "bob")
    assert story.router.next_deadline() == story.now + 15


def test_a_late_tick_ends_a_call_once(story: Story) -> None:
    """Both sides were missing for too long."""
    story.connected("c1", "t1", "ann")
    story.lose_agent("ann")
    story.lose_terminal("t1")
    story.now += 60
    assert story.router.tick(story.now) == (f.End("c1", None, None, EndReason.CUSTOMER_GONE),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer_timeout_s": 0.0},
        {"setup_timeout_s": -1.0},
        {"wrap_up_s": -0.1},
        {"declare_grace_s": -1.0},
        {"link_every_s": 0.0},
    ],
)
def test_settings_that_make_no_sense_are_a_defect(wrong: dict[str, Any]) -> None:
    with pytest.raises(MisuseError):
        RouterSettings(**wrong)
