"""The session shell over a fake line and a fake peer: effects in order, one timer, no callback after the end."""

import asyncio

import pytest

from kiosk import session
from kiosk.call import events as e
from kiosk.call.machine import CallMachine, Settings
from kiosk.call.state import Snapshot, State
from kiosk.protocol.fields import EndReason, Message, QueueReason
from kiosk.protocol.messages import (
    AgentCard,
    Answer,
    Assigned,
    Candidate,
    Ended,
    Figures,
    IceServer,
    LinkAnswer,
    LinkWanted,
    Queued,
)
from kiosk.rtc.port import PeerEvents, PeerStats
from kiosk.session import Session
from kiosk.standby.links import StandbyLinks
from tests.standby.scripted import ScriptedPeer


class World:
    """A session with everything around it scripted, and a way to wait for what it shows."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.sent: list[Message] = []
        self.news = asyncio.Event()
        self.made = asyncio.Event()
        self.peers: list[ScriptedPeer] = []
        self.ended: list[tuple[str, PeerStats]] = []
        self.states: asyncio.Queue[State] = asyncio.Queue()
        self.standby = StandbyLinks(self.make_peer, self.send)
        self.session = Session(
            CallMachine(settings),
            self,
            self.standby,
            on_change=self.on_change,
            on_end=lambda call_id, stats: self.ended.append((call_id, stats)),
        )

    def send(self, message: Message) -> None:
        self.sent.append(message)
        self.news.set()

    def make_peer(self, _servers: tuple[IceServer, ...], events: PeerEvents) -> ScriptedPeer:
        self.peers.append(ScriptedPeer(events))
        self.made.set()
        return self.peers[-1]

    async def close(self) -> None:
        await self.session.close()
        await self.standby.close()

    async def link(self, link_id: str = "l1") -> ScriptedPeer:
        """A standby link that is ready."""
        self.standby.hear(LinkWanted(link_id=link_id))
        peer = self.peers[-1]
        await self.heard("link_offer")
        self.standby.hear(LinkAnswer(link_id=link_id, sdp="link answer"))
        await peer.has_done("accept link answer")
        peer.events.on_ready()
        return peer

    async def heard(self, kind: str, times: int = 1) -> None:
        """Wait until the distributor was told so."""
        async with asyncio.timeout(5):
            while self.types().count(kind) < times:
                self.news.clear()
                await self.news.wait()

    def on_change(self, snapshot: Snapshot) -> None:
        self.states.put_nowait(snapshot.state)

    async def reach(self, state: State) -> None:
        async with asyncio.timeout(5):
            while self.session.snapshot.state is not state:
                await self.states.get()

    async def peer_did(self, what: str, number: int = 1) -> None:
        """The peer that was made as the ``number``-th one has done it."""
        async with asyncio.timeout(5):
            while len(self.peers) < number:
                self.made.clear()
                await self.made.wait()
        await self.peers[number - 1].has_done(what)

    def types(self) -> list[str]:
        return [message.type for message in self.sent]  # type: ignore[attr-defined]  # every concrete message has a type

    def assigned(self, call_id: str = "c1", agent: str = "a", link_id: str | None = None) -> None:
        card = AgentCard(agent_id=agent, name=agent.title(), role="Adviser")
        self.session.feed(Assigned(call_id=call_id, agent=card, link_id=link_id))

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
    await world.close()
    assert world.types() == ["declare", "call", "offer", "connected", "figures"]
    figures = world.sent[-1]
    assert isinstance(figures, Figures)
    assert (figures.call_id, figures.face_ms, figures.frames_in) == ("c1", 200, 7)
    assert world.peers[0].did == ["offer", "attach", "accept answer", "candidate x", "muted True", "detach", "close"]
    assert world.ended == [("c1", PeerStats(frames_in=7))]


async def test_an_answer_that_cannot_be_used_ends_the_set_up() -> None:
    world = World()
    world.session.feed(e.Online())
    world.session.feed(e.Pressed("c1", 0.0))
    await world.peer_did("offer")
    world.peers[0].refuses = True
    world.session.feed(Assigned(call_id="c1", agent=AgentCard(agent_id="a", name="Ann", role="Adviser")))
    world.session.feed(Answer(call_id="c1", sdp="nonsense"))
    await world.reach(State.THANKS)
    await world.close()
    assert "hang_up" in world.types()


async def test_a_lost_connection_counts_only_for_the_call_it_belongs_to() -> None:
    world = World()
    await world.connect()
    first = world.peers[0]
    world.session.feed(e.EndPressed())
    world.session.feed(e.Pressed("c2", 10.0))
    await world.peer_did("offer", 2)
    await world.heard("offer", 2)
    first.events.on_lost()
    assert world.session.snapshot.state is State.CALLING
    assert not world.session.snapshot.line_bad
    world.peers[1].events.on_lost()
    assert world.session.snapshot.state is State.THANKS
    await world.close()


async def test_the_timer_ends_what_takes_too_long() -> None:
    world = World(Settings(answer_s=0.3, thanks_s=0.01))
    world.session.feed(e.Online())
    world.session.feed(e.Pressed("c1", 0.0))
    await world.reach(State.THANKS)
    await world.reach(State.IDLE)
    await world.close()
    assert world.types() == ["declare", "call", "offer", "hang_up", "figures"]


@pytest.mark.parametrize("states", [1, 2])
async def test_closing_ends_the_media_and_the_timer(states: int) -> None:
    """Closing is safe with and without a call."""
    world = World()
    world.session.feed(e.Online())
    if states == 2:
        world.session.feed(e.Pressed("c1", 0.0))
    await world.close()
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
    await world.close()


SEEN = e.Seen(7, "l1", AgentCard(agent_id="a", name="A", role="Adviser"))


async def test_a_warm_call_uses_the_link_and_gives_it_back() -> None:
    """Twice on one link; the offers that were made for the case that there is no link are closed and not counted."""
    world = World()
    world.session.feed(e.Online())
    link = await world.link()
    for number in (1, 2):
        world.session.feed(e.Pressed(f"c{number}", 0.0))
        await world.peer_did("offer", number + 1)
        world.assigned(f"c{number}", link_id="l1")
        assert link.attached
        await world.peers[number].has_done("close")
        assert "attach" not in world.peers[number].did
        world.session.feed(e.FaceDrawn(f"c{number}", 0.1))
        assert world.session.snapshot.state is State.IN_CALL
        world.session.feed(e.EndPressed())
        assert not link.attached, "nothing of the customer goes out after the end"
        await world.heard("figures")
    await world.close()
    assert link.did.count("attach") == 2
    assert "link_lost" not in world.types()
    assert [figures.path for figures in world.sent if isinstance(figures, Figures)] == ["warm", "warm"]


async def test_a_link_that_is_not_there_makes_the_call_cold() -> None:
    world = World()
    world.session.feed(e.Online())
    world.session.feed(e.Pressed("c1", 0.0))
    await world.heard("offer")
    world.assigned(link_id="l9")
    await world.peer_did("offer", 2)
    world.session.feed(Answer(call_id="c1", sdp="answer"))
    await world.peer_did("accept answer", 2)
    world.session.feed(e.FaceDrawn("c1", 0.1))
    await world.close()
    assert world.types().count("offer") == 2
    figures = world.sent[-1]
    assert isinstance(figures, Figures)
    assert figures.path == "cold"


async def test_a_link_that_breaks_in_a_call_is_repaired_by_an_offer_and_said_to_be_lost() -> None:
    """The customer who is muted stays muted on the new connection."""
    world = World()
    world.session.feed(e.Online())
    link = await world.link()
    world.session.feed(e.Pressed("c1", 0.0))
    await world.peer_did("offer", 2)
    world.assigned(link_id="l1")
    world.session.feed(e.FaceDrawn("c1", 0.1))
    world.session.feed(e.MuteToggled())
    link.events.on_lost()
    assert world.session.snapshot.line_bad
    assert not link.attached
    await world.peer_did("offer", 3)
    world.session.feed(Answer(call_id="c1", sdp="answer"))
    await world.peer_did("accept answer", 3)
    assert "attach muted" in world.peers[2].did
    await world.heard("link_lost")
    await world.close()
    assert link.did[-1] == "close"


async def test_a_hot_press_shows_the_face_at_once_and_counts_when_it_is_confirmed() -> None:
    world = World()
    world.session.feed(e.Online())
    link = await world.link()
    world.session.feed(e.Pressed("c1", 0.0, SEEN))
    assert link.attached
    assert world.session.snapshot.agent_name == "A"
    world.session.feed(e.FaceDrawn("c1", 0.04))
    await world.heard("offer")
    assert "connected" not in world.types()
    world.assigned(link_id="l1")
    assert world.session.snapshot.state is State.IN_CALL
    world.session.feed(e.EndPressed())
    await world.heard("figures")
    await world.close()
    figures = next(message for message in world.sent if isinstance(message, Figures))
    assert (figures.path, figures.face_ms) == ("hot", 40)


@pytest.mark.parametrize("what", ["queued", "another", "late"])
async def test_an_agent_who_is_not_confirmed_is_taken_off_the_screen(what: str) -> None:
    world = World(Settings(confirm_s=0.05))
    world.session.feed(e.Online())
    link = await world.link()
    world.session.feed(e.Pressed("c1", 0.0, SEEN))
    await world.heard("offer")
    if what == "queued":
        world.session.feed(Queued(call_id="c1", reason=QueueReason.ALL_BUSY))
    elif what == "another":
        world.assigned(agent="b")
        assert world.session.snapshot.agent_name == "B"
    else:
        await world.reach(State.CALLING)
    assert not link.attached
    assert world.session.snapshot.agent_name != "A"
    await world.close()
