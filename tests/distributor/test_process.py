"""A distributor in a process of its own: what its log tells of a call, and how it ends. Over real sockets."""

import asyncio
from pathlib import Path

import aiohttp

from kiosk.protocol.fields import AgentStatus, CallPhase, EndReason
from kiosk.protocol.messages import DeclaredCall, Ended, HangUp, Incoming, LinkLost, SetStatus
from tests.distributor.house import House
from tests.distributor.linked import linked
from tests.distributor.process import Process
from tests.distributor.test_calls import connected
from tests.distributor.test_links import hang_up, warm
from tests.distributor.test_pre_roll import leased, press


async def test_a_calls_story_can_be_read_in_the_log_and_nothing_personal(tmp_path: Path) -> None:
    """Ids and durations of each step; no names, branches, codes, cookies or passwords. SIGTERM ends it in order."""
    process = await Process(tmp_path).start()
    house = House(process)
    await asyncio.to_thread(process.store.add_agent, "Eva Example", "Adviser", "correct horse")
    browser: aiohttp.ClientSession = house.browser()
    for password in ("wrong horse", "correct horse"):
        async with browser.post("/api/sign-in", json={"name": "Eva Example", "password": password}) as answer:
            cookies = answer.cookies
    code = await asyncio.to_thread(process.store.new_enrolment_code, "Lobby", "Main Street")
    terminal = await (await house.new_terminal()).enrolled(code)
    agent = await (await house.console(browser)).joined()
    call_id = await connected(terminal, agent)
    await terminal.send(HangUp(call_id=call_id, reason=EndReason.CUSTOMER_HUNG_UP))
    await agent.expect(Ended)
    await terminal.expect(Ended)
    closed = asyncio.gather(terminal.expect_closed(), agent.expect_closed())
    await process.stop()
    assert await closed == [1001, 1001]
    assert process.status == 0
    await house.close()

    events = [line["event"] for line in process.log]
    assert events[-1] == "distributor.stopped"
    assert {"peer.connect", "peer.hello", "peer.welcome", "agent.signed_in", "agent.sign_in_failed"} <= set(events)
    calls = [line for line in process.log if line["event"].startswith("call.")]
    assert [line["event"] for line in calls] == ["call.requested", "call.assigned", "call.connected", "call.ended"]
    ids = {"call_id": call_id, "terminal_id": terminal.terminal_id}
    assert all(ids.items() <= line.items() for line in calls)
    assert all(line["agent_id"] == agent.welcome.peer_id for line in calls[1:])
    assert calls[1]["waited_ms"] >= 0
    assert calls[2]["press_to_face_ms"] == 321
    assert calls[3]["lasted_ms"] >= calls[3]["talked_ms"] >= 0
    assert calls[3]["reason"] == "customer_hung_up"
    text = repr(process.log)
    for secret in ("Eva", "Lobby", "Main Street", "horse", code, code.replace("-", ""), cookies["kiosk_session"].value):
        assert secret not in text


async def test_links_leases_and_how_each_call_was_made_are_in_the_log(tmp_path: Path) -> None:
    """Ids only; a call that was to use a link, and couldn't, says so."""
    process = await Process(tmp_path).start()
    house = House(process)
    terminal, agent, link_id = await linked(house, pre_roll=True)
    await hang_up(terminal, agent, await warm(terminal, agent, link_id))
    await agent.send(SetStatus(status=AgentStatus.AVAILABLE))
    await agent.expect_status(AgentStatus.AVAILABLE)
    lease = await leased(terminal, agent, link_id)
    hot = await press(terminal, lease.fence)
    await agent.expect(Incoming)
    await agent.send(LinkLost(link_id=link_id))
    await agent.send(HangUp(call_id=hot, reason=EndReason.AGENT_HUNG_UP))
    await agent.expect(Ended)
    await asyncio.gather(terminal.expect_closed(), agent.expect_closed(), process.stop())
    await house.close()

    told = [line for line in process.log if line["event"].split(".")[0] in {"call", "link", "pre_roll"}]
    story = [(line["event"], line.get("path")) for line in told]
    assert story[:6] == [
        ("link.opened", None),
        ("link.ready", None),
        ("call.requested", None),
        ("call.assigned", "warm"),
        ("call.connected", "warm"),
        ("call.ended", "warm"),
    ]
    kinds = [entry for entry in story[6:] if not entry[0].startswith("link.")]
    assert kinds[:2] == [("pre_roll.granted", None), ("call.requested", None)]
    assert [entry for entry in kinds if entry[1]] == [
        ("call.assigned", "hot"),
        ("call.link_unusable", "cold"),
        ("call.ended", "cold"),
    ]
    ids = {"terminal_id": terminal.terminal_id, "agent_id": agent.welcome.peer_id}
    lost = next(line for line in told if line["event"] == "link.lost")
    assert (ids | {"link_id": link_id, "by": "agent"}).items() <= lost.items()
    assert "Main Street" not in repr(process.log)


async def test_a_call_from_before_a_restart_is_in_the_log(house: House, tmp_path: Path) -> None:
    """The next distributor logs what it was told, and the end with how long the call lasted in all."""
    terminal, agent = await house.terminal(), await house.agent()
    call_id = await connected(terminal, agent)
    await house.running.stop()
    process = await Process(tmp_path / "state").start()
    terminal.url = agent.url = process.ws_url
    mine = DeclaredCall(call_id=call_id, phase=CallPhase.CONNECTED, peer_id=agent.welcome.peer_id, age_ms=60_000)
    back = await (await terminal.again()).proven(mine)
    await back.send(HangUp(call_id=call_id, reason=EndReason.CUSTOMER_HUNG_UP))
    await back.expect(Ended)
    await asyncio.gather(back.expect_closed(), process.stop())
    calls = [line for line in process.log if line["event"].startswith("call.")]
    assert [line["event"] for line in calls] == ["call.declared", "call.ended"]
    assert calls[0]["age_ms"] == 60_000
    assert calls[1]["lasted_ms"] >= 60_000
    assert calls[1]["agent_id"] == agent.welcome.peer_id
