"""A peer for the shells' tests, which obeys the port's rules and notes what is asked of it."""

import asyncio

from kiosk.errors import PeerError
from kiosk.protocol.fields import ErrorCode
from kiosk.protocol.messages import Candidate, LinkCandidate
from kiosk.rtc.port import PeerEvents, PeerStats


class ScriptedPeer:
    """A peer that obeys the port's rules and notes what is asked of it."""

    def __init__(self, events: PeerEvents | None = None) -> None:
        self.events = events or PeerEvents(lambda: None, lambda: None)
        self.did: list[str] = []
        self.refuses = False
        self.number = ""
        self.quiet = 0.0
        self.attached = False
        self.stats = PeerStats(frames_in=7)
        self.changed = asyncio.Event()
        self.gathered = asyncio.Event()
        self.gathered.set()

    def note(self, what: str) -> None:
        self.did.append(what)
        self.changed.set()

    @property
    def quiet_s(self) -> float:
        return self.quiet

    @property
    def has_picture(self) -> bool:
        return "preview True" in self.did

    async def offer(self) -> str:
        self.note("offer")
        await self.gathered.wait()
        return f"sdp{self.number}"

    async def accept(self, sdp: str) -> None:
        if self.refuses:
            raise PeerError(ErrorCode.MALFORMED, "The agent's answer can't be used.")
        self.note(f"accept {sdp}")

    async def add_candidate(self, candidate: Candidate | LinkCandidate) -> None:
        self.note(f"candidate {candidate.candidate}")

    def preview(self, on: bool) -> None:  # noqa: FBT001 the port's signature
        self.note(f"preview {on}")

    def attach(self, *, muted: bool = False) -> None:
        assert not self.attached
        self.attached = True
        self.note("attach muted" if muted else "attach")

    def detach(self) -> None:
        if self.attached:
            self.attached = False
            self.note("detach")

    async def settle(self) -> PeerStats:
        assert not self.attached
        return self.stats

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 the port's signature
        self.note(f"muted {muted}")

    async def close(self) -> None:
        self.attached = False
        self.note("close")

    async def has_done(self, what: str) -> None:
        """Wait for it."""
        async with asyncio.timeout(5):
            while what not in self.did:
                self.changed.clear()
                await self.changed.wait()
