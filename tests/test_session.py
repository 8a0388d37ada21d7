"""The session shell over a fake line and a fake peer: effects in order, one timer, no callback after the end."""

import asyncio
from collections.abc import Callable

import pytest

from kiosk import session
from kiosk.call import events as e
from kiosk.call.machine import CallMachine, Settings
from kiosk.call.state import Snapshot, State
from kiosk.errors import PeerError
from kiosk.protocol.fields import EndReason, ErrorCode, Message
from kiosk.protocol.messages import AgentCard, Answer, Assigned, Candidate, Ended, Figures, IceServer
from kiosk.rtc.port import PeerStats
from kiosk.session import Session


class ScriptedPeer:
    """A peer that obeys the port's rules and notes what is asked of it."""

    def __init__(self, on_lost: Callable[[], None]) -> None:
        self.on_lost = on_lost
        self.did: list[str] = []
        self.refuses = False
        self.quiet = 0.0
        self.stats = PeerStats(frames_in=7)
        self.changed = asyncio.Event()

    def note(self, what: str) -> None:
        self.did.append(what)
        self.changed.set()

    @property
    def quiet_s(self) -> float:
        return self.quiet

    async def offer(self) -> str:
        self.note("offer")
        return "sdp"

    async def accept(self, sdp: str) -> None:
        if self.refuses:
            raise PeerError(ErrorCode.MALFORMED, "The agent's answer can't be used.")
        self.note(f"accept {sdp}")

    async def add_candidate(self, candidate: Candidate) -> None:
        self.note(f"candidate {candidate.candidate}")

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 the port's signature
        self.note(f"muted {muted}")

    async def close(self) -> None:
        self.note("close")


class World:
    """A session with everything around it scripted, and a way to wait for what it shows."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.sent: list[Message] = []
        self.peers: list[ScriptedPeer] = []
        self.ended: list[tuple[str, PeerStats]] = []
        self.states: asyncio.Queue[State] = asyncio.Queue()
        self.session = Session(
            CallMachine(settings),
            self,
            self.make_peer,
            on_change=self.on_change,
            on_end=lambda call_id, stats: self.ended.append((call_id, stats)),
        )

    def send(self, message: Message) -> None:
        self.sent.append(message)

    def make_peer(self, _servers: tuple[IceServer, ...], on_lost: Callable[[], None]) -> ScriptedPeer:
        self.peers.append(ScriptedPeer(on_lost))
        return self.peers[-1]

    def on_change(self, snapshot: Snapshot) -> None:
        self.states.put_nowait(snapshot.state)

    async def reach(self, state: State) -> None:
        async with asyncio.timeout(5):
            while self.session.snapshot.state is not state:
                await self.states.get()

    async def peer_did(self, what: str) -> None:
        async with asyncio.timeout(5):
            while what not in self.peers[-1].did:
                self.peers[-1].changed.clear()
                await self.peers[-1].changed.wait()

    def types(self) -> list[str]:
        return [message.type for message in self.sent]  # type: ignore[attr-defined]  # every concrete message has a type

    async def connect(self) -> None:
        self.session.feed(e.Online())
        self.session.feed(e.Pressed("c1", 0.0))
        await self.peer_did("offer")
        self.session.feed(Assigned(call_id="c1", agent=AgentCard(agent_id="a", name="Ann", role="Adviser")))
        self.session.feed(Answer(call_id="c1", sdp="answer"))
        self.session.feed(Candidate(call_id="c1", candidate="x"))
        await self.peer_did("candidate x")
        self.session.feed(e.FaceDrawn("c1", 0.2))


async def test_a_call_from_press_to_end() -> None:
    world = World()
    await world.connect()
    world.session.feed(e.MuteToggled())
    world.session.feed(Ended(call_id="c1", reason=EndReason.AGENT_HUNG_UP))
    await world.peer_did("close")
    await world.session.close()
    assert world.types() == ["declare", "call", "offer", "connected", "figures"]
    figures = world.sent[-1]
    assert isinstance(figures, Figures)
    assert (figures.call_id, figures.face_ms, figures.frames_in) == ("c1", 200, 7)
    assert world.peers[0].did == ["offer", "accept answer", "candidate x", "muted True", "close"]
    assert world.ended == [("c1", PeerStats(frames_in=7))]


async def test_an_answer_that_cannot_be_used_ends_the_set_up() -> None:
    world = World()
    world.session.feed(e.Online())
    world.session.feed(e.Pressed("c1", 0.0))
    world.peers[0].refuses = True
    await world.peer_did("offer")
    world.session.feed(Assigned(call_id="c1", agent=AgentCard(agent_id="a", name="Ann", role="Adviser")))
    world.session.feed(Answer(call_id="c1", sdp="nonsense"))
    await world.reach(State.THANKS)
    await world.session.close()
    assert "hang_up" in world.types()


async def test_a_lost_connection_counts_only_for_the_call_it_belongs_to() -> None:
    world = World()
    await world.connect()
    first = world.peers[0]
    world.session.feed(e.EndPressed())
    world.session.feed(e.Pressed("c2", 10.0))
    first.on_lost()
    assert world.session.snapshot.state is State.CALLING
    assert not world.session.snapshot.line_bad
    world.peers[1].on_lost()
    assert world.session.snapshot.state is State.THANKS
    await world.session.close()


async def test_the_timer_ends_what_takes_too_long() -> None:
    world = World(Settings(answer_s=0.01, thanks_s=0.01))
    world.session.feed(e.Online())
    world.session.feed(e.Pressed("c1", 0.0))
    await world.reach(State.THANKS)
    await world.reach(State.IDLE)
    await world.session.close()
    assert world.types() == ["declare", "call", "offer", "hang_up", "figures"]


@pytest.mark.parametrize("states", [1, 2])
async def test_closing_ends_the_media_and_the_timer(states: int) -> None:
    """Closing is safe with and without a call."""
    world = World()
    world.session.feed(e.Online())
    if states == 2:
        world.session.feed(e.Pressed("c1", 0.0))
    await world.session.close()
    assert [peer.did[-1] for peer in world.peers] == ["close"] * len(world.peers)


async def test_a_quiet_peer_makes_the_line_bad_until_something_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LOOK_S", 0.01)
    world = World()
    await world.connect()
    for quiet, bad in ((3.0, True), (0.1, False)):
        world.peers[0].quiet = quiet
        async with asyncio.timeout(5):
            while world.session.snapshot.line_bad is not bad:
                await world.states.get()
    await world.session.close()
