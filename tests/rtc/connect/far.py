"""A far end made of one UDP socket, which says and leaves out what a test wants: no aioice in it but its messages."""

import asyncio
from typing import Any, Self

from aioice import Candidate, stun
from aioice.ice import get_host_addresses

from kiosk.rtc.connect.ice import HastyConnection
from kiosk.rtc.connect.servers import Servers

USERNAME, PASSWORD = "farfar", "p" * 24
OWN = get_host_addresses(use_ipv4=True, use_ipv6=False)[0]
CLIENT_HELLO = bytes([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0])
"""The beginning of a DTLS handshake record of epoch 0."""
RTP = bytes([128, 96]) + bytes(20)


class FarEnd(asyncio.DatagramProtocol):
    """Records what comes in; `check` sends an ICE check, `answer` answers one."""

    def __init__(self) -> None:
        self.checks: asyncio.Queue[tuple[stun.Message, tuple[str, int]]] = asyncio.Queue()
        self.data: asyncio.Queue[bytes] = asyncio.Queue()
        self.answers: asyncio.Queue[stun.Message] = asyncio.Queue()
        self.transport: asyncio.DatagramTransport

    @classmethod
    async def open(cls) -> Self:
        """On one of this machine's own addresses."""
        _, protocol = await asyncio.get_running_loop().create_datagram_endpoint(cls, local_addr=(OWN, 0))
        return protocol

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.transport.get_extra_info("sockname")[:2]
        return host, port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # a datagram endpoint's

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        try:
            message = stun.parse_message(data)
        except ValueError:
            self.data.put_nowait(data)
            return
        if message.message_class is stun.Class.REQUEST:
            self.checks.put_nowait((message, addr))
        else:
            self.answers.put_nowait(message)

    def check(self, near: HastyConnection, password: str | None = None) -> None:
        """An ICE check of the controlled side, as Chromium sends it with its answer."""
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{near.local_username}:{USERNAME}"
        request.attributes["PRIORITY"] = 1845501695
        request.attributes["ICE-CONTROLLED"] = 7
        request.add_message_integrity((password or near.local_password).encode())
        self.transport.sendto(bytes(request), (OWN, port_of(near)))

    def answer(self, check: stun.Message, addr: tuple[str, int]) -> None:
        """As one does who is reached."""
        response = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.RESPONSE,
            transaction_id=check.transaction_id,
        )
        response.attributes["XOR-MAPPED-ADDRESS"] = addr
        response.add_message_integrity(PASSWORD.encode())
        self.transport.sendto(bytes(response), addr)

    def refuse(self, check: stun.Message, addr: tuple[str, int]) -> None:
        """As one does who isn't who was meant."""
        response = stun.Message(
            message_method=stun.Method.BINDING, message_class=stun.Class.ERROR, transaction_id=check.transaction_id
        )
        response.attributes["ERROR-CODE"] = (400, "Bad Request")
        response.add_message_integrity(PASSWORD.encode())
        self.transport.sendto(bytes(response), addr)

    def candidate(self, host: str | None = None) -> Candidate:
        """Of this socket, or of the same port at another host."""
        return Candidate("1", 1, "udp", 2122260223, host or self.address[0], self.address[1], "host")


async def near_end(servers: Servers | None = None) -> HastyConnection:
    """Ours, controlling, gathered, and told who the far end is."""
    near = HastyConnection(servers or Servers())
    near.ice_controlling = True
    await near.gather_candidates()
    near.remote_username, near.remote_password = USERNAME, PASSWORD
    return near


def port_of(near: HastyConnection) -> int:
    """Of its socket at `OWN`."""
    return next(each.port for each in near.local_candidates if each.host == OWN and each.type == "host")
