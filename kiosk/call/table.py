"""The only list of what may happen in which state, and where it leads; the diagram in the docs is drawn from it."""

from dataclasses import dataclass

from kiosk.call import events as e
from kiosk.call.state import State

OFFLINE, IDLE, CALLING, GREETING = State.OFFLINE, State.IDLE, State.CALLING, State.GREETING
WAITING, SETTING_UP, IN_CALL = State.WAITING, State.SETTING_UP, State.IN_CALL
THANKS, OUT = State.THANKS, State.OUT_OF_SERVICE


@dataclass(frozen=True)
class Row:
    """``action`` names the method of `kiosk.call.machine.CallMachine` that decides; ``targets`` are all it may choose."""

    action: str
    targets: frozenset[State]


def _row(action: str, *targets: State) -> Row:
    return Row(action, frozenset(targets))


def _ignore(state: State, *kinds: type[e.Event]) -> dict[tuple[State, type[e.Event]], Row]:
    return {(state, kind): _row("ignore", state) for kind in kinds}


FLOW = (e.MediaStalled, e.MediaFlows)
"""How the media of a call does; it matters in the call only."""
GONE = (e.PeerLost, e.LinkGone)
LATE = (e.OfferReady, e.FaceDrawn, *GONE, e.Assigned, e.Queued, e.Answer, e.Candidate, e.Ended, *FLOW)
"""What may still arrive for a call that is over: it changes nothing."""

TABLE: dict[tuple[State, type[e.Event]], Row] = {
    (OFFLINE, e.Online): _row("come_online", IDLE),
    (OFFLINE, e.Offline): _row("note_offline", OFFLINE),
    (OFFLINE, e.DevicesChanged): _row("rest", OFFLINE, OUT),
    **_ignore(OFFLINE, e.Pressed, e.EndPressed, e.MuteToggled, e.TimeUp, *LATE),
    (IDLE, e.Online): _row("come_online", IDLE),
    (IDLE, e.Offline): _row("go_offline", OFFLINE),
    (IDLE, e.DevicesChanged): _row("rest", IDLE, OUT),
    (IDLE, e.Pressed): _row("begin", CALLING, GREETING),
    **_ignore(IDLE, e.EndPressed, e.MuteToggled, e.TimeUp, *LATE),
    (OUT, e.Online): _row("come_online", OUT),
    (OUT, e.Offline): _row("note_offline", OUT),
    (OUT, e.DevicesChanged): _row("rest", OUT, IDLE, OFFLINE),
    **_ignore(OUT, e.Pressed, e.EndPressed, e.MuteToggled, e.TimeUp, *LATE),
    (CALLING, e.Offline): _row("drop_call", OFFLINE, OUT),
    (CALLING, e.DevicesChanged): _row("note_devices", CALLING),
    (CALLING, e.EndPressed): _row("leave", IDLE, OUT),
    (CALLING, e.OfferReady): _row("send_offer", CALLING),
    (CALLING, e.PeerLost): _row("give_up", THANKS),
    (CALLING, e.Assigned): _row("meet", SETTING_UP),
    (CALLING, e.Queued): _row("wait", WAITING),
    (CALLING, e.Ended): _row("finish", THANKS),
    (CALLING, e.TimeUp): _row("check_time", CALLING, THANKS),
    **_ignore(CALLING, e.Online, e.Pressed, e.MuteToggled, e.FaceDrawn, e.LinkGone, e.Answer, e.Candidate, *FLOW),
    (GREETING, e.Offline): _row("drop_call", OFFLINE, OUT),
    (GREETING, e.DevicesChanged): _row("note_devices", GREETING),
    (GREETING, e.EndPressed): _row("leave", IDLE, OUT),
    (GREETING, e.OfferReady): _row("send_offer", GREETING),
    (GREETING, e.FaceDrawn): _row("note_face", GREETING),
    (GREETING, e.LinkGone): _row("ungreet_broken", CALLING),
    (GREETING, e.Assigned): _row("confirm", IN_CALL, SETTING_UP),
    (GREETING, e.Queued): _row("wait_unseen", WAITING),
    (GREETING, e.Ended): _row("finish", THANKS),
    (GREETING, e.TimeUp): _row("ungreet_in_time", GREETING, CALLING),
    **_ignore(GREETING, e.Online, e.Pressed, e.MuteToggled, e.PeerLost, e.Answer, e.Candidate, *FLOW),
    (WAITING, e.Offline): _row("drop_call", OFFLINE, OUT),
    (WAITING, e.DevicesChanged): _row("note_devices", WAITING),
    (WAITING, e.EndPressed): _row("leave", IDLE, OUT),
    (WAITING, e.OfferReady): _row("send_offer", WAITING),
    (WAITING, e.PeerLost): _row("give_up", THANKS),
    (WAITING, e.Assigned): _row("meet", SETTING_UP),
    (WAITING, e.Queued): _row("wait", WAITING),
    (WAITING, e.Ended): _row("finish", THANKS),
    **_ignore(
        WAITING, e.Online, e.Pressed, e.MuteToggled, e.FaceDrawn, e.LinkGone, e.Answer, e.Candidate, e.TimeUp, *FLOW
    ),
    (SETTING_UP, e.Online): _row("come_online", SETTING_UP),
    (SETTING_UP, e.Offline): _row("note_offline", SETTING_UP),
    (SETTING_UP, e.DevicesChanged): _row("note_devices", SETTING_UP),
    (SETTING_UP, e.EndPressed): _row("leave", IDLE, OFFLINE, OUT),
    (SETTING_UP, e.OfferReady): _row("send_offer", SETTING_UP),
    (SETTING_UP, e.Answer): _row("accept", SETTING_UP),
    (SETTING_UP, e.Candidate): _row("add_candidate", SETTING_UP),
    (SETTING_UP, e.FaceDrawn): _row("show_face", IN_CALL),
    (SETTING_UP, e.PeerLost): _row("give_up", THANKS),
    (SETTING_UP, e.LinkGone): _row("go_cold", SETTING_UP),
    (SETTING_UP, e.Assigned): _row("meet_again", SETTING_UP),
    (SETTING_UP, e.Queued): _row("wait_again", WAITING),
    (SETTING_UP, e.Ended): _row("finish", THANKS),
    (SETTING_UP, e.TimeUp): _row("check_time", SETTING_UP, THANKS),
    **_ignore(SETTING_UP, e.Pressed, e.MuteToggled, *FLOW),
    (IN_CALL, e.Online): _row("come_online", IN_CALL),
    (IN_CALL, e.Offline): _row("note_offline", IN_CALL),
    (IN_CALL, e.DevicesChanged): _row("note_devices", IN_CALL),
    (IN_CALL, e.Pressed): _row("press_in_call", IN_CALL, THANKS),
    (IN_CALL, e.EndPressed): _row("hang_up", THANKS),
    (IN_CALL, e.MuteToggled): _row("toggle_mute", IN_CALL),
    (IN_CALL, e.Candidate): _row("add_candidate", IN_CALL),
    (IN_CALL, e.MediaStalled): _row("doubt_line", IN_CALL),
    (IN_CALL, e.MediaFlows): _row("trust_line", IN_CALL),
    (IN_CALL, e.PeerLost): _row("repair", IN_CALL),
    (IN_CALL, e.LinkGone): _row("repair", IN_CALL),
    (IN_CALL, e.OfferReady): _row("send_offer", IN_CALL),
    (IN_CALL, e.Answer): _row("accept", IN_CALL),
    (IN_CALL, e.TimeUp): _row("repair_in_time", IN_CALL, THANKS),
    (IN_CALL, e.Ended): _row("finish", THANKS),
    **_ignore(IN_CALL, e.FaceDrawn, e.Assigned, e.Queued),
    (THANKS, e.Online): _row("come_online", THANKS),
    (THANKS, e.Offline): _row("note_offline", THANKS),
    (THANKS, e.DevicesChanged): _row("note_devices", THANKS),
    (THANKS, e.Pressed): _row("begin_if_ready", CALLING, GREETING, OFFLINE, OUT),
    (THANKS, e.EndPressed): _row("rest", IDLE, OFFLINE, OUT),
    (THANKS, e.TimeUp): _row("check_thanks", THANKS, IDLE, OFFLINE, OUT),
    **_ignore(THANKS, e.MuteToggled, *LATE),
}
