"""The terminal's link over real sockets, against a scripted distributor."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

import pytest

from kiosk.protocol.fields import HEARD_NOTHING, ErrorCode, QueueReason
from kiosk.protocol.messages import (
    AgentCard,
    Assigned,
    Bye,
    Call,
    Declare,
    Enrol,
    Error,
    Hello,
    IceServer,
    IceServers,
    Ping,
    Pong,
    Prove,
    Queued,
)
from kiosk.signalling.events import Arrived, Down, NewIceServers, Up

Wires = Callable[..., Awaitable[Any]]
Terminals = Callable[..., Any]
Logged = list[MutableMapping[str, Any]]


async def well(line: Any) -> None:
    """A distributor as it should be."""
    await line.greet()
    await line.answer_pings()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def downs(logged: Logged) -> list[str]:
    return [line["code"] for line in logged if line["event"] == "link.down"]


async def test_a_new_terminal_enrols_and_then_proves_itself(wires: Wires, terminals: Terminals) -> None:
    """The id that the welcome gave is in the next hello, after a restart of the program too."""
    wire = await wires(well)
    first = terminals(wire.url, code="one-time")
    assert await first.told.until(Down) == Down("starting")
    up = await first.told.until(Up)
    assert up.welcome.peer_id == "t-1"
    await first.stop()
    await terminals(wire.url, code="one-time").told.until(Up)
    enrolling, proving = wire.lines
    assert isinstance(enrolling.said[0], Hello)
    assert enrolling.said[0].terminal_id is None
    assert isinstance(enrolling.said[1], Enrol)
    assert enrolling.said[1].code == "one-time"
    assert proving.said[0].terminal_id == "t-1"
    assert isinstance(proving.said[1], Prove)
    assert enrolling.said[0].boot_id != proving.said[0].boot_id


async def test_a_new_code_in_the_configuration_enrols_anew(wires: Wires, terminals: Terminals) -> None:
    """So a terminal whose distributor was set up from scratch needs one new line and no shell."""
    wire = await wires(well)
    first = terminals(wire.url, code="one")
    await first.told.until(Up)
    await first.stop()
    await terminals(wire.url, code="two").told.until(Up)
    assert wire.lines[1].said[1].code == "two"
    assert wire.lines[1].said[1].public_key == wire.lines[0].said[1].public_key


async def test_messages_go_both_ways_in_order(wires: Wires, terminals: Terminals) -> None:
    async def script(line: Any) -> None:
        await line.greet()
        assert isinstance(await line.hear(), Declare)
        assert isinstance(await line.hear(), Call)
        await line.say(Queued(call_id="c", reason=QueueReason.ALL_BUSY))
        await line.say(Assigned(call_id="c", agent=AgentCard(agent_id="a", name="Ada", role="Advice")))
        await line.answer_pings()

    terminal = terminals((await wires(script)).url)
    await terminal.told.until(Up)
    terminal.link.send(Declare())
    terminal.link.send(Call(call_id="c"))
    first = await terminal.told.until(Arrived)
    second = await terminal.told.until(Arrived)
    assert (first.message.type, second.message.type) == ("queued", "assigned")


async def test_new_ice_servers_are_told(wires: Wires, terminals: Terminals) -> None:
    """Their credentials run out while a terminal stays connected for weeks."""
    servers = (IceServer(urls=("turn:turn.example:3478",), username="1:t", credential="c"),)

    async def script(line: Any) -> None:
        await line.greet()
        await line.say(IceServers(ice_servers=servers))
        await line.answer_pings()

    terminal = terminals((await wires(script)).url)
    assert (await terminal.told.until(NewIceServers)).ice_servers == servers


async def test_while_there_is_no_link_messages_are_dropped_and_said(terminals: Terminals, logged: Logged) -> None:
    terminal = terminals(f"ws://127.0.0.1:{free_port()}/ws")
    terminal.link.send(Call(call_id="c"))
    await terminal.told.until(Down("refused"))
    assert {"event": "link.dropped", "type": "call", "log_level": "info"} in logged


async def test_pings_keep_an_idle_link_alive(wires: Wires, terminals: Terminals) -> None:
    """Three pings span more than the silence that would end the link."""
    heard = asyncio.Event()

    async def script(line: Any) -> None:
        await line.greet()
        for _ in range(4):
            assert isinstance(await line.hear(), Ping)
            await line.socket.send_str('{"type":"pong","id":"1"}')
        heard.set()
        await line.answer_pings()

    wire = await wires(script)
    terminal = terminals(wire.url)
    await asyncio.wait_for(heard.wait(), 10)
    assert [type(event) for event in terminal.told.events] == [Down, Up]
    assert len(wire.lines) == 1


async def test_a_distributor_that_falls_silent_is_noticed_within_three_seconds(
    wires: Wires, terminals: Terminals, logged: Logged
) -> None:
    """It keeps the connection open and reads, but says nothing any more, as a hung process or a cut line does.

    The close code says that the terminal comes back, so that its call is kept.
    """
    silent_at = 0.0
    closed: asyncio.Queue[int | None] = asyncio.Queue()

    async def script(line: Any) -> None:
        nonlocal silent_at
        await line.greet()
        silent_at = time.monotonic()
        with suppress(ConnectionResetError):
            while True:
                await line.hear()
        closed.put_nowait(line.socket.close_code)

    terminal = terminals((await wires(script)).url)
    await terminal.told.until(Up)
    await terminal.told.until(Down("silent"))
    assert time.monotonic() - silent_at < 3
    assert await asyncio.wait_for(closed.get(), 3) == HEARD_NOTHING
    assert "advice" in next(line for line in logged if line["event"] == "link.down")


async def test_a_peer_that_reads_nothing_and_says_nothing_is_silent_too(wires: Wires, terminals: Terminals) -> None:
    """Pings that nobody reads fill the buffers; the writer must neither block the link nor take it down itself."""
    release = asyncio.Event()

    async def script(line: Any) -> None:
        await line.greet()
        await release.wait()

    terminal = terminals((await wires(script)).url)
    await terminal.told.until(Up)
    terminal.link.send(Declare())
    await terminal.told.until(Down("silent"), within_s=4)
    release.set()


async def test_a_stalled_event_loop_is_not_taken_for_a_silent_distributor(wires: Wires, terminals: Terminals) -> None:
    """A terminal that was too busy for 3 s to read or to tell the time gives the distributor its chance afterwards."""
    called = asyncio.Event()

    async def script(line: Any) -> None:
        await line.greet()
        while not isinstance(message := await line.hear(), Call):
            assert isinstance(message, Ping)
            await line.say(Pong())
        called.set()
        await line.answer_pings()

    wire = await wires(script)
    terminal = terminals(wire.url)
    await terminal.told.until(Up)
    time.sleep(3)  # noqa: ASYNC251 - the stall is the thing under test
    terminal.link.send(Call(call_id="c"))

    await asyncio.wait_for(called.wait(), 5)
    assert terminal.told.events == []
    assert len(wire.lines) == 1


async def test_an_abrupt_end_is_noticed_at_once_and_the_return_within_five_seconds(
    wires: Wires, terminals: Terminals, logged: Logged
) -> None:
    """The distributor is killed, stays away until the waits are at their longest, and comes back on the same port."""
    wire = await wires(well)
    terminal = terminals(wire.url)
    await terminal.told.until(Up)
    killed = time.monotonic()
    await wire.stop()
    await terminal.told.until(Down("closed"))
    assert time.monotonic() - killed < 1
    await terminal.told.until(Down("refused"))
    async with asyncio.timeout(20):
        while terminal.link._backoff._attempt < 5:  # noqa: ASYNC110 - how long it waits is told to nobody
            await asyncio.sleep(0.05)
    back = time.monotonic()
    await wire.start()
    await terminal.told.until(Up)
    assert time.monotonic() - back < 5
    assert downs(logged) == ["closed", "refused"], "one line for each change, none for each try"


async def test_a_clean_stop_says_goodbye(wires: Wires, terminals: Terminals) -> None:
    gone = asyncio.Event()

    async def script(line: Any) -> None:
        await line.greet()
        try:
            await line.answer_pings()
        finally:
            gone.set()

    wire = await wires(script)
    terminal = terminals(wire.url)
    await terminal.told.until(Up)
    started = time.monotonic()
    await terminal.stop()
    assert time.monotonic() - started < 1
    await asyncio.wait_for(gone.wait(), 5)
    assert isinstance(wire.lines[0].said[-1], Bye)
    assert terminal.told.events == []


async def test_what_cannot_be_understood_is_passed_over(wires: Wires, terminals: Terminals, logged: Logged) -> None:
    """A newer distributor may say things that this terminal doesn't know; none of them ends the link."""

    async def script(line: Any) -> None:
        await line.greet()
        for text in ("{", "[]", '{"type":"from_the_future","id":"1"}', '{"type":"ended","id":"1"}'):
            await line.socket.send_str(text)
        await line.socket.send_bytes(b"\0")
        await line.say(Error(code=ErrorCode.UNKNOWN_CALL, text="no such call", fatal=False))
        await line.socket.send_str('{"type":"status","id":"2","status":"away","next_status":"away"}')
        await line.say(Queued(call_id="c", reason=QueueReason.NO_AGENTS))
        await line.answer_pings()

    terminal = terminals((await wires(script)).url)
    await terminal.told.until(Up)
    assert (await terminal.told.until(Down, Arrived)).message.type == "queued"
    events = [line["event"] for line in logged if line["log_level"] == "warning"]
    assert events == ["link.not_understood"] * 5 + ["link.error", "link.unexpected"]


async def test_an_oversized_message_ends_the_connection(wires: Wires, terminals: Terminals) -> None:
    async def script(line: Any) -> None:
        await line.greet()
        await line.socket.send_str('{"type":"pong","id":"' + "x" * 70_000 + '"}')
        await line.answer_pings()

    terminal = terminals((await wires(script)).url)
    await terminal.told.until(Up)
    await terminal.told.until(Down("closed"))


async def test_a_defect_in_the_user_of_the_link_is_not_hidden(wires: Wires, terminals: Terminals) -> None:
    """An exception out of ``on_event`` ends `run`, for whoever supervises it to see."""

    class Defect(Exception):  # noqa: N818 - not an error of the product
        pass

    def broken(event: object) -> None:
        if isinstance(event, Up):
            raise Defect

    terminal = terminals((await wires(well)).url)
    terminal.link._on_event = broken
    with pytest.raises(Defect):
        await asyncio.wait_for(terminal.task, 10)
