"""CORE. Packets into whole pictures, in order; after a loss that isn't repaired, from the next key frame on."""

from dataclasses import dataclass

CAPACITY = 1500
"""Packets held at most (2 MB): 5 s of video, or some key frames."""


@dataclass(frozen=True)
class Packet:
    """One RTP packet of video, its payload as the decoder wants it."""

    number: int
    """The unwrapped sequence number."""
    stamp: int
    """The unwrapped timestamp, 1/90,000 s."""
    marker: bool
    """The last one of its picture (RFC 6184 section 5.1, RFC 7741 section 4.1)."""
    data: bytes
    key: bool = False
    """It holds the beginning of a key frame's data."""
    begins: bool = False
    """It is by itself known to be its picture's first."""


@dataclass(frozen=True)
class Frame:
    """A whole picture for the decoder."""

    stamp: int
    data: bytes
    key: bool
    end: int
    """Its last packet's number."""


class Frames:
    """Assembles pictures; a picture is handed over once all before it were, or from a key frame on."""

    def __init__(self) -> None:
        self.head: int | None = None
        """The number that the next picture begins with; None while a key frame is needed."""
        self.skips = 0
        """How often pictures were passed over for a key frame."""
        self._packets: dict[int, Packet] = {}
        self._keys: set[int] = set()
        self._past: int | None = None
        """Up to this number all is done with."""
        self._edge: int | None = None
        """A number that is known to begin a picture."""

    @property
    def held(self) -> int:
        """Packets that wait."""
        return len(self._packets)

    def add(self, packet: Packet) -> bool:
        """Whether it was news; a duplicate and what is too late isn't."""
        if (self._past is not None and packet.number <= self._past) or packet.number in self._packets:
            return False
        self._packets[packet.number] = packet
        if packet.key:
            self._keys.add(packet.number)
        if len(self._packets) > CAPACITY:
            self._shed()
        return True

    def begin_anew(self) -> None:
        """Forget everything: the sender's numbers begin anew."""
        self._packets.clear()
        self._keys.clear()
        self.head = self._past = self._edge = None

    def skip(self) -> None:
        """Go on with the next key frame only."""
        self.head = None

    def take(self) -> list[Frame]:
        """The pictures that can be decoded now, in order."""
        frames: list[Frame] = []
        while (frame := self._next()) is not None:
            self._drop_below(frame.end + 1)
            self.head = self._edge = frame.end + 1
            if frame.data:
                frames.append(frame)
        return frames

    def _next(self) -> Frame | None:
        if self.head is not None:
            frame = self._whole(self.head)
            if frame is not None:
                return frame
        return self._key_frame()

    def _key_frame(self) -> Frame | None:
        """The earliest whole key frame; there the stream can go on."""
        for number in sorted(self._keys):
            start = self._start_of(number)
            frame = None if start is None else self._whole(start)
            if frame is not None:
                self.skips += self.head is not None
                return frame
        return None

    def _start_of(self, number: int) -> int | None:
        """The first packet of the picture that ``number`` is part of, if that is certain."""
        packet = self._packets[number]
        while not packet.begins:
            if packet.number == self._edge:
                return packet.number
            before = self._packets.get(packet.number - 1)
            if before is None:
                return None
            if before.marker or before.stamp != packet.stamp:
                return packet.number
            packet = before
        return packet.number

    def _whole(self, start: int) -> Frame | None:
        """The picture that begins at ``start``, if all of it is there: up to the marker, or to another timestamp."""
        parts: list[Packet] = []
        number = start
        while (packet := self._packets.get(number)) is not None:
            if parts and packet.stamp != parts[0].stamp:
                break
            parts.append(packet)
            number += 1
            if packet.marker:
                break
        if not parts or not (parts[-1].marker or number in self._packets):
            return None
        data = b"".join(part.data for part in parts)
        return Frame(parts[0].stamp, data, any(part.key for part in parts), parts[-1].number)

    def _drop_below(self, number: int) -> None:
        self._past = number - 1
        for old in [old for old in self._packets if old < number]:
            del self._packets[old]
            self._keys.discard(old)

    def _shed(self) -> None:
        """Too much waits for one hole: forget the older half, and take the next key frame."""
        self._drop_below(sorted(self._packets)[len(self._packets) // 2])
        self.head = self._edge = None
