"""Asks STUN and TURN servers for addresses, over aioice: all STUN servers at once, TURN servers one after the other."""

import asyncio
import ipaddress
from collections.abc import Callable

from aioice import Candidate, ice, stun

from kiosk import logs
from kiosk.rtc.connect.servers import TurnServer

log = logs.get(__name__)

HEAD_START_S = 0.3
"""So long a TURN server may take before the next one is asked too; it may still win."""
ASK_S = 5.0
"""After so long nobody answers any more."""
GIVE_BACK_S = 2.0
"""After so long it is left to the server to notice."""
_giving_back: set[asyncio.Task[None]] = set()
FAULTS = (OSError, stun.TransactionError, TimeoutError, ValueError, KeyError)
"""What aioice raises where a server can't be used: no such name, no way there, refused, malformed, silent."""


def own_addresses() -> frozenset[str]:
    """Addresses of this machine, as host candidates are made of them."""
    return frozenset(ice.get_host_addresses(use_ipv4=True, use_ipv6=True))


async def reflexive(protocol: ice.StunProtocol, servers: tuple[tuple[str, int], ...]) -> Candidate | None:
    """How the first STUN server that answers sees that socket; nothing new where there is no NAT, or nobody answers."""
    host = protocol.local_candidate.host
    if ipaddress.ip_address(host).version != 4:
        return None
    asking = [asyncio.create_task(_reflexive(protocol, server)) for server in servers]
    try:
        async with asyncio.timeout(ASK_S):
            for answer in asyncio.as_completed(asking):
                found = await answer
                if found is not None:
                    return None if found.host == host else found
    except TimeoutError:
        pass
    finally:
        await _end(asking)
    return None


async def relayed(
    make_protocol: Callable[[], ice.StunProtocol], servers: tuple[TurnServer, ...]
) -> tuple[Candidate, ice.StunProtocol] | None:
    """An address at the first TURN server that answers; the others' are given back."""
    asking: list[asyncio.Task[tuple[Candidate, ice.StunProtocol] | None]] = []
    try:
        async with asyncio.timeout(ASK_S):
            for server in servers:
                asking.append(asyncio.create_task(_relayed(make_protocol, server)))
                if found := await _first(asking, HEAD_START_S):
                    return found
            return await _first(asking, ASK_S)
    except TimeoutError:
        return None
    finally:
        await _end(asking)


def give_back(protocol: ice.StunProtocol) -> None:
    """Let a relay go, and wait for nobody: aioice asks a server that is gone for over a minute."""
    task = asyncio.create_task(_give_back(protocol), name="give a relay back")
    _giving_back.add(task)
    task.add_done_callback(_giving_back.discard)


async def _give_back(protocol: ice.StunProtocol) -> None:
    try:
        async with asyncio.timeout(GIVE_BACK_S):
            await protocol.close()
    except TimeoutError:
        asking: asyncio.Task[None] = protocol.transport._TurnTransport__close_task  # type: ignore[attr-defined]  # noqa: SLF001 the seam
        asking.cancel()


async def _first(
    asking: list[asyncio.Task[tuple[Candidate, ice.StunProtocol] | None]], within_s: float
) -> tuple[Candidate, ice.StunProtocol] | None:
    """What the first of them found; none after ``within_s``, or once all have failed. It is taken out of the list."""
    until = asyncio.get_running_loop().time() + within_s
    while waiting := [task for task in asking if not task.done() or task.result() is not None]:
        done, _ = await asyncio.wait(
            waiting, timeout=max(0.0, until - asyncio.get_running_loop().time()), return_when=asyncio.FIRST_COMPLETED
        )
        for task in asking:
            if task in done and (found := task.result()) is not None:
                asking.remove(task)
                return found
        if not done:
            return None
    return None


async def _reflexive(protocol: ice.StunProtocol, server: tuple[str, int]) -> Candidate | None:
    try:
        candidate, _ = await ice.server_reflexive_candidate(protocol, server)
    except FAULTS as error:
        log.info("ice.server_failed", server=f"stun:{server[0]}:{server[1]}", why=_why(error))
        return None
    return candidate


async def _relayed(
    make_protocol: Callable[[], ice.StunProtocol], server: TurnServer
) -> tuple[Candidate, ice.StunProtocol] | None:
    try:
        candidate, protocol = await ice.relayed_candidate(
            component=1,
            hide_related_address=False,
            protocol_factory=make_protocol,
            turn_server=(server.host, server.port),
            turn_username=server.username,
            turn_password=server.credential,
            turn_ssl=server.tls,
            turn_transport=server.transport,
        )
    except FAULTS as error:
        log.info("ice.server_failed", server=str(server), why=_why(error))
        return None
    return candidate, protocol


async def _end(
    asking: list[asyncio.Task[tuple[Candidate, ice.StunProtocol] | None]] | list[asyncio.Task[Candidate | None]],
) -> None:
    """Ask no further; an address that was given meanwhile is given back."""
    for task in asking:
        task.cancel()
    for outcome in await asyncio.gather(*asking, return_exceptions=True):
        if isinstance(outcome, tuple):
            give_back(outcome[1])


def _why(error: BaseException) -> str:
    return str(error) or type(error).__name__
