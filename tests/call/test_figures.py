"""The stages of a call's set-up."""

from kiosk.call import events as e
from kiosk.call.figures import SetUpStages
from kiosk.protocol.messages import AgentCard, Answer, Assigned


def test_every_stage_counts_from_the_press() -> None:
    stages = SetUpStages("c1", 10.0)
    stages.note(e.OfferReady("c1", "sdp"), 10.02)
    stages.note(Assigned(call_id="c1", agent=AgentCard(agent_id="a", name="Ann", role="Adviser")), 10.05)
    stages.note(Answer(call_id="c1", sdp="sdp"), 10.1)
    stages.note(e.FaceDrawn("c1", 10.25), 10.3)
    assert stages.ms == {"offer_ms": 20, "assigned_ms": 50, "answer_ms": 100, "face_ms": 250}


def test_other_calls_and_other_events_are_passed_over() -> None:
    stages = SetUpStages("c1", 10.0)
    stages.note(e.OfferReady("c0", "sdp"), 11.0)
    stages.note(e.MuteToggled(), 11.0)
    assert stages.ms == {}


def test_the_last_agent_counts() -> None:
    stages = SetUpStages("c1", 10.0)
    for now in (10.1, 12.0):
        stages.note(e.OfferReady("c1", "sdp"), now)
    assert stages.ms == {"offer_ms": 2000}
