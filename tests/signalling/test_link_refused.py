"""What the link makes of a distributor that refuses, isn't there, or is something else."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest
from aiohttp import web

from kiosk.protocol.fields import ErrorCode, QueueReason
from kiosk.protocol.messages import (
    Challenge,
    Error,
    Queued,
)
from kiosk.signalling import transport
from kiosk.signalling.events import Down, Up

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


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (ErrorCode.BAD_CODE, "enrolment-code"),
        (ErrorCode.NOT_PROVEN, "enrolment-code"),
        (ErrorCode.VERSION, "releases"),
        (ErrorCode.TOO_MANY, "full"),
        (ErrorCode.OUT_OF_ORDER, "log"),
    ],
)
async def test_a_refusal_in_the_handshake_says_what_to_do(
    wires: Wires, terminals: Terminals, logged: Logged, code: ErrorCode, word: str
) -> None:
    async def script(line: Any) -> None:
        await line.hear()
        await line.say(Error(code=code, text="No.", fatal=True))

    terminal = terminals((await wires(script)).url)
    await terminal.told.until(Down("rejected"))
    line = next(line for line in logged if line["event"] == "link.down")
    assert word in line["advice"]
    assert "No." in line["what"]


async def test_an_identity_in_use_elsewhere_doesn_t_fight_for_the_link(wires: Wires, terminals: Terminals) -> None:
    """Two programs with one identity would else throw each other out ten times a second."""

    async def script(line: Any) -> None:
        await line.greet()
        await line.say(Error(code=ErrorCode.REPLACED, text="Somebody else came.", fatal=True))

    wire = await wires(script)
    terminal = terminals(wire.url)
    await terminal.told.until(Down("rejected"))
    with pytest.raises(TimeoutError):
        await terminal.told.until(Up, within_s=2)
    assert len(wire.lines) == 1


async def test_a_message_out_of_turn_in_the_handshake_is_a_refusal(wires: Wires, terminals: Terminals) -> None:
    async def script(line: Any) -> None:
        await line.hear()
        await line.say(Queued(call_id="c", reason=QueueReason.NO_AGENTS))

    await terminals((await wires(script)).url).told.until(Down("rejected"))


async def test_a_version_that_nobody_agreed_on_is_refused(wires: Wires, terminals: Terminals, logged: Logged) -> None:
    async def script(line: Any) -> None:
        await line.greet(version=99)

    await terminals((await wires(script)).url).told.until(Down("rejected"))
    assert "99" in next(line["what"] for line in logged if line["event"] == "link.down")


async def test_a_handshake_that_never_goes_on_is_silent(wires: Wires, terminals: Terminals) -> None:
    release = asyncio.Event()

    async def script(line: Any) -> None:
        await line.hear()
        await line.say(Challenge(nonce="00"))
        await line.hear()
        await release.wait()

    started = time.monotonic()
    await terminals((await wires(script)).url).told.until(Down("silent"))
    assert time.monotonic() - started < 4
    release.set()


async def test_without_id_and_code_the_terminal_says_that_it_isn_t_enrolled(
    wires: Wires, terminals: Terminals, logged: Logged
) -> None:
    await terminals((await wires(well)).url, code=None).told.until(Down("rejected"))
    line = next(line for line in logged if line["event"] == "link.down")
    assert "isn't enrolled" in line["what"]
    assert "enrolment-code" in line["advice"]


async def test_another_program_s_websocket_is_refused(wires: Wires, terminals: Terminals, logged: Logged) -> None:
    wire = await wires(well, protocols=("chat",))
    await terminals(wire.url).told.until(Down("rejected"))
    assert "kiosk.v1" in next(line["what"] for line in logged if line["event"] == "link.down")


@pytest.mark.parametrize(
    ("status", "code"), [(404, "rejected"), (200, "rejected"), (302, "rejected"), (503, "refused")]
)
async def test_an_http_answer_instead_of_a_websocket(
    terminals: Terminals, logged: Logged, status: int, code: str
) -> None:
    """A wrong path is a mistake; a proxy whose distributor is away is a distributor that is away."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/ws", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await terminals(f"ws://127.0.0.1:{runner.addresses[0][1]}/ws").told.until(Down(code))
    finally:
        await runner.cleanup()
    assert str(status) in next(line["what"] for line in logged if line["event"] == "link.down")


async def test_a_server_of_another_kind_hung_up(terminals: Terminals) -> None:
    """Something listens at the port, takes the request and closes without an answer."""

    async def rude(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(rude, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await terminals(f"ws://127.0.0.1:{port}/ws").told.until(Down("closed"))


async def test_a_port_that_takes_no_connections_is_silent(terminals: Terminals) -> None:
    """A full backlog swallows SYNs as a dead host or a firewall does."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(deaf.getsockname())
            fillers.append(filler)
        started = time.monotonic()
        await terminals(f"ws://127.0.0.1:{deaf.getsockname()[1]}/ws").told.until(Down("silent"))
        assert time.monotonic() - started < transport.CONNECT_S + 2
        for filler in fillers:
            filler.close()


async def test_a_name_that_doesn_t_resolve(terminals: Terminals, logged: Logged) -> None:
    await terminals("wss://distributor.invalid/ws").told.until(Down("unresolved"))
    line = next(line for line in logged if line["event"] == "link.down")
    assert "distributor.invalid" in line["what"]
    assert "DNS" in line["advice"]
