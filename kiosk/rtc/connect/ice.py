"""REPLACES parts of aioice's `Connection`: when it may be used, and how it paces its checks.

aioice 0.13 is usable once its own check was answered and a 20 ms poll has noticed; it holds everything up while a ``.local`` name
is looked up, and asks a lost check again after 500 ms. Here:

- As soon as the far end's own check, which proves that it knows our password, has come in, DTLS may begin on the way that
  it took: handshake datagrams only, a few hundred bytes. Media needs the handshake's end, which proves that the way goes there
  and back. (Chromium starts its checks when it answers, so this saves one round trip.)
- A check is sent again when the far end's comes in a second time, which says that ours may be lost.

Its sockets, messages, pairs and priorities are used as they are. A test fails when a release changes what this leans on.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from aioice import Candidate, ice, mdns, stun

from kiosk import logs
from kiosk.rtc.connect.flight import Flight, is_dtls
from kiosk.rtc.connect.gathering import GatheringConnection
from kiosk.rtc.connect.servers import Servers

log = logs.get(__name__)

PACE_S = 0.02
"""Between two checks that nobody asked for (RFC 8445, 14.2 recommends 50 ms; aioice and this take 20 ms)."""
AGAIN_S = 0.05
RTT_UNKNOWN_S = 0.2
Pair = ice.CandidatePair


@dataclass
class _Asked:
    """A check on its way: when it was sent last, and whether that was the only time."""

    request: stun.Message
    at: float
    once: bool = True


class HastyConnection(GatheringConnection):
    """An ICE connection that spends no round trip it can save. On the event loop."""

    def __init__(self, servers: Servers) -> None:
        super().__init__(servers)
        self._checking: asyncio.Task[None] | None = None
        self._resolving: set[asyncio.Task[None]] = set()
        self._poked = asyncio.Event()
        self._usable = asyncio.Event()
        self._provisional: Pair | None = None
        self._asked: dict[Pair, _Asked] = {}
        self._rtt_s = RTT_UNKNOWN_S
        self._flight = Flight()
        self._resend: asyncio.TimerHandle | None = None

    # --- checks --------------------------------------------------------------------------------------------------------

    async def connect(self) -> None:
        """Return once data may be sent, at first on the way of the far end's check. Raises ConnectionError where none is found."""
        if not self._local_candidates_end or self.remote_username is None or self.remote_password is None:
            raise ConnectionError("Candidates weren't gathered, or the remote username or password is missing.")
        for remote in self._remote_candidates:
            self._pair_remote_candidate(remote)
        self.sort_check_list()
        self._unfreeze_initial()
        self._early_checks_done = True
        for early in self._early_checks:
            self.check_incoming(*early)
        self._early_checks.clear()
        self._check_list_maybe_fail()
        self._checking = asyncio.create_task(self._check(), name="ice checks")
        await self._usable.wait()
        if not self._nominated and self._provisional is None:
            raise ConnectionError("ICE negotiation failed")

    async def _check(self) -> None:
        pacing = asyncio.create_task(self._pace(), name="ice pace")
        try:
            result = await self._check_list_state.get()
        finally:
            pacing.cancel()
        self._provisional = None
        if result == ice.ICE_COMPLETED:
            self._drop_what_is_worse()
            self._query_consent_task = asyncio.create_task(self.query_consent())
        elif self._usable.is_set() and not self._closing:
            log.info("ice.failed_after_all")
            self._checking = None  # `close` waits for it
            await self.close()
        self._usable.set()

    def _poke(self) -> None:
        self._poked.set()

    async def _pace(self) -> None:
        while True:
            self._poked.clear()
            self._check_periodic()
            idle = all(p.task is not None or p.state not in _UNCHECKED for p in self._check_list)
            await (self._poked.wait() if idle else asyncio.sleep(PACE_S))

    def _drop_what_is_worse(self) -> None:
        """Go on with checks of better pairs than the chosen one only; give an unneeded relay back."""
        chosen = self._nominated[1]
        for pair in self._check_list:
            if pair.task is not None and self._rank(pair) < self._rank(chosen):
                pair.task.cancel()
        self._give_back(but=chosen.protocol)

    def _rank(self, pair: Pair) -> int:
        return ice.candidate_pair_priority(pair.local_candidate, pair.remote_candidate, self.ice_controlling)

    def check_complete(self, pair: Pair) -> None:
        """A check has ended. A worse pair doesn't take the place of a better one that was chosen by us."""
        self._measure(pair)
        before = self._nominated.get(pair.component)
        super().check_complete(pair)
        if self.ice_controlling and before is not None and self._rank(before) > self._rank(pair):
            self._nominated[pair.component] = before
        if self._nominated:
            self._usable.set()
        self._poke()

    def check_incoming(self, message: stun.Message, addr: tuple[str, int], protocol: ice.StunProtocol) -> None:
        """The far end's check: check that pair too, now, and let DTLS begin on it."""
        super().check_incoming(message, addr, protocol)
        pair = next(p for p in self._check_list if p.protocol is protocol and p.remote_addr == addr)
        if pair.state is Pair.State.IN_PROGRESS:
            self._ask_again(pair)
        if not self._nominated and not self._check_list_done:
            if self._provisional is None or self._rank(pair) > self._rank(self._provisional):
                self._provisional = pair
            self._usable.set()
        self._poke()

    def build_request(self, pair: Pair, nominate: bool) -> stun.Message:  # noqa: FBT001 aioice's signature
        """A check, kept to be sent again; its round trip is measured."""
        request = super().build_request(pair, nominate)
        self._asked[pair] = _Asked(request, self._now())
        return request

    def _ask_again(self, pair: Pair) -> None:
        asked = self._asked.get(pair)
        if (
            asked is None
            or self._now() - asked.at < AGAIN_S
            or asked.request.transaction_id not in pair.protocol.transactions
        ):
            return
        asked.at, asked.once = self._now(), False
        pair.protocol.send_stun(asked.request, pair.remote_addr)

    def _measure(self, pair: Pair) -> None:
        """Take the round trip of a check that was sent once only (Karn's rule)."""
        asked = self._asked.pop(pair, None)
        if asked is not None and asked.once and pair.state is Pair.State.SUCCEEDED:
            self._rtt_s = self._now() - asked.at

    # --- candidates ----------------------------------------------------------------------------------------------------

    async def add_remote_candidate(self, remote_candidate: Candidate | None) -> None:
        """Take a candidate; a ``.local`` name is looked up meanwhile, and nobody waits for it."""
        if remote_candidate is not None and mdns.is_mdns_hostname(remote_candidate.host):
            task = asyncio.create_task(self._resolve(remote_candidate), name="ice name")
            self._resolving.add(task)
            task.add_done_callback(self._resolving.discard)
            return
        await super().add_remote_candidate(remote_candidate)
        self._poke()

    async def _resolve(self, candidate: Candidate) -> None:
        try:
            await super().add_remote_candidate(candidate)
        except (OSError, ValueError) as error:  # no multicast here; or the end of candidates came meanwhile
            log.info("ice.name_passed_over", why=str(error))
        self._poke()

    # --- data ----------------------------------------------------------------------------------------------------------

    async def recvfrom(self) -> tuple[bytes, int]:
        """The next datagram, also while the way is only provisional. Raises ConnectionError once there is none."""
        if not self._nominated and self._provisional is None:
            raise ConnectionError("Cannot receive data, not connected")
        received = await self._queue.get()
        if received is None:
            raise ConnectionError("Connection lost while receiving data")
        return received

    async def sendto(self, data: bytes, component: int) -> None:
        """Send on the chosen pair; a DTLS handshake on the provisional one too. Raises ConnectionError without either."""
        pair = self._nominated.get(component)
        if pair is None and is_dtls(data):
            pair = self._provisional
        if pair is None:
            raise ConnectionError("Cannot send data, not connected")
        self._flight.sent(data, self._now(), self._rtt_s)
        self._arm()
        await pair.protocol.send_data(data, pair.remote_addr)

    def data_received(self, data: bytes, component: int) -> None:
        """A datagram that isn't STUN came in."""
        self._flight.heard(data)
        self._arm()
        super().data_received(data, component)

    def _arm(self) -> None:
        if self._resend is not None:
            self._resend.cancel()
        due = self._flight.next_deadline()
        loop = asyncio.get_running_loop()
        self._resend = None if due is None or self._closing else loop.call_at(due, self._send_again)

    def _send_again(self) -> None:
        pair = self._nominated.get(1) or self._provisional
        for datagram in self._flight.again(self._now()):
            if pair is not None:
                pair.protocol.transport.sendto(datagram, pair.remote_addr)
        self._arm()

    async def close(self) -> None:
        """End everything."""
        self._closing = True
        self._arm()
        tasks: list[asyncio.Task[Any]] = [*self._resolving, *filter(None, (self._asking, self._checking))]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._provisional = None
        self._usable.set()
        self._give_back()
        await super().close()


_UNCHECKED = frozenset({Pair.State.WAITING, Pair.State.FROZEN})
