"""CORE. Video packets in; what to decode when, what to ask the sender for, and when to be woken next out."""

from collections import deque
from dataclasses import dataclass

from kiosk.rtc.receive.frames import Frame, Frames, Packet
from kiosk.rtc.receive.keys import FIRST_WAIT_S, KeyRequests
from kiosk.rtc.receive.lateness import PAUSE_S, Pace, Wish
from kiosk.rtc.receive.nack import SLACK_S, Nacks
from kiosk.rtc.receive.sequence import Sequence, Unwrapped

CLOCK_HZ = 90_000
MOST_HELD = 60
"""Pictures that may wait for their time: more than two seconds of them come only from a broken clock."""
FORGIVEN_S = 0.08
WISH = Wish(body=0.9, tail=0.99, forgiven_s=FORGIVEN_S, least_s=0.0, most_s=0.6)
"""A picture that is 80 ms late is no freeze yet (one begins at 150 ms over the mean distance), so the rare ones may be."""


@dataclass(frozen=True)
class Resend:
    """Ask for these packets again: unwrapped numbers, in order."""

    numbers: tuple[int, ...]


@dataclass(frozen=True)
class AskKeyFrame:
    """Ask for a key frame."""


@dataclass(frozen=True)
class Decode:
    """Decode this picture, and show it unless newer ones wait already."""

    frame: Frame


Effect = Resend | AskKeyFrame | Decode


class VideoCore:
    """One video stream. Feed it packets and wake it at `next_deadline`; each call gives what is to be done now."""

    def __init__(self) -> None:
        self.frames = Frames()
        self.nacks = Nacks()
        self.keys = KeyRequests()
        self.pace = Pace(WISH)
        self._numbers, self._stamps = Sequence(), Unwrapped()
        self._restarts = 0
        self._begun = self._paused = False
        self._packet_at = 0.0
        self._held: deque[tuple[float, Frame]] = deque()

    def packet(
        self, number: int, stamp: int, now: float, *, marker: bool, data: bytes, key: bool, begins: bool, resent: bool
    ) -> list[Effect]:
        """A packet has arrived: its RTP sequence number and timestamp as they are in the header."""
        placed = self._numbers.place(number)
        if placed is None:
            return self.wake(now)
        self._begin(now)
        self._paused |= now - self._packet_at > PAUSE_S
        self._packet_at = now
        if self.frames.add(Packet(placed, self._stamps.place(stamp), marker, data, key, begins)) and key:
            self.keys.coming(now, self.nacks.rtt.s)
        self.nacks.arrived(placed, now, resent=resent)
        return self.wake(now)

    def wake(self, now: float) -> list[Effect]:
        """What is to be done by ``now``."""
        self._give_up(now)
        for frame in self.frames.take():
            self._hold(frame, now)
        if self._begun and self.frames.head is None:
            self.keys.want(now)
        effects: list[Effect] = [Decode(frame) for frame in self._release(now)]
        if numbers := self.nacks.due(now):
            effects.append(Resend(tuple(numbers)))
        if self.keys.due(now, self.nacks.rtt.s):
            effects.append(AskKeyFrame())
        return effects

    def decoder_lost_track(self, now: float) -> list[Effect]:
        """The decoder failed, or can't keep up: nothing before the next key frame is of use."""
        self._skip()
        return self.wake(now)

    def next_deadline(self) -> float | None:
        """When to call `wake`, if nothing arrives before."""
        held = self._held[0][0] if self._held else None
        deadlines = (held, self.nacks.next_deadline(), self.keys.next_deadline())
        return min((at for at in deadlines if at is not None), default=None)

    def _begin(self, now: float) -> None:
        if not self._begun:
            self._begun = True
            self.keys.want(now + FIRST_WAIT_S)
        if self._numbers.restarts != self._restarts:
            self._restarts = self._numbers.restarts
            self.frames.begin_anew()
            self.nacks.forget_all()
            self._skip()

    def _give_up(self, now: float) -> None:
        lost = self.nacks.give_up(now)
        if lost is not None and self.frames.head is not None and lost >= self.frames.head:
            self._skip()

    def _skip(self) -> None:
        self.frames.skip()
        self._held.clear()

    def _hold(self, frame: Frame, now: float) -> None:
        self.nacks.forget_below(frame.end + 1)
        if frame.key:
            self.keys.got()
        due = self.pace.due(frame.stamp / CLOCK_HZ, now, self._repairs_s(now), paused=self._paused)
        self._paused = False
        if self._held:
            due = max(due, self._held[-1][0])
        self._held.append((due, frame))

    def _repairs_s(self, now: float) -> float:
        """Where packets get lost again and again, there has to be time for two answers, before it is learnt dearly."""
        return max(0.0, 2 * (self.nacks.rtt.s + SLACK_S) - FORGIVEN_S) if self.nacks.busy(now) else 0.0

    def _release(self, now: float) -> list[Frame]:
        released = []
        while self._held and (self._held[0][0] <= now or len(self._held) > MOST_HELD):
            released.append(self._held.popleft()[1])
        return released
