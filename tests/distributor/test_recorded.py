"""Clients of every released protocol version, as recorded, are served as they were. Over real sockets."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.protocol.codec import from_distributor
from tests.distributor.client import PATIENCE_S, Client, TerminalClient
from tests.distributor.conftest import Opens
from tests.distributor.house import House
from tests.protocol.recorded import Line, Session, sessions

VOLATILE = {
    "id",
    "nonce",
    "session",
    "epoch",
    "wall_ms",
    "software",
    "capabilities",
    "text",
    "waited_ms",
    "wrap_up_left_ms",
    "lease_ms",
}
"""What differs from one session to the next or is a setting, and free text."""


class Replay:
    """Plays a session's clients: they say what was recorded, but for ids, codes and signatures of this session."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.clients: dict[str, Client] = {}
        self.now: dict[str, str] = {}
        """What stands today for a recorded id or code."""

    async def play(self, session: Session) -> None:
        """Line by line."""
        for line in session.lines:
            if line.opened is not None:
                await self._open(line.connection, line.opened)
            elif line.sender == "client":
                await self._say(self.clients[line.connection], line)
            else:
                await self._hear(self.clients[line.connection], json.loads(line.text))

    async def _open(self, connection: str, opened: dict[str, Any]) -> None:
        if opened["role"] == "agent":
            browser = await self.house.signed_in(connection) if opened["signed_in"] else self.house.browser()
            self.clients[connection] = await self.house.console(browser)
            return
        terminal = await self.house.new_terminal()
        terminal.key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(opened["key"]))
        if "code" in opened:
            make = self.house.running.store.new_enrolment_code
            self.now[opened["code"]] = await asyncio.to_thread(make, connection, "Main Street")
        self.clients[connection] = terminal

    async def _say(self, client: Client, line: Line) -> None:
        text = line.text
        for recorded, today in self.now.items():
            text = text.replace(recorded, today)
        if '"signature"' in text and isinstance(client, TerminalClient):
            message = json.loads(text)
            text = json.dumps({**message, "signature": client.sign(client.nonce)})
        if '"type":"hello"' in text:
            hello = json.loads(text)
            client.boot_id = hello["boot_id"]
            if isinstance(client, TerminalClient):
                client.terminal_id = hello.get("terminal_id")
        await client.socket.send_str(text)

    async def _hear(self, client: Client, recorded: dict[str, Any]) -> None:
        frame = await client.socket.receive(PATIENCE_S)
        assert frame.type is aiohttp.WSMsgType.TEXT, frame
        from_distributor.decode(frame.data)
        today = json.loads(frame.data)
        if recorded["type"] == "challenge" and isinstance(client, TerminalClient):
            client.nonce = today["nonce"]
        if recorded["type"] == "welcome":
            self.now[recorded["peer_id"]] = today["peer_id"]
        if recorded["type"] == "link_wanted":
            self.now[f'"{recorded["link_id"]}"'] = f'"{today["link_id"]}"'
        if recorded["type"] == "pre_roll":
            self.now[f'"fence":{recorded["fence"]}'] = f'"fence":{today["fence"]}'
        assert self._steady(today) == self._steady(recorded)

    def _steady(self, message: dict[str, Any]) -> str:
        text = json.dumps(
            {key: value for key, value in message.items() if key not in VOLATILE}, sort_keys=True, separators=(",", ":")
        )
        for recorded, today in self.now.items():
            text = text.replace(recorded, today)
        return text


@pytest.mark.parametrize("session", sessions(), ids=lambda session: session.name)
async def test_old_clients_are_served_as_they_were(opens: Opens, session: Session) -> None:
    """Every answer is the recorded one, in everything that lasts."""
    house = await opens(wrap_up_s=3600.0)
    await Replay(house).play(session)
