"""Calls on standby links and pre-rolled ones, told to the machine alone."""

import pytest

from kiosk.call import effects as f
from kiosk.call import events as e
from kiosk.call.state import State
from kiosk.protocol.messages import Connected
from tests.call.story import Story, only, sent


def connected_ms(effects: tuple[f.Effect, ...]) -> list[int]:
    """The times that were reported to the distributor."""
    return [
        effect.message.press_to_face_ms
        for effect in effects
        if isinstance(effect, f.Send) and isinstance(effect.message, Connected)
    ]


@pytest.mark.parametrize("state", [State.CALLING, State.WAITING])
def test_a_call_that_is_assigned_with_a_link_uses_it(story: Story, state: State) -> None:
    story.to(state)
    assert story.assigned(link="link1") == (f.UseLink("call1", "link1"), f.DropPrepared("call1"))
    story.now += 0.2
    assert connected_ms(story.face()) == [200]


def test_the_same_said_twice_changes_nothing(story: Story) -> None:
    story.to(State.CALLING).assigned(link="link1")
    assert story.assigned(link="link1") == ()
    assert story.state is State.SETTING_UP


def test_the_same_agent_without_the_link_is_offered_anew(story: Story) -> None:
    """The console hasn't got it."""
    story.to(State.CALLING).assigned(link="link1")
    assert story.assigned() == (f.ClosePeer("call1"), f.PreparePeer("call1"))
    assert sent(story.offer()) == ["offer"]


def test_another_agent_may_have_a_link_of_their_own(story: Story) -> None:
    story.to(State.CALLING).assigned(link="link1")
    effects = story.assigned("bob", "link2")
    assert effects == (f.ClosePeer("call1"), f.UseLink("call1", "link2"), f.DropPrepared("call1"))
    assert story.machine.snapshot.agent_name == "Bob"


def test_a_link_that_is_gone_in_the_set_up_makes_the_call_cold(story: Story) -> None:
    story.to(State.CALLING).assigned(link="link1")
    story.now += 1
    assert story.gone() == (f.ClosePeer("call1", spoilt=True), f.PreparePeer("call1"))
    assert story.machine.next_deadline() == story.now + 10
    assert sent(story.offer()) == ["offer"]
    assert story.answered() == (f.AcceptAnswer("call1", "answer"),)
    assert story.face()
    assert story.state is State.IN_CALL


def test_a_link_that_is_gone_in_the_call_is_repaired(story: Story) -> None:
    story.to(State.CALLING).assigned(link="link1")
    story.face()
    assert story.gone() == (f.ClosePeer("call1", spoilt=True), f.PreparePeer("call1"))
    assert story.state is State.IN_CALL
    assert story.machine.snapshot.line_bad


# --- hot -----------------------------------------------------------------------------------------------------------


def test_a_hot_press_shows_the_agent_before_the_distributor_has_said_anything(story: Story) -> None:
    story.online()
    use, prepare, call = story.press_seen()
    assert (use, prepare) == (f.UseLink("call1", "link1"), f.PreparePeer("call1"))
    assert isinstance(call, f.Send)
    assert getattr(call.message, "fence", None) == 7
    assert story.state is State.GREETING
    assert story.machine.snapshot.agent_name == "Ann"
    assert story.machine.next_deadline() == story.now + 1.5


def test_the_face_counts_from_when_it_was_drawn_and_is_reported_when_confirmed(story: Story) -> None:
    story.online()
    story.press_seen()
    story.now += 0.04
    assert story.face() == ()
    story.now += 0.2
    effects = story.assigned(link="link1")
    assert only(effects, f.DropPrepared)
    assert connected_ms(effects) == [40]
    assert story.state is State.IN_CALL
    assert story.machine.next_deadline() is None


def test_a_confirmation_before_the_face_waits_for_it(story: Story) -> None:
    story.to(State.GREETING)
    assert story.assigned(link="link1") == (f.DropPrepared("call1"),)
    assert story.state is State.SETTING_UP
    story.now += 0.1
    assert connected_ms(story.face()) == [100]


def test_an_agent_who_is_not_confirmed_in_time_goes_and_the_call_goes_on(story: Story) -> None:
    story.to(State.GREETING).face()
    pressed = story.now
    assert story.tell(e.TimeUp()) == (), "not yet"
    assert story.time_up() == (f.DropLink("call1", spoilt=False),)
    assert (story.state, story.machine.snapshot.agent_name) == (State.CALLING, "")
    assert story.machine.next_deadline() == pressed + 5
    assert story.assigned() == ()
    story.now += 0.1
    assert connected_ms(story.face()) == [1600], "another face, another time"


@pytest.mark.parametrize(("agent", "link"), [("bob", None), ("ann", None), ("ann", "link2"), ("bob", "link1")])
def test_whoever_else_is_assigned_is_met_instead(story: Story, agent: str, link: str | None) -> None:
    story.to(State.GREETING).face()
    used = () if link is None else (f.UseLink("call1", link), f.DropPrepared("call1"))
    assert story.assigned(agent, link) == (f.DropLink("call1", spoilt=False), *used)
    assert story.state is State.SETTING_UP
    assert connected_ms(story.face())


def test_nobody_is_seen_in_the_queue(story: Story) -> None:
    story.to(State.GREETING)
    assert story.queued() == (f.DropLink("call1", spoilt=False),)
    assert (story.state, story.machine.snapshot.agent_name) == (State.WAITING, "")


def test_a_link_that_breaks_before_the_confirmation_leaves_the_offer(story: Story) -> None:
    story.to(State.GREETING)
    assert story.gone() == (f.DropLink("call1", spoilt=True),)
    assert story.state is State.CALLING
    assert story.assigned() == ()


@pytest.mark.parametrize("how", ["touch", "offline", "ended"])
def test_a_greeting_can_end(story: Story, how: str) -> None:
    story.to(State.GREETING)
    effects = story.tell(e.EndPressed()) if how == "touch" else getattr(story, how)()
    assert effects[0] == f.ClosePeer("call1")
