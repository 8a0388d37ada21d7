"""A call of our real peer with a far end that may send whatever it likes: over real sockets, before and after SRTP."""

import asyncio
import re
import socket
import threading
from collections.abc import Coroutine, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pylibsrtp
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtpPacket, is_rtcp

from tests.rtc.caller import HZ, LIMIT_S, Caller
from tests.rtc.receive.lossy import MovingPictures, Tone

T = TypeVar("T")


class Loop:
    """An event loop in a thread of its own, so that a call goes on while a test thinks."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.crashes: list[str] = []
        """What the loop's exception handler was told: there must be nothing."""
        self.loop.set_exception_handler(lambda _, context: self.crashes.append(repr(context)))
        self._thread = threading.Thread(target=self.loop.run_forever, name="hostile-loop", daemon=True)
        self._thread.start()

    def run(self, doing: Coroutine[Any, Any, T], limit_s: float = LIMIT_S) -> T:
        """Do it there, and wait for it."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(doing, self.loop)
        return future.result(limit_s)

    def close(self) -> None:
        """End the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class HostileCall:
    """``peer`` is ours, ``far`` is aiortc with the attacker's hands in its transport. On the loop."""

    def __init__(self) -> None:
        self.broken = False
        """A test found it so, or is about to find out."""
        self._numbers: dict[int, int] = {}
        self.near = Caller()
        self.far = RTCPeerConnection()

    async def start(self) -> None:
        """Connect, and wait for a picture."""
        self.far.addTrack(Tone(HZ))
        self.far.addTrack(MovingPictures(30, 160, 120))
        self.offer = await self.near.offer()
        await self.far.setRemoteDescription(RTCSessionDescription(self.offer, "offer"))
        await self.far.setLocalDescription(await self.far.createAnswer())
        self.answer = self.far.localDescription.sdp
        self._take_over_the_numbers()
        await self.near.peer.accept(self.answer)
        await self.goes_on()

    async def stop(self) -> None:
        """End both."""
        await asyncio.gather(self.near.close(), self.far.close())

    async def goes_on(self, pictures: int = 5) -> None:
        """The agent's pictures and sound still come, and ours still leave. Raises TimeoutError where they don't."""
        await self.near.sees(pictures, "160x120")
        await self.near.hears(HZ)
        async with asyncio.timeout(LIMIT_S):
            out = await self._received_by_far()
            while await self._received_by_far() <= out:  # noqa: ASYNC110 aiortc's counts have no event
                await asyncio.sleep(0.05)
        assert not self.near.lost

    async def _received_by_far(self) -> int:
        report = await self.far.getStats()
        return sum(
            entry.packetsReceived for entry in report.values() if entry.type == "inbound-rtp" and entry.kind == "video"
        )

    # --- the attacker's hands ------------------------------------------------------------------------------------------

    def _transport(self) -> Any:
        return self.far.getTransceivers()[0].sender.transport

    def _take_over_the_numbers(self) -> None:
        """From now on the far end's real packets are numbered on from the attacker's, or SRTP would drop them as old."""
        transport = self._transport()
        self._send_rtp = transport._send_rtp

        async def renumbered(data: bytes) -> None:
            ssrc = int.from_bytes(data[8:12], "big")
            if is_rtcp(data) or ssrc not in self._own():
                await self._send_rtp(data)
            else:
                await self.send(data)

        transport._send_rtp = renumbered

    def _own(self) -> tuple[int, int]:
        return self.ssrc("video"), self.ssrc("audio")

    async def send(self, plain: bytes, step: int = 1) -> None:
        """One RTP or RTCP packet, encrypted and signed as it should be.

        One of the far end's own sources gets the number ``step`` after its last one.
        """
        ssrc = int.from_bytes(plain[8:12], "big")
        if not is_rtcp(plain) and ssrc in self._own():
            self._numbers[ssrc] = (self._numbers.get(ssrc, 0) + step) & 0xFFFF
            plain = plain[:2] + self._numbers[ssrc].to_bytes(2, "big") + plain[4:]
        await self._send_rtp(plain)

    async def send_all(self, packets: Iterable[bytes]) -> int:
        """Send them; how many could be sent: the attacker's own library refuses headers that are none."""
        sent = 0
        for packet in packets:
            try:
                await self.send(packet)
                sent += 1
            except pylibsrtp.Error:
                continue
            await self.read()
        return sent

    async def read(self) -> None:
        """Let our peer take what was sent: what is sent in one go is lost before it arrives."""
        for _ in range(3):
            await asyncio.sleep(0)

    async def send_raw(self, datagram: bytes) -> None:
        """One datagram from the address that our peer talks to, as it is."""
        await self._transport().transport._send(datagram)

    def outsider(self, datagram: bytes) -> None:
        """One datagram from an address that has nothing to do with the call."""
        for address, port in self.addresses():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.sendto(datagram, (address, port))

    def addresses(self) -> list[tuple[str, int]]:
        """Where our peer listens (IPv4)."""
        found = re.findall(r"a=candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host", self.offer)
        return [(address, int(port)) for address, port in found]

    def ssrc(self, kind: str) -> int:
        """The far end's own source of that kind."""
        sender = next(each for each in self.far.getSenders() if each.kind == kind)
        return int(sender._ssrc)

    def near_ssrc(self, kind: str) -> int:
        """Our peer's source of that kind, from its offer."""
        section = self.offer.split(f"m={kind}")[1].split("m=")[0]
        found = re.search(r"a=ssrc:(\d+)", section)
        assert found is not None
        return int(found[1])

    def payload_type(self, codec: str) -> int:
        """The payload type that the answer has for it."""
        found = re.search(rf"a=rtpmap:(\d+) {codec}/", self.answer)
        assert found is not None, codec
        return int(found[1])

    def rtp(self, kind: str, payload: bytes, stamp: int = 0, *, ssrc: int | None = None, marker: int = 1) -> bytes:
        """An RTP packet of the far end's source, with that payload."""
        codec = "H264" if kind == "video" else "opus"
        packet = RtpPacket(self.payload_type(codec), marker, 0, stamp, self.ssrc(kind) if ssrc is None else ssrc)
        packet.payload = payload
        return bytes(packet.serialize())


@contextmanager
def memory_within(most_mb: float) -> Iterator[None]:
    """The memory of this process must not grow by more than that, not even for a moment (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _status_mb("VmRSS")
    yield
    grown = _status_mb("VmHWM") - before
    assert grown <= most_mb, f"{grown:.0f} MB more"


def _status_mb(key: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))
