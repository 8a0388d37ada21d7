"""The stages of a call's set-up."""

import pytest

from kiosk.call import events as e
from kiosk.call.figures import SetUpStages
from kiosk.protocol.fields import QueueReason
from kiosk.protocol.messages import AgentCard, Answer, Assigned, Queued


def test_every_stage_counts_from_the_press() -> None:
    stages = SetUpStages(e.Pressed("c1", 10.0))
    stages.note(e.OfferReady("c1", "sdp"), 10.02)
    stages.note(Assigned(call_id="c1", agent=AgentCard(agent_id="a", name="Ann", role="Adviser")), 10.05)
    stages.note(Answer(call_id="c1", sdp="sdp"), 10.1)
    stages.note(e.FaceDrawn("c1", 10.25), 10.3)
    assert stages.ms == {"offer_ms": 20, "assigned_ms": 50, "answer_ms": 100, "face_ms": 250}


def test_other_calls_and_other_events_are_passed_over() -> None:
    stages = SetUpStages(e.Pressed("c1", 10.0))
    stages.note(e.OfferReady("c0", "sdp"), 11.0)
    stages.note(e.MuteToggled(), 11.0)
    assert stages.ms == {}


def test_the_last_agent_counts() -> None:
    stages = SetUpStages(e.Pressed("c1", 10.0))
    for now in (10.1, 12.0):
        stages.note(e.OfferReady("c1", "sdp"), now)
    assert stages.ms == {"offer_ms": 2000}


ANN = AgentCard(agent_id="a", name="Ann", role="Adviser")
BOB = AgentCard(agent_id="b", name="Bob", role="Adviser")
SEEN = e.Seen(1, "l1", ANN)
FACE = e.FaceDrawn("c1", 10.2)
ON_LINK = Assigned(call_id="c1", agent=ANN, link_id="l1")


@pytest.mark.parametrize(
    ("seen", "events", "path"),
    [
        (None, [Assigned(call_id="c1", agent=ANN), FACE], "cold"),
        (None, [ON_LINK, FACE], "warm"),
        (None, [ON_LINK, e.LinkGone("c1"), FACE], "cold"),
        (None, [ON_LINK, FACE, e.LinkGone("c1")], "warm"),
        (SEEN, [FACE, ON_LINK], "hot"),
        (SEEN, [ON_LINK, FACE], "hot"),
        (SEEN, [FACE, Assigned(call_id="c1", agent=BOB, link_id="l2")], "warm"),
        (SEEN, [FACE, Queued(call_id="c1", reason=QueueReason.ALL_BUSY), ON_LINK], "warm"),
    ],
)
def test_the_path_is_the_one_by_which_the_face_came(seen: e.Seen | None, events: list[e.Event], path: str) -> None:
    stages = SetUpStages(e.Pressed("c1", 10.0, seen))
    for event in events:
        stages.note(event, 10.1)
    assert stages.path == path
