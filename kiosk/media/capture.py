"""Plays one open `Feed`: reads its packets at their pace, and decodes them on a second thread while somebody watches."""

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Protocol

import av

from kiosk.errors import DeviceError
from kiosk.media.faults import camera_error
from kiosk.media.handover import Handover, Item
from kiosk.media.pace import Pace
from kiosk.media.source import Feed, VideoPacket

OnDecoded = Callable[[av.VideoFrame, float], None]
"""A decoded frame and its time on the monotonic clock, in seconds."""

BAD_IN_A_ROW = 150
"""So many packets that can't be decoded, one after the other, are a broken source (5 s at 30 a second)."""
STALL_S = 5.0
"""A live source without a packet for so long hangs."""
TICK_S = 1.0
DEFAULT_RATE = 25


class Watch(Protocol):
    """What a capture must know of its owner."""

    wanted: Event
    """Set while somebody is subscribed."""

    def stalled(self, fault: DeviceError) -> None:
        """The source hangs; called on the decoding thread, while the reading one can't say it."""


class Capture:
    """One run over a feed; `run` returns at its end, or soon after ``stopped``, and raises the error that broke it."""

    def __init__(self, feed: Feed, watch: Watch, stopped: Event, pace: Pace, on_decoded: OnDecoded) -> None:
        self.feed = feed
        self.watch = watch
        self.stopped = stopped
        self.pace = pace
        self.on_decoded = on_decoded
        self.packets: Handover[VideoPacket] = Handover(intra=feed.intra)
        self.last_packet_s = time.monotonic()
        self.decoded = 0
        self.bad = 0
        self.error: Exception | None = None
        rate = feed.stream.average_rate or feed.stream.guessed_rate or DEFAULT_RATE
        self.duration_s = float(1 / rate)

    def run(self) -> None:
        """Read until the feed ends, breaks, or the owner stops. Raises `av.FFmpegError` or `DeviceError`."""
        decoder = Thread(target=self._decode_all, name="camera-decode", daemon=True)
        decoder.start()
        try:
            self._read_all()
        finally:
            self.packets.close()
            decoder.join()
        if self.error is not None:
            raise self.error

    def _read_all(self) -> None:
        if not self.feed.live:
            self._wait_for_watchers()
        for number, packet in enumerate(self.feed.container.demux(self.feed.stream)):
            if self.stopped.is_set() or self.error is not None:
                break
            self.last_packet_s = time.monotonic()
            if number < self.feed.stale:
                continue
            if self.feed.live:
                self._pass_on_live(packet)
            else:
                self._pass_on_paced(packet, number)

    def _pass_on_live(self, packet: VideoPacket) -> None:
        if self.watch.wanted.is_set():
            self.packets.put(packet, self.last_packet_s)
        else:
            self.packets.skip()

    def _pass_on_paced(self, packet: VideoPacket, number: int) -> None:
        if packet.dts is None and packet.pts is None and packet.size == 0:
            if not self.feed.intra:
                self.packets.put(packet, self.pace.offset)
            return
        due = self.pace.due(self._time_of(packet, number), self.duration_s, time.monotonic())
        self.stopped.wait(max(0.0, due - time.monotonic()))
        self.packets.put(packet, self.pace.offset)
        self.stopped.wait(max(0.0, self.pace.next_due - time.monotonic()))
        self._wait_for_watchers()

    def _wait_for_watchers(self) -> None:
        if self.watch.wanted.is_set():
            return
        while not self.stopped.is_set() and not self.watch.wanted.wait(TICK_S):
            self.last_packet_s = time.monotonic()
        self.pace.resume()

    def _time_of(self, packet: VideoPacket, number: int) -> float:
        stamp = packet.dts if packet.dts is not None else packet.pts
        return float(stamp * packet.time_base) if stamp is not None else number * self.duration_s

    def _decode_all(self) -> None:
        while not self.packets.ended:
            item = self.packets.take(TICK_S)
            if item is not None:
                self._decode(item)
            elif self.feed.live and time.monotonic() - self.last_packet_s > STALL_S and self.error is None:
                self._give_up()

    def _give_up(self) -> None:
        fault = camera_error("The camera gives no more pictures.", "Unplug it and plug it in again.")
        self.error = fault
        self.watch.stalled(fault)
        self.feed.interrupt()

    def _decode(self, item: Item[VideoPacket]) -> None:
        try:
            if item.fresh and self.decoded and not self.feed.intra:
                self.feed.stream.codec_context.flush_buffers()
            for frame in item.packet.decode():
                self.bad = 0
                self.decoded += 1
                self.on_decoded(frame, item.clock + (0.0 if self.feed.live else frame.time or 0.0))
        except av.FFmpegError as error:
            self.bad += 1
            if self.bad >= BAD_IN_A_ROW:
                self.error = error
