"""``kiosk demo``: distributor, console, terminal and a built-in agent on one machine, with one command."""

import tempfile
import threading
import time
import webbrowser
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from kiosk import logs
from kiosk.demo import report
from kiosk.demo.children import Announcement, Child, Line
from kiosk.demo.driver import CallDriver
from kiosk.demo.parts import free_port, terminal_config
from kiosk.hardware.button import VirtualButton
from kiosk.hardware.presence import VirtualPresence
from kiosk.terminal import Terminal
from kiosk.ui.display import display_available, make_application
from kiosk.ui.ending import end_on_signals

PORT = 8760
"""The console's port, if it is free."""
START_S = 60.0
"""How long a part may take to start on a slow machine."""
HOLD_S = 3.0
"""How long a measured call lasts after the agent's face was drawn."""


def run(*, headless: bool, calls: int | None, report_file: Path | None) -> int:
    """Run the demo; returns the exit status. ``calls`` places so many, writes ``report_file``, and ends.

    Raises `StartError` where a part can't start here.
    """
    logs.set_up("warning")
    if not headless and not display_available():
        say("There is no display: the terminal runs headless, its screen is drawn in memory.")
        headless = True
    with ExitStack() as steps:
        return Demo(steps, headless=headless).run(calls, report_file)


class Demo:
    """The parts of one demo; what it starts is ended by ``steps`` in reverse."""

    def __init__(self, steps: ExitStack, *, headless: bool) -> None:
        self._steps, self._headless = steps, headless
        self._folder = Path(steps.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-demo-")))
        self._agent: Child | None = None
        self._terminal: Terminal | None = None
        self._app: QGuiApplication

    def run(self, calls: int | None, report_file: Path | None) -> int:
        """Start everything, run until the end."""
        say("Starting the distributor, the terminal and a built-in agent ...")
        ready = self._start_server()
        driver = CallDriver(self, HOLD_S)
        self._start_agent(ready, driver)
        self._app = make_application(headless=self._headless)
        self._start_terminal(ready, driver, acted=calls is not None)
        end_on_signals(self._app)
        if calls is None:
            self._introduce(ready)
        if calls is not None or self._headless:
            play = partial(self._measure, driver, calls, report_file) if calls else partial(self._show_one, driver)
            threading.Thread(target=play, name="customer", daemon=True).start()
        return self._app.exec()

    def stand(self, *, there: bool) -> None:
        """Stand in front of the terminal, or go."""
        presence = self._running().presence
        if isinstance(presence, VirtualPresence):
            presence.set(there)

    def press(self) -> None:
        """Press the virtual call button, as a finger would."""
        button = self._running().button
        if isinstance(button, VirtualButton):
            button.press()
            button.release()

    def end(self) -> None:
        """Touch "End"."""
        self._running().end()

    def _running(self) -> Terminal:
        if self._terminal is None:
            raise RuntimeError("the terminal isn't started")
        return self._terminal

    def _start_server(self) -> Line:
        announced = Announcement("ready", self._on_server)
        args = [str(self._folder / "distributor"), str(free_port(PORT))]
        server = Child("kiosk.demo.server", args, {}, announced)
        self._steps.callback(server.stop)
        return announced.wait(START_S, "The distributor")

    def _start_agent(self, ready: Line, driver: CallDriver) -> None:
        announced = Announcement("ready", driver.on_agent)
        args = ["--url", ready["ws_url"]]
        self._agent = Child("kiosk.demo.agent", args, {"KIOSK_AGENT_CODE": ready["agent_code"]}, announced)
        self._steps.callback(self._agent.stop)
        announced.wait(START_S, "The built-in agent")

    def _start_terminal(self, ready: Line, driver: CallDriver, *, acted: bool) -> None:
        config = terminal_config(self._folder / "terminal", ready["ws_url"], ready["enrolment_code"], acted=acted)
        say(f"Camera: {config.camera.source}. Microphone: {config.microphone.source}. Speaker: {config.speaker.sink}.")
        self._terminal = Terminal(config, self._app, driver.observer)
        self._steps.callback(self._terminal.stop)
        self._terminal.start()

    def _on_server(self, line: Line) -> None:
        """While a person takes calls at the console, the built-in agent is away."""
        if line["event"] == "people" and self._agent is not None:
            say("The next call is yours." if line["count"] else "The built-in agent answers again.")
            self._agent.tell({"status": "away" if line["count"] else "available"})

    def _introduce(self, ready: Line) -> None:
        address = f"{ready['url']}#code={ready['person_code']}"
        say(f"The agents' console: {address}")
        say("Until you are available there, a built-in agent answers. Ctrl-C ends the demo.")
        if self._headless:
            return
        say("Press the button on the terminal's screen, or the space bar.")
        webbrowser.open(address)

    def _show_one(self, driver: CallDriver) -> None:
        """Nobody can press here: one call is placed, and stays."""
        entry = driver.begin()
        if entry is None:
            say("No call came about; the reason stands in the lines above.")
            self._quit(1)
            return
        say(f"A live call is up: press to face took {entry:.0f} ms.")

    def _measure(self, driver: CallDriver, calls: int, report_file: Path | None) -> None:
        began = time.monotonic()
        entries: list[report.CallEntry] = []
        for number in range(1, calls + 1):
            entries.append(driver.place(looks=number % 2 == 0))
            last = entries[-1]
            say(f"call {number}/{calls}: {last.outcome}, {last.path}, press to face {last.press_to_face_ms} ms")
            if report_file is not None:
                report.write(report_file, entries)
        totals = report.summary(entries)
        say(
            f"{totals['completed']} of {calls} calls completed in {time.monotonic() - began:.0f} s; "
            f"press to face p50 {totals['press_to_face_ms']['p50']} ms, p95 {totals['press_to_face_ms']['p95']} ms."
        )
        for path, made in totals["by_path"].items():
            times = made["press_to_face_ms"]
            say(f"{path}: {made['calls']} calls, press to face p50 {times['p50']} ms, p95 {times['p95']} ms.")
        self._quit(0 if totals["completed"] == calls else 1)

    def _quit(self, status: int) -> None:
        self._running().window.door.to_qt(partial(self._app.exit, status))


def say(line: str) -> None:
    """Tell the person at the prompt."""
    print(line, flush=True)
