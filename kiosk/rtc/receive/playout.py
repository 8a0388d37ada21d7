"""CORE. Packets of sound in; what to play next out: a packet, a patch for one that isn't there, or nothing (seconds)."""

from dataclasses import dataclass

from kiosk.rtc.receive.lateness import PAUSE_S, Lateness, Wish

PACKET_S = 0.02
"""What a packet holds until the timestamps tell."""
SHORTEST_S, LONGEST_S = 0.0025, 0.12
"""What opus allows (RFC 7587 section 4.2)."""
PATCHED_S = 0.2
"""So long nothing is replaced; then the sound has ended, and begins anew with the next packet."""
BREAK_S = 0.3
"""A hole in the timestamps beyond this isn't a loss but a pause of the sender's."""
LEAP_S = 1.0
"""Timestamps further off than this are another clock's."""
MOST_WAITING = 100
TOO_FAR_BEHIND_S = 0.25
"""Beyond the wanted delay by more than this, whole packets are left out: pitch by pitch would take seconds."""
SHORTEN_ABOVE_S, LENGTHEN_BELOW_S = 0.02, -0.015
APART_S = 0.06
"""So far from its picture, sound is noticed to be (EN 301 549, 6.5.4: 100 ms)."""
WISH = Wish(body=0.97, tail=0.99, forgiven_s=0.02, least_s=0.04, most_s=0.2)
MOST_WITH_PICTURE_S = 0.6
"""The most that sound waits for a picture that waits for repairs."""


@dataclass(frozen=True)
class Play:
    """Decode and play this; ``stretch`` is -1 to make it a little shorter, 1 to make it a little longer.

    ``hurry``: often, since it is `APART_S` away from its time.
    """

    data: bytes
    stretch: int = 0
    hurry: bool = False


@dataclass(frozen=True)
class Patch:
    """Play something that fits for ``s`` seconds: nothing is there for them."""

    s: float


@dataclass(frozen=True)
class _Sound:
    media_s: float
    data: bytes


class Playout:
    """One audio stream's jitter buffer. `put` packets; ask for the `next_step` whenever the player runs dry."""

    def __init__(self) -> None:
        self.lateness = Lateness(WISH)
        self.picture_delay_s = 0.0
        """What the picture of the same face waits; the sound keeps up with it."""
        self.late = self.patched = 0
        """Packets that came after their time; steps that were patched."""
        self._waiting: dict[int, _Sound] = {}
        self._packet_s = PACKET_S
        self._position_s: float | None = None
        self._dry_s = 0.0
        self._begin_at = 0.0
        self._arrived_at = 0.0

    @property
    def delay_s(self) -> float:
        """The wanted delay after the quickest packet."""
        return max(self.lateness.wanted_s(), min(self.picture_delay_s, MOST_WITH_PICTURE_S))

    @property
    def idle(self) -> bool:
        """Nothing plays, and nothing waits."""
        return self._position_s is None and not self._waiting

    def put(self, number: int, media_s: float, data: bytes, now: float) -> None:
        """A packet has arrived: its unwrapped number, and its timestamp in seconds."""
        if self._position_s is not None and abs(media_s - self._position_s) > LEAP_S:
            self._stop()
        self.lateness.arrived(media_s, now, paused=now - self._arrived_at > PAUSE_S)
        self._arrived_at = now
        if self._position_s is not None and media_s < self._position_s - self._packet_s / 2:
            self.late += 1
            return
        self._learn(number, media_s)
        if self.idle:
            self._begin_at = now + self.delay_s
        self._waiting[number] = _Sound(media_s, data)
        if len(self._waiting) > MOST_WAITING:
            del self._waiting[min(self._waiting)]

    def next_step(self, now: float, in_hand_s: float) -> Play | Patch | None:
        """What to play next; ``in_hand_s`` of sound are decoded and not played yet. None where nothing plays."""
        position_s = self._position_s if self._position_s is not None else self._start(now)
        if position_s is None:
            return None
        if not self._waiting:
            return self._wait()
        self._dry_s = 0.0
        position_s = self._catch_up(position_s, now + in_hand_s)
        return self._play_or_patch(position_s, now + in_hand_s)

    def _start(self, now: float) -> float | None:
        if not self._waiting or now < self._begin_at:
            return None
        self._position_s = self._waiting[min(self._waiting)].media_s
        return self._position_s

    def _wait(self) -> Patch | None:
        """Nothing is there: it may only be late, so the position stays, and the delay grows by itself."""
        self._dry_s += self._packet_s
        if self._dry_s > PATCHED_S:
            self._stop()
            return None
        self.patched += 1
        return Patch(self._packet_s)

    def _catch_up(self, position_s: float, plays_at: float) -> float:
        while len(self._waiting) > 1 and self._behind_s(position_s, plays_at) > TOO_FAR_BEHIND_S:
            position_s = self._waiting.pop(min(self._waiting)).media_s + self._packet_s
        return position_s

    def _play_or_patch(self, position_s: float, plays_at: float) -> Play | Patch:
        number = min(self._waiting)
        first = self._waiting[number]
        if self._packet_s / 2 < first.media_s - position_s <= BREAK_S:
            self._position_s = position_s + self._packet_s
            self.patched += 1
            return Patch(self._packet_s)
        del self._waiting[number]
        self._position_s = first.media_s + self._packet_s
        behind_s = self._behind_s(first.media_s, plays_at)
        stretch = (behind_s < LENGTHEN_BELOW_S) - (behind_s > SHORTEN_ABOVE_S)
        return Play(first.data, stretch, hurry=abs(behind_s) > APART_S)

    def _behind_s(self, media_s: float, plays_at: float) -> float:
        """By how much what is played at ``plays_at`` is later than is wanted."""
        return plays_at - media_s - self.lateness.quickest_s - self.delay_s

    def _learn(self, number: int, media_s: float) -> None:
        before = self._waiting.get(number - 1)
        if before is not None and SHORTEST_S <= media_s - before.media_s <= LONGEST_S:
            self._packet_s = round((media_s - before.media_s) / SHORTEST_S) * SHORTEST_S

    def _stop(self) -> None:
        self._waiting.clear()
        self._position_s = None
        self._dry_s = 0.0
