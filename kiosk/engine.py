"""The terminal's asyncio thread: the session, the link to the distributor and the devices live on its loop."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from kiosk import logs

log = logs.get(__name__)


class Engine:
    """Runs ``main(stop)`` on an event loop of its own thread; ``on_crash`` is called there if it ends by itself."""

    def __init__(
        self, main: Callable[[asyncio.Event], Coroutine[Any, Any, None]], on_crash: Callable[[], None]
    ) -> None:
        self._main = main
        self._on_crash = on_crash
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="engine")

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def post(self, call: Callable[[], object]) -> None:
        """Have ``call`` called on the loop, soon; from any thread. After the end it is dropped."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)

    def stop(self) -> None:
        """Ask it to end, and wait until everything on it is closed."""
        self.post(self._stop.set)
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            try:
                runner.run(self._main(self._stop))
            except Exception:
                log.exception("engine.crashed")
                self._on_crash()
