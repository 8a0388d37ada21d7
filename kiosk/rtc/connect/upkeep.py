"""Keeps alive what an ICE connection has gathered until its offer is answered, and notices when it doesn't hold any more.

An offer may lie ready for an hour before somebody presses: meanwhile a NAT forgets a mapping that nobody uses, a TURN server
a relay, and a cable is pulled. Over aioice.
"""

import asyncio

from aioice import ice, stun

from kiosk.rtc.connect import gather
from kiosk.rtc.connect.gathering import GatheringConnection

KEEP_S = 20.0
"""Between two looks: the hastiest NATs forget a UDP mapping after 30 s (RFC 4787, 4.3 asks for 2 minutes)."""
INCOMPLETE_S = 300.0
"""So long an offer is kept for which not every kind of server has answered."""
ASK_S = 2.0
LIFETIME_S = 600
"""Asked for a relay with each renewal, as aioice does (RFC 8656, 7.2)."""


async def until_stale(connection: GatheringConnection) -> None:
    """Ask again for each address from time to time; return when one of them is gone, or a better offer could be made."""
    clock = asyncio.get_running_loop().time
    until = clock() + INCOMPLETE_S
    while connection.complete or clock() < until:
        await asyncio.sleep(KEEP_S)
        if not await still_good(connection):
            return


async def still_good(connection: GatheringConnection) -> bool:
    """Ask again for each address; asking is what keeps them alive."""
    if gather.own_addresses() != connection.addresses:
        return False
    asked = [_seen_the_same(connection, protocol) for protocol in connection.hosts]
    asked += [_renewed(protocol) for protocol in connection.relays]
    try:
        async with asyncio.timeout(ASK_S):
            return all(await asyncio.gather(*asked))
    except TimeoutError:
        return False


async def _seen_the_same(connection: GatheringConnection, protocol: ice.StunProtocol) -> bool:
    before = connection.reflexive(protocol)
    if before is None:
        return True
    now = await gather.reflexive(protocol, connection.servers.stun)
    return now is not None and (now.host, now.port) == (before.host, before.port)


async def _renewed(protocol: ice.StunProtocol) -> bool:
    turn = protocol.transport._TurnTransport__inner_protocol  # type: ignore[attr-defined]  # noqa: SLF001 the seam
    request = stun.Message(message_method=stun.Method.REFRESH, message_class=stun.Class.REQUEST)
    request.attributes["LIFETIME"] = LIFETIME_S
    try:
        await turn.request_with_retry(request)
    except gather.FAULTS:
        return False
    return True
