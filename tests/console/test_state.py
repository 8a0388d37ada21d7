"""The console's state: every event's new state and effects, without a DOM, a socket or a device."""

import pytest

from tests.console import events as e
from tests.console.pure import Modules

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_signing_in_connects(modules: Modules) -> None:
    folded = await modules.fold(e.SIGNED_IN)
    assert folded.done == ["connect"]
    assert folded.state["screen"] == "cockpit"
    assert folded.props["kind"] == "starting"


async def test_a_welcome_is_answered_with_a_declaration_of_an_agent_who_is_away(modules: Modules) -> None:
    folded = await modules.fold(e.SIGNED_IN, e.CONNECTING, e.WELCOME)
    declared = {"type": "declare", "calls": [], "status": "away", "links": 24, "pre_roll": False}
    assert folded.effects == [{"do": "send", "message": declared}]


async def test_becoming_available_waits_for_camera_and_microphone(modules: Modules) -> None:
    """The distributor hears of it only when a customer could really be served."""
    asked = await modules.fold(e.ONLINE, e.want("available"))
    assert asked.done == ["take_devices"]
    assert asked.props["stage"]["heading"] == "Allow camera and microphone"
    ready = await modules.fold(e.ONLINE, e.want("available"), e.READY)
    assert ready.effects == [{"do": "send", "message": {"type": "set_status", "status": "available"}}]


async def test_asking_twice_for_the_devices_takes_them_once(modules: Modules) -> None:
    assert (await modules.fold(e.ONLINE, e.want("available"), e.want("available"))).done == []


@pytest.mark.parametrize("device", ["camera", "microphone"])
@pytest.mark.parametrize("why", ["missing", "refused", "busy"])
async def test_without_devices_the_agent_stays_away_and_reads_why(modules: Modules, device: str, why: str) -> None:
    folded = await modules.fold(e.ONLINE, e.want("available"), e.fault(device, why))
    assert folded.state["wanted"] == "away"
    assert "available" not in str(folded.effects)
    assert folded.props["stage"]["heading"] == "You can't become available yet"
    assert device in folded.props["stage"]["words"].lower()
    assert folded.props["stage"]["action"] == "available"


async def test_after_a_fault_the_devices_are_tried_again_only_when_the_agent_says_so(modules: Modules) -> None:
    faulty = [*e.ONLINE, e.want("available"), e.fault("camera", "busy")]
    assert (await modules.fold(faulty, e.status("away", "away"))).done == []
    again = await modules.fold(faulty, e.want("available"))
    assert again.done == ["take_devices"]


async def test_away_lets_the_devices_go_once_the_distributor_has_let_go_of_the_agent(modules: Modules) -> None:
    """Until then a call could still come, and would find the camera on."""
    asked = await modules.fold(e.AVAILABLE, e.want("away"))
    assert asked.done == ["set_status"]
    gone = await modules.fold(e.AVAILABLE, e.want("away"), e.status("away", "away"))
    assert gone.done == ["release_devices"]
    assert gone.state["devices"]["state"] == "off"


async def test_an_old_status_on_its_way_does_not_undo_what_the_agent_asked_for(modules: Modules) -> None:
    folded = await modules.fold(e.AVAILABLE, e.want("away"), e.status("available"))
    assert folded.state["wanted"] == "away"


async def test_the_distributor_may_set_the_agent_away(modules: Modules) -> None:
    """An agent who didn't answer a call, say: what is shown and what is on follow."""
    folded = await modules.fold(e.AVAILABLE, e.status("away", "away"))
    assert folded.state["wanted"] == "away"
    assert folded.done == ["release_devices"]


async def test_a_camera_pulled_out_while_available_makes_the_agent_away(modules: Modules) -> None:
    folded = await modules.fold(e.AVAILABLE, e.fault("camera", "stopped", "ready"))
    assert folded.done == ["set_status", "release_devices"]
    assert folded.effects[0]["message"]["status"] == "away"
    assert "camera has stopped" in folded.props["stage"]["words"]


async def test_a_call_is_shown_at_once_and_answered_without_the_agent(modules: Modules) -> None:
    arriving = await modules.fold(e.AVAILABLE, e.INCOMING)
    assert arriving.done == ["prepare", "mute"]
    assert arriving.props["customer"]["branch"] == "Springfield"
    assert arriving.props["customer"]["terminal"] == "Desk 2"
    assert arriving.props["customer"]["language"] == "German"
    offered = await modules.fold(e.AVAILABLE, e.INCOMING, e.OFFER)
    assert offered.effects == [{"do": "answer", "callId": "c1", "sdp": "v=0"}]


async def test_a_call_that_crosses_the_agents_away_is_still_served(modules: Modules) -> None:
    folded = await modules.fold(e.AVAILABLE, e.want("away"), e.INCOMING, e.status("in_call", "away"))
    assert folded.state["devices"]["state"] == "ready"
    assert folded.props["kind"] == "reserved"


async def test_a_call_that_finds_the_devices_off_switches_them_on(modules: Modules) -> None:
    assert "take_devices" in (await modules.fold(e.ONLINE, e.INCOMING)).done


async def test_a_second_call_never_displaces_the_first(modules: Modules) -> None:
    other = e.said("incoming", call_id="c2", terminal=e.TERMINAL, language="en", waited_ms=0)
    folded = await modules.fold(e.IN_CALL, other)
    assert folded.state["call"]["id"] == "c1"
    assert folded.done == []


@pytest.mark.parametrize("kind", ["offer", "ended"])
async def test_messages_of_another_call_change_nothing(modules: Modules, kind: str) -> None:
    folded = await modules.fold(e.IN_CALL, e.said(kind, call_id="c9", sdp="v=0", reason="customer_hung_up"))
    assert folded.done == []
    assert folded.state["call"]["id"] == "c1"


async def test_a_second_offer_of_the_same_call_is_answered_too(modules: Modules) -> None:
    assert (await modules.fold(e.IN_CALL, e.OFFER)).done == ["answer"]


async def test_connected_counts_from_the_first_time_the_line_stands(modules: Modules) -> None:
    folded = await modules.fold(
        e.IN_CALL, e.peer(9000, link="disconnected"), e.peer(9500, link="connected"), now=61_200
    )
    assert folded.state["call"]["connectedAt"] == 1200
    assert folded.props["customer"]["time"] == "1:00"


async def test_what_an_older_peer_connection_says_is_passed_over(modules: Modules) -> None:
    folded = await modules.fold(e.IN_CALL, e.peer(1300, call="c0", link="failed"))
    assert folded.state["call"]["media"]["link"] == "connected"


async def test_mute_is_told_in_word_and_lasts_for_this_call_only(modules: Modules) -> None:
    muted = await modules.fold(e.IN_CALL, e.MUTE)
    assert muted.effects == [{"do": "mute", "on": True}]
    assert muted.props["word"] == "In call, muted"
    assert muted.props["detail"] == "The customer can't hear you."
    assert (await modules.fold(e.IN_CALL, e.MUTE, e.MUTE)).effects == [{"do": "mute", "on": False}]
    assert not (await modules.fold(e.IN_CALL, e.MUTE, e.ENDED)).state["muted"]
    assert (await modules.fold(e.AVAILABLE, e.MUTE)).done == []


async def test_ending_a_call_tells_the_distributor_and_closes_the_line_at_once(modules: Modules) -> None:
    folded = await modules.fold(e.IN_CALL, e.end(5000))
    assert folded.done == ["hang_up", "close"]
    assert folded.effects[0]["message"] == {"type": "hang_up", "call_id": "c1", "reason": "agent_hung_up"}
    assert folded.state["call"] is None
    twice = await modules.fold(e.IN_CALL, e.end(5000), e.end(5001))
    assert twice.done == []


async def test_a_call_ended_while_the_distributor_is_away_is_ended_when_it_is_back(modules: Modules) -> None:
    """It is declared first, so that a distributor that was started anew knows which call is meant."""
    cut = [*e.IN_CALL, e.DOWN, e.end(5000)]
    assert (await modules.fold(cut)).done == ["close"]
    back = await modules.fold(cut, e.CONNECTING, e.WELCOME)
    assert back.done == ["declare", "hang_up"]
    assert back.effects[0]["message"]["calls"][0]["call_id"] == "c1"
    over = await modules.fold(cut, e.CONNECTING, e.WELCOME, e.ENDED)
    assert over.state["hangingUp"] is None


async def test_a_call_in_progress_is_declared_again(modules: Modules) -> None:
    folded = await modules.fold(e.IN_CALL, e.DOWN, e.CONNECTING, {**e.WELCOME, "now": 61_000})
    assert folded.effects[0]["message"] == {
        "type": "declare",
        "status": "available",
        "links": 24,
        "pre_roll": False,
        "calls": [{"call_id": "c1", "phase": "connected", "peer_id": "t1", "age_ms": 60_400, "language": "de"}],
    }


async def test_a_call_that_is_being_set_up_is_declared_as_such(modules: Modules) -> None:
    folded = await modules.fold(e.ARRIVED, e.DOWN, e.CONNECTING, {**e.WELCOME, "now": 1500})
    assert folded.effects[0]["message"]["calls"][0]["phase"] == "setting_up"


async def test_new_ice_servers_take_the_place_of_the_welcomes(modules: Modules) -> None:
    """Their credentials run out while a console stays connected for weeks."""
    servers = [{"urls": ["turn:turn.example:3478"], "username": "1:a", "credential": "c"}]
    folded = await modules.fold(e.IN_CALL, e.said("ice_servers", ice_servers=servers))
    assert folded.state["welcome"]["ice_servers"] == servers
    assert folded.state["welcome"]["wrap_up_s"] == 10
    assert folded.done == []
    assert folded.state["call"]["id"] == "c1"


async def test_a_lost_distributor_is_told_and_leaves_the_call_alone(modules: Modules) -> None:
    in_call = await modules.fold(e.IN_CALL, e.DOWN)
    assert in_call.done == ["check_sign_in"]
    assert in_call.props["kind"] == "in_call"
    assert in_call.props["link"].startswith("The connection to the distributor is being restored")
    idle = await modules.fold(e.AVAILABLE, e.DOWN)
    assert idle.props["kind"] == "restoring"
    assert idle.props["detail"] == "No customer can reach you until the connection is back."


async def test_a_distributor_that_no_longer_knows_the_call_ends_it(modules: Modules) -> None:
    folded = await modules.fold(e.IN_CALL, e.said("ended", 9000, call_id="c1", reason="not_known"))
    assert folded.done == ["close"]
    assert folded.state["last"]["reason"] == "not_known"


async def test_an_answer_that_cannot_be_given_ends_the_call(modules: Modules) -> None:
    folded = await modules.fold(e.ARRIVED, {"type": "answer_failed", "callId": "c1", "now": 2000})
    assert folded.effects[0]["message"]["reason"] == "setup_failed"
    late = await modules.fold(e.ARRIVED, {"type": "answer_failed", "callId": "c0", "now": 2000})
    assert late.done == []


@pytest.mark.parametrize("code", ["replaced", "busy_elsewhere", "version", "too_many"])
async def test_a_fatal_error_stops_the_connection_and_says_what_to_do(modules: Modules, code: str) -> None:
    stopped = [*e.AVAILABLE, e.said("error", code=code, text="x", fatal=True)]
    folded = await modules.fold(stopped)
    assert "disconnect" in folded.done
    assert folded.props["kind"] == "stopped"
    assert folded.props["stage"]["action"] == ("reload" if code == "version" else "use_here")
    assert "[" not in folded.props["stage"]["words"]
    assert (await modules.fold(stopped, e.DOWN)).done == []
    assert (await modules.fold(stopped, e.want("available"))).done == []
    assert (await modules.fold(stopped, {"type": "use_here"})).done == ["connect"]


async def test_a_stopped_console_switches_its_camera_off(modules: Modules) -> None:
    """Another window has the customers now; this one has no reason to look at the agent."""
    folded = await modules.fold(e.AVAILABLE, e.said("error", code="replaced", text="x", fatal=True))
    assert folded.state["devices"]["state"] == "off"


async def test_a_sign_in_that_ran_out_leads_to_the_form(modules: Modules) -> None:
    folded = await modules.fold(e.AVAILABLE, e.said("error", code="not_signed_in", text="x", fatal=True))
    assert folded.done == ["disconnect", "release_devices"]
    assert folded.state["screen"] == "sign_in"
    assert folded.props["signIn"]["problem"].startswith("Your sign-in has ended")


async def test_a_sign_in_that_ran_out_in_a_call_waits_for_its_end(modules: Modules) -> None:
    out = [*e.IN_CALL, e.said("error", code="not_signed_in", text="x", fatal=True)]
    during = await modules.fold(out)
    assert during.state["call"]["id"] == "c1"
    assert "You can finish this call" in during.props["notice"]
    after = await modules.fold(out, e.end(9000))
    assert after.state["screen"] == "sign_in"
    assert after.done == ["close", "release_devices"]


async def test_a_request_that_was_refused_is_taken_back(modules: Modules) -> None:
    refused = e.said("error", code="not_allowed", text="x", fatal=False)
    folded = await modules.fold(e.AVAILABLE, e.want("away"), refused)
    assert folded.state["wanted"] == "available"


@pytest.mark.parametrize("kind", ["pong", "from_the_future"])
async def test_messages_that_mean_nothing_here_change_nothing(modules: Modules, kind: str) -> None:
    before, after = await modules.fold(e.IN_CALL), await modules.fold(e.IN_CALL, e.said(kind))
    assert after.state == before.state
    assert after.done == []


async def test_an_event_that_nobody_knows_is_a_defect(modules: Modules) -> None:
    with pytest.raises(Exception, match="nonsense isn't known"):
        await modules.fold({"type": "nonsense"})


async def test_i_am_ready_ends_wrap_up(modules: Modules) -> None:
    folded = await modules.fold(e.WRAP_UP, e.want("available"))
    assert folded.effects == [{"do": "send", "message": {"type": "set_status", "status": "available"}}]
