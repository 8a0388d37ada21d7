"""Plays the customer: presses the virtual button, waits, ends the call, and collects what both sides measured."""

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

import av

from kiosk.call.state import Snapshot, State
from kiosk.demo.children import Line
from kiosk.demo.report import CallEntry, finite, judge
from kiosk.media.motion import MotionMeter
from kiosk.rtc.port import PeerStats
from kiosk.terminal import Observer

READY_S = 30.0
"""How long terminal and agent may take until a call can begin."""
CONNECT_S = 15.0
"""How long a call may take to connect."""
LOOK_S = 2.0
"""How long a customer who isn't in a hurry looks at the terminal before the press: an agent may be pre-rolled meanwhile."""
WIND_UP_S = 5.0
"""How long both sides may take to say what they measured."""


class Customer(Protocol):
    """What the driver does to the terminal."""

    def stand(self, *, there: bool) -> None:
        """Stand in front of it, or go."""

    def press(self) -> None:
        """Press the call button."""

    def end(self) -> None:
        """Touch "End"."""


@dataclass
class Facts:
    """What became known of one call, from both sides."""

    pressed_at: float = 0.0
    face_at: float | None = None
    end: PeerStats | None = None
    agent: Line | None = None
    seen_at: float | None = None
    meter: MotionMeter = field(default_factory=MotionMeter)


class CallDriver:
    """Runs on a thread of its own; everything it hears comes through one queue."""

    def __init__(self, customer: Customer, hold_s: float) -> None:
        self._customer, self._hold_s = customer, hold_s
        self._heard: queue.Queue[Callable[[], None]] = queue.Queue()
        self._snapshot = Snapshot(State.OFFLINE)
        self._agent_ready = False
        self._calls: dict[str, Facts] = {}
        self.observer = Observer(
            on_snapshot=lambda snapshot: self._hear(lambda: setattr(self, "_snapshot", snapshot)),
            on_press=lambda call_id, at: self._hear(lambda: setattr(self._facts(call_id), "pressed_at", at)),
            on_face=lambda call_id, at: self._hear(lambda: setattr(self._facts(call_id), "face_at", at)),
            on_frame=self._on_frame,
            on_end=lambda call_id, stats: self._hear(lambda: setattr(self._facts(call_id), "end", stats)),
        )

    def on_agent(self, line: Line) -> None:
        """A line of the built-in agent's; from any thread."""
        self._hear(lambda: self._note_agent(line))

    def place(self, *, looks: bool) -> CallEntry:
        """One call, from the press until both sides have said what they measured; a customer who ``looks`` doesn't press at once."""
        call_id = self._begin(LOOK_S if looks else 0.0)
        facts = self._facts(call_id)
        self._until(lambda: self._snapshot.call_id != call_id, self._hold_s)
        self._customer.end()
        self._customer.stand(there=False)
        self._until(lambda: facts.end is not None and facts.agent is not None, WIND_UP_S)
        return entry_of(call_id, facts)

    def begin(self) -> float | None:
        """A call that stays: its press to face in ms, none where it didn't come about."""
        call_id = self._begin()
        return entry_of(call_id, self._facts(call_id)).press_to_face_ms

    def _begin(self, look_s: float = 0.0) -> str:
        """Come, press, and wait for the face; the call's id, empty where there came no call."""
        self._until(lambda: self._agent_ready and self._snapshot.state in {State.IDLE, State.THANKS}, READY_S)
        before = set(self._calls)
        if look_s:
            self._until(lambda: self._snapshot.state is State.IDLE, READY_S)
            self._customer.stand(there=True)
            self._until(lambda: False, look_s)
        self._customer.press()
        if not self._until(lambda: self._snapshot.call_id not in {None, *before}, CONNECT_S):
            return ""
        call_id = self._snapshot.call_id or ""
        facts = self._facts(call_id)
        self._until(lambda: facts.face_at is not None or self._snapshot.call_id != call_id, CONNECT_S)
        return call_id

    def _note_agent(self, line: Line) -> None:
        match line["event"]:
            case "ready":
                self._agent_ready = True
            case "gone":
                self._agent_ready = False
            case "seen":
                self._facts(line["call_id"]).seen_at = line["first_frame_mono_ns"] / 1e9
            case "call":
                facts = self._facts(line["call_id"])
                facts.agent = line
                if line["first_frame_mono_ns"] is not None:
                    facts.seen_at = line["first_frame_mono_ns"] / 1e9

    def _on_frame(self, call_id: str, frame: av.VideoFrame) -> None:
        self._facts(call_id).meter.feed(frame)

    def _facts(self, call_id: str) -> Facts:
        return self._calls.setdefault(call_id, Facts())

    def _hear(self, note: Callable[[], None]) -> None:
        self._heard.put(note)

    def _until(self, reached: Callable[[], bool], seconds: float) -> bool:
        """Take in what is heard until ``reached``, for at most so long; whether it was."""
        deadline = time.monotonic() + seconds
        while not reached():
            try:
                self._heard.get(timeout=max(0.0, deadline - time.monotonic()))()
            except queue.Empty:
                return False
        return True


def judged(entry: CallEntry) -> CallEntry:
    """The entry with its outcome."""
    return replace(entry, outcome=judge(entry))


def entry_of(call_id: str, facts: Facts) -> CallEntry:
    """The report's entry of one call."""
    agent, stats = facts.agent or {}, facts.end or PeerStats()

    def since_press(at: float | None) -> float | None:
        return None if at is None else round((at - facts.pressed_at) * 1000, 1)

    return judged(
        CallEntry(
            call_id=call_id,
            outcome="",
            press_to_face_ms=since_press(facts.face_at),
            press_to_seen_ms=since_press(facts.seen_at),
            frames_in=stats.frames_in,
            frames_out=agent.get("frames_in", 0),
            moved_in=facts.meter.moved,
            moved_out=agent.get("moved", 0),
            audio_in_dbfs=finite(stats.audio_in_dbfs),
            audio_out_dbfs=finite(agent.get("audio_in_dbfs")),
            path=agent.get("path"),
        )
    )
