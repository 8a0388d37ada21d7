"""REPLACES aioice's gathering, which waits for up to 5 s where a STUN or TURN server is silent.

Host candidates wait for nobody; the servers have `WAIT_S` from when gathering began. What they say later isn't lost: a relay
is used by checks from it, of which the far end learns by their arrival (RFC 8445, 7.3.1.3).
"""

import asyncio

from aioice import Candidate, ice

from kiosk.rtc.connect import gather
from kiosk.rtc.connect.servers import Servers

WAIT_S = 0.3
"""The most that STUN and TURN servers may cost a call."""


class GatheringConnection(ice.Connection):
    """An ICE connection with many servers, none of which is waited for for long. On the event loop."""

    def __init__(self, servers: Servers) -> None:
        super().__init__(ice_controlling=False)
        self.servers = servers
        self.addresses: frozenset[str] = frozenset()
        """This machine's, when gathering began."""
        self._asking: asyncio.Task[None] | None = None
        self._gathered_by = 0.0
        self._now = asyncio.get_running_loop().time

    @property
    def hosts(self) -> list[ice.StunProtocol]:
        """The sockets on this machine's own addresses."""
        return [each for each in self._protocols if each.local_candidate.type == "host"]

    @property
    def relays(self) -> list[ice.StunProtocol]:
        """The sockets at TURN servers."""
        return [each for each in self._protocols if each.local_candidate.type == "relay"]

    @property
    def complete(self) -> bool:
        """Whether every kind of server that there is has answered."""
        return self._asking is not None and self._asking.done() and (bool(self.relays) or not self.servers.turn)

    def reflexive(self, protocol: ice.StunProtocol) -> Candidate | None:
        """How a server sees that host socket, where that differs from its own address."""
        own = protocol.local_candidate
        found = (each for each in self._local_candidates if each.type == "srflx")
        return next((each for each in found if (each.related_address, each.related_port) == (own.host, own.port)), None)

    async def gather_candidates(self) -> None:
        """Host candidates at once, the others as far as they are there within `WAIT_S` of the first call."""
        if self._asking is None:
            self._gathered_by = self._now() + WAIT_S
            await super().gather_candidates()
            self.addresses = gather.own_addresses()
            self._asking = asyncio.create_task(self._ask_servers(), name="ice servers")
        await asyncio.wait({self._asking}, timeout=max(0.0, self._gathered_by - self._now()))

    async def _ask_servers(self) -> None:
        await asyncio.gather(*(self._ask_stun(protocol) for protocol in self.hosts), self._ask_turn())

    async def _ask_stun(self, protocol: ice.StunProtocol) -> None:
        found = await gather.reflexive(protocol, self.servers.stun)
        if found is not None:
            self._local_candidates.append(found)

    async def _ask_turn(self) -> None:
        found = await gather.relayed(lambda: ice.StunProtocol(self), self.servers.turn)
        if found is None:
            return
        candidate, protocol = found
        if self._check_list_done:  # another way is in use already
            gather.give_back(protocol)
            return
        self._local_candidates.append(candidate)
        self._protocols.append(protocol)
        if self._early_checks_done:
            for remote in self._remote_candidates:
                self._pair_remote_candidate(remote)
            self.sort_check_list()
            self._poke()

    def _give_back(self, *, but: ice.StunProtocol | None = None) -> None:
        """Let the relays go, all or all but one."""
        for protocol in self.relays:
            if protocol is not but:
                self._protocols.remove(protocol)
                gather.give_back(protocol)

    def _poke(self) -> None:
        """There is something to check."""
