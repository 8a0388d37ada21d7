"""A spare of which the addresses don't hold any more."""

from kiosk.protocol.messages import IceServer
from kiosk.rtc.port import Peer, PeerEvents
from kiosk.standby.spare import Spare
from tests.standby.scripted import ScriptedPeer


async def test_a_spare_that_is_lost_is_made_anew_and_one_that_was_taken_is_its_takers() -> None:
    """Another network, or a TURN server that is gone: the peer closes itself."""
    made: list[ScriptedPeer] = []

    def make(_servers: tuple[IceServer, ...], events: PeerEvents) -> Peer:
        made.append(ScriptedPeer(events))
        made[-1].number = str(len(made))
        return made[-1]

    spare = Spare(make)
    spare.renew(())
    assert spare._making is not None
    await spare._making
    made[0].events.on_lost()
    await made[0].has_done("close")
    taken = await spare.take()
    assert taken.sdp == "sdp2"
    made[1].events.on_lost()
    assert "close" not in made[1].did
    assert len(made) == 2
    await spare.close()
