"""What all microphones and speakers have in common: one thread, healing after a fault, subscribers, the queue."""

from collections.abc import Callable
from threading import Event, Lock, Thread, current_thread
from typing import Generic, Protocol, TypeVar

import numpy as np

from kiosk import logs
from kiosk.errors import DeviceError, MisuseError
from kiosk.media.play_queue import HELD_BLOCKS, PlayQueue
from kiosk.media.ports import BLOCK, AudioBlock, OnBlock, OnFault

log = logs.get(__name__)

RETRY_S = 2.0
"""So long after a fault the device is opened again."""
JOIN_LIMIT_S = 3.0


class Line(Protocol):
    """An open device."""

    def close(self) -> None:
        """Let go of it; called once."""


class MicrophoneLine(Line, Protocol):
    """An open microphone."""

    def read(self, stopped: Event) -> AudioBlock:
        """Wait for the next block, at most a second. Raises `DeviceError`; may return anything once ``stopped``."""


class SpeakerLine(Line, Protocol):
    """An open speaker."""

    def wait(self, stopped: Event) -> None:
        """Wait until it takes the next block, at most a second. Raises `DeviceError`."""

    def write(self, block: AudioBlock) -> None:
        """Play one block. Raises `DeviceError`."""


L = TypeVar("L", bound=Line)


class SoundDevice(Generic[L]):
    """Opens lines with ``open_line`` (raises `DeviceError`) and keeps one open from `start` to `stop`."""

    kind = "sound"

    def __init__(self, label: str, open_line: Callable[[], L]) -> None:
        self._label, self._open_line = label, open_line
        self._on_fault: OnFault = lambda _: None
        self._stopped = Event()
        self._thread: Thread | None = None

    @property
    def label(self) -> str:
        """What the configuration calls it, for the log."""
        return self._label

    def start(self, on_fault: OnFault) -> None:
        """Open the device and work on an own thread. Raises `DeviceError`; then it may be called again later."""
        if self._thread is not None:
            raise MisuseError(f"A {self.kind} was started twice.")
        line = self._open_line()
        log.info("sound.open", device=self.kind, source=self.label)
        self._on_fault, self._stopped = on_fault, Event()
        self._thread = Thread(target=self._run, args=(line, self._stopped), name=self.kind, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the device and end the thread; safe to call twice, and from the device's own callbacks."""
        thread, self._thread = self._thread, None
        self._stopped.set()
        if thread is None:
            return
        if thread is not current_thread():
            thread.join(JOIN_LIMIT_S)
        log.info("sound.close", device=self.kind, source=self.label)

    def _run(self, line: L | None, stopped: Event) -> None:
        ill = False
        while not stopped.is_set():
            try:
                line = line or self._open_line()
                if ill:
                    ill = self._heal()
                self._work(line, stopped)
            except DeviceError as fault:
                if not (ill or stopped.is_set()):
                    ill = self._report(fault)
            except Exception as error:
                log.exception("sound.defect", device=self.kind, source=self.label)
                if not ill:
                    ill = self._report(DeviceError(self.kind, f"The {self.kind} failed ({error}).", "Start it again."))
            finally:
                if line is not None:
                    line.close()
            line = None
            stopped.wait(RETRY_S)

    def _work(self, line: L, stopped: Event) -> None:
        while not stopped.is_set():
            self._step(line, stopped)

    def _step(self, line: L, stopped: Event) -> None:
        """Move one block. Raises `DeviceError`."""
        raise NotImplementedError

    def _report(self, fault: DeviceError) -> bool:
        log.warning("sound.fault", device=self.kind, source=self.label, what=fault.what, advice=fault.advice)
        self._on_fault(fault)
        return True

    def _heal(self) -> bool:
        log.info("sound.back", device=self.kind, source=self.label)
        self._on_fault(None)
        return False


class LineMicrophone(SoundDevice[MicrophoneLine]):
    """A `kiosk.media.ports.Microphone` over any line."""

    kind = "microphone"

    def __init__(self, label: str, open_line: Callable[[], MicrophoneLine]) -> None:
        super().__init__(label, open_line)
        self._listeners = _Listeners("microphone.listener_failed")

    def subscribe(self, on_block: OnBlock) -> Callable[[], None]:
        """Hand every block to ``on_block`` from the next one on. Listeners share the block, so none may alter it."""
        return self._listeners.join(on_block)

    def _step(self, line: MicrophoneLine, stopped: Event) -> None:
        block = line.read(stopped)
        block.flags.writeable = False
        if not stopped.is_set():
            self._listeners.hand(block)


class LineSpeaker(SoundDevice[SpeakerLine]):
    """A `kiosk.media.ports.Speaker` over any line that itself holds 200 ms less ``held_blocks`` at most."""

    kind = "speaker"

    def __init__(
        self, label: str, open_line: Callable[[], SpeakerLine], held_blocks: int = HELD_BLOCKS, latency_ms: int = 0
    ) -> None:
        super().__init__(label, open_line)
        self.latency_ms = latency_ms
        """What the line holds."""
        self._queue = PlayQueue(held_blocks)
        self._silence = np.zeros(BLOCK, np.int16)
        self._silence.flags.writeable = False
        self._listeners = _Listeners("speaker.listener_failed")
        self.blocks = 0
        """Blocks played so far, silence that filled gaps not counted."""

    @property
    def underruns(self) -> int:
        """How often the sound ended while it was playing; the end of a call counts too."""
        return self._queue.underruns

    @property
    def dropped(self) -> int:
        """Blocks that were never played, since too many waited."""
        return self._queue.dropped

    @property
    def waiting(self) -> int:
        """Blocks that wait to be played."""
        return self._queue.waiting

    def start(self, on_fault: OnFault) -> None:
        """Open the device; nothing from before is played. Raises `DeviceError`."""
        self._queue.clear()
        super().start(on_fault)

    def play(self, block: AudioBlock) -> None:
        """Queue one block; never blocks. Raises `MisuseError` for another shape or type."""
        self._queue.put(block)

    def listen(self, on_played: OnBlock) -> Callable[[], None]:
        """Hand every block to ``on_played`` when the line takes it. Listeners share the block, so none may alter it."""
        return self._listeners.join(on_played)

    def _step(self, line: SpeakerLine, stopped: Event) -> None:
        line.wait(stopped)
        if stopped.is_set():
            return
        block = self._queue.take()
        played = self._silence if block is None else block
        line.write(played)
        self._listeners.hand(played)
        self.blocks += block is not None


class _Listener:
    """A subscriber; its defect is logged once and takes the device from nobody."""

    def __init__(self, on_block: OnBlock) -> None:
        self.on_block = on_block
        self.failed = False


class _Listeners:
    """Subscribers come and go from any thread while one thread hands them blocks."""

    def __init__(self, failed_event: str) -> None:
        self._failed_event = failed_event
        self._all: tuple[_Listener, ...] = ()
        self._lock = Lock()

    def join(self, on_block: OnBlock) -> Callable[[], None]:
        listener = _Listener(on_block)
        with self._lock:
            self._all = (*self._all, listener)

        def leave() -> None:
            with self._lock:
                self._all = tuple(other for other in self._all if other is not listener)

        return leave

    def hand(self, block: AudioBlock) -> None:
        for listener in self._all:
            try:
                listener.on_block(block)
            except Exception:
                if not listener.failed:
                    log.exception(self._failed_event)
                listener.failed = True
