"""What the call state machine does about a line that goes bad in a call, told as stories."""

from kiosk.call import effects as f
from kiosk.call import events as e
from kiosk.call.state import State
from kiosk.protocol.fields import EndReason
from tests.call.story import Story, only, sent


def test_a_line_that_comes_back_by_itself_is_left_alone(story: Story) -> None:
    story.to(State.IN_CALL)
    assert story.stalled() == ()
    assert story.machine.snapshot.line_bad
    story.now += 1
    assert story.stalled() == ()
    assert story.flows() == ()
    assert not story.machine.snapshot.line_bad
    assert story.machine.next_deadline() is None


def test_a_line_that_stays_bad_is_built_anew_to_the_same_agent(story: Story) -> None:
    story.to(State.IN_CALL).stalled()
    assert story.tell(e.TimeUp()) == (), "not yet"
    assert story.time_up() == (f.ClosePeer("call1", spoilt=True), f.PreparePeer("call1"))
    assert sent(story.offer()) == ["offer"]
    assert story.answered() == (f.AcceptAnswer("call1", "answer"),)
    assert story.lost() == (), "the next attempt comes in its time"
    assert story.time_up() == (f.ClosePeer("call1", spoilt=True), f.PreparePeer("call1")), "and again"
    story.flows()
    assert story.state is State.IN_CALL
    assert story.machine.snapshot.agent_name == "Ann"


def test_a_connection_that_breaks_for_good_is_built_anew_at_once(story: Story) -> None:
    story.to(State.IN_CALL)
    assert story.lost() == (f.ClosePeer("call1", spoilt=True), f.PreparePeer("call1"))
    assert story.machine.snapshot.line_bad
    assert story.machine.next_deadline() == story.now + 5


def test_a_line_that_stays_bad_ends_the_call_honestly(story: Story) -> None:
    story.to(State.IN_CALL).stalled()
    began = story.now
    while story.state is State.IN_CALL:
        effects = story.time_up()
    assert story.now == began + 20
    assert only(effects, f.ClosePeer)
    assert sent(effects) == ["hang_up"]
    assert story.machine.snapshot.end_reason is EndReason.MEDIA_LOST


def test_without_a_distributor_the_old_connection_is_kept_until_somebody_hears_of_a_new_one(story: Story) -> None:
    story.to(State.IN_CALL).stalled()
    story.offline()
    assert story.time_up() == ()
    assert sent(story.online()) == ["declare"]
    assert story.machine.next_deadline() == story.now + 2
    assert only(story.time_up(), f.PreparePeer)


def test_a_time_that_is_up_in_a_good_call_changes_nothing(story: Story) -> None:
    assert story.to(State.IN_CALL).tell(e.TimeUp()) == ()
