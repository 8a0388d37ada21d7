"""Records whole sessions of this protocol version against the real distributor, for later versions to replay.

Run ``uv run python -m tests.distributor.record`` for each new protocol version, or for a new session of one that isn't released
yet; what is recorded stays as it is.
"""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from kiosk.config import DistributorConfig
from kiosk.distributor.server import start
from kiosk.protocol.codec import encode
from kiosk.protocol.fields import VERSION, AgentStatus, CallPhase, EndReason, new_id
from kiosk.protocol.messages import (
    Answer,
    Assigned,
    Attached,
    Bye,
    Call,
    Candidate,
    Connected,
    Declare,
    DeclaredCall,
    Ended,
    Error,
    HangUp,
    Incoming,
    LinkClosed,
    LinkLost,
    Offer,
    Ping,
    Pong,
    PreRoll,
    PreRollAsk,
    PreRollOver,
    Queued,
    SetPreRoll,
    SetStatus,
)
from tests.distributor.client import AgentClient, Client, TerminalClient
from tests.distributor.house import House
from tests.distributor.linked import make_link

FOLDER = Path(__file__).parents[1] / "protocol" / "conversations"


class Recorder:
    """Writes down who comes, and what is said on each connection, in the order in which it was sent and read."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.lines: list[dict[str, Any]] = []

    async def terminal(self, name: str) -> tuple[TerminalClient, str]:
        """A new terminal, connected, and a code for it."""
        client = await self.house.new_terminal()
        code = await asyncio.to_thread(self.house.running.store.new_enrolment_code, name, "Main Street")
        self._listen(client, name, key=client.key.private_bytes_raw().hex(), code=code)
        return client, code

    async def terminal_again(self, before: TerminalClient, name: str) -> TerminalClient:
        """Another connection of a terminal."""
        client = await before.again()
        self._listen(client, name, key=client.key.private_bytes_raw().hex())
        return client

    async def agent(self, name: str, *, signed_in: bool = True) -> AgentClient:
        """A console, connected."""
        browser = await self.house.signed_in(name) if signed_in else self.house.browser()
        client = await self.house.console(browser)
        self._listen(client, name, signed_in=signed_in)
        return client

    def _listen(self, client: Client, name: str, **opened: Any) -> None:
        self.lines.append({"connection": name, "open": {"role": client.role.value, **opened}})
        client.note = lambda who, text: self.lines.append({"connection": name, "from": who, "text": text})


async def call(recorder: Recorder) -> None:
    """A press is answered; the agent hangs up and goes."""
    terminal, code = await recorder.terminal("terminal")
    await terminal.enrolled(code)
    agent = await (await recorder.agent("agent")).joined()
    call_id = await set_up(terminal, agent)
    await terminal.send(Connected(call_id=call_id, press_to_face_ms=412))
    await agent.expect_status(AgentStatus.IN_CALL)
    await terminal.send(Ping())
    await terminal.expect(Pong)
    await agent.send(HangUp(call_id=call_id, reason=EndReason.AGENT_HUNG_UP))
    await agent.expect(Ended)
    await agent.expect_status(AgentStatus.WRAP_UP)
    await terminal.expect(Ended)
    await agent.send(SetStatus(status=AgentStatus.AWAY))
    await agent.expect_status(AgentStatus.WRAP_UP)
    await agent.send(SetStatus(status=AgentStatus.AVAILABLE))
    await agent.expect_status(AgentStatus.AVAILABLE)
    await agent.send(Bye())
    await terminal.send(Bye())


async def set_up(terminal: TerminalClient, agent: AgentClient) -> str:
    """A press, up to the answer."""
    call_id = await terminal.press()
    await terminal.expect(Assigned)
    await agent.expect(Incoming)
    await agent.expect_status(AgentStatus.RESERVED)
    await terminal.send(Offer(call_id=call_id, sdp="v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"))
    await agent.expect(Offer)
    await agent.send(Answer(call_id=call_id, sdp="v=0\r\no=- 2 2 IN IP4 127.0.0.1\r\n"))
    await agent.send(Candidate(call_id=call_id, candidate="candidate:1 1 udp 1 127.0.0.1 9 typ host", mid="0", mline=0))
    await terminal.expect(Answer)
    await terminal.expect(Candidate)
    return call_id


async def queue(recorder: Recorder) -> None:
    """Nobody is there: the first customer leaves the queue, the second one waits until an agent comes."""
    terminal, code = await recorder.terminal("terminal")
    await terminal.enrolled(code)
    first = await terminal.press()
    await terminal.expect(Queued)
    await terminal.send(HangUp(call_id=first, reason=EndReason.CUSTOMER_LEFT))
    await terminal.expect(Ended)
    await terminal.send(Call(call_id=new_id(), pool="default", language="de-AT"))
    await terminal.expect(Queued)
    agent = await (await recorder.agent("agent")).joined(status=AgentStatus.AWAY)
    await agent.send(SetStatus(status=AgentStatus.AVAILABLE))
    incoming = await agent.expect(Incoming)
    await agent.expect_status(AgentStatus.RESERVED)
    await terminal.expect(Assigned, passing_over=(Queued,))
    await terminal.send(HangUp(call_id=incoming.call_id, reason=EndReason.CUSTOMER_HUNG_UP))
    await agent.expect(Ended)
    await terminal.expect(Ended)


async def back_in_the_call(recorder: Recorder) -> None:
    """Both sides' connections are replaced while a call goes on, and both declare it."""
    terminal, code = await recorder.terminal("terminal")
    await terminal.enrolled(code)
    agent = await (await recorder.agent("agent")).joined()
    call_id = await set_up(terminal, agent)
    await terminal.send(Connected(call_id=call_id, press_to_face_ms=350))
    await agent.expect_status(AgentStatus.IN_CALL)
    mine = DeclaredCall(call_id=call_id, phase=CallPhase.CONNECTED, peer_id=agent.welcome.peer_id, age_ms=4000)
    back = await (await recorder.terminal_again(terminal, "terminal, second connection")).proven(mine)
    await terminal.expect(Error)
    hang_up = HangUp(call_id=call_id, reason=EndReason.CUSTOMER_HUNG_UP)
    await back.send(hang_up)
    await back.expect(Ended)
    await back.send(hang_up)
    await back.send(Ping())
    assert isinstance(await back.next_message(), Pong)
    await agent.expect(Ended)


async def links(recorder: Recorder) -> None:
    """A standby link is made, and two calls on it: after a press, and after one by a customer who saw the agent already."""
    agent = await recorder.agent("agent")
    agent.links, agent.pre_roll = 24, True
    await agent.joined()
    terminal, code = await recorder.terminal("terminal")
    terminal.links = 2
    await terminal.enrolled(code)
    link_id = await make_link(terminal, agent)
    call_id = await terminal.press()
    await terminal.send(Offer(call_id=call_id, sdp="v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"))
    await on_the_link(terminal, agent)
    await agent.send(SetStatus(status=AgentStatus.AVAILABLE))
    await agent.expect_status(AgentStatus.AVAILABLE)
    await terminal.send(PreRollAsk(ask=1))
    fence = (await terminal.expect(PreRoll)).fence
    await agent.expect(PreRoll)
    await terminal.send(PreRollOver(fence=fence))
    await agent.expect(PreRollOver)
    await terminal.send(PreRollAsk(ask=2))
    fence = (await terminal.expect(PreRoll)).fence
    await agent.expect(PreRoll)
    await terminal.send(Call(call_id=new_id(), fence=fence))
    await on_the_link(terminal, agent)
    await agent.send(LinkLost(link_id=link_id))
    await terminal.expect(LinkClosed)
    await agent.send(LinkLost(link_id=link_id))
    await agent.expect(Error)
    await agent.send(SetPreRoll(on=False))
    await agent.send(Bye())
    await terminal.send(Bye())


async def on_the_link(terminal: TerminalClient, agent: AgentClient) -> None:
    """A call that was asked for, up to the agent's wrap-up."""
    call_id = (await terminal.expect(Assigned)).call_id
    await agent.expect(Incoming)
    await agent.expect_status(AgentStatus.RESERVED)
    await agent.send(Attached(call_id=call_id))
    await terminal.send(Connected(call_id=call_id, press_to_face_ms=60))
    await agent.expect_status(AgentStatus.IN_CALL)
    await terminal.send(HangUp(call_id=call_id, reason=EndReason.CUSTOMER_HUNG_UP))
    await terminal.expect(Ended)
    await agent.expect(Ended)
    await agent.expect_status(AgentStatus.WRAP_UP)


async def faults(recorder: Recorder) -> None:
    """What is answered with a typed error: after some the peer stays, after others it goes."""
    terminal, code = await recorder.terminal("terminal")
    early = Ping()
    await terminal.send(early)
    await terminal.expect(Error)
    await terminal.enrolled(code)
    for text in (
        "rubbish",
        '{"type":"dance","id":"d.1"}',
        encode(Declare()),
        encode(SetStatus(status=AgentStatus.AWAY)),
    ):
        await terminal.send_text(text)
        await terminal.expect(Error)
    await terminal.send(Offer(call_id="nobodys", sdp="v=0"))
    await terminal.expect(Error)
    newer, _ = await recorder.terminal("a terminal of the future")
    await newer.send(newer.hello(oldest_version=VERSION + 1, version=VERSION + 1))
    await newer.expect(Error)
    used, _ = await recorder.terminal("a terminal with a used code")
    await used.enrol(code)
    await used.expect(Error)
    stranger = await recorder.agent("a stranger", signed_in=False)
    await stranger.send(stranger.hello())
    await stranger.expect(Error)


SESSIONS: tuple[Callable[[Recorder], Awaitable[None]], ...] = (call, queue, back_in_the_call, links, faults)


async def record(folder: Path) -> None:
    """Play every session that isn't recorded yet, each on a distributor of its own, and write it down."""
    for session in SESSIONS:
        file = folder / f"{session.__name__}.jsonl"
        if file.exists():
            print(f"{file.name} is recorded already and stays as it is.")
            continue
        with tempfile.TemporaryDirectory() as state:
            house = House(await start(DistributorConfig(port=0, state_dir=Path(state), wrap_up_s=3600.0)))
            recorder = Recorder(house)
            await session(recorder)
            await house.close()
        text = "".join(json.dumps(line) + "\n" for line in recorder.lines)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    target = FOLDER / f"v{VERSION}"
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(record(target))
