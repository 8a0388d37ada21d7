"""The terminal's composition root: everything is made and joined here, in named steps, and torn down in reverse."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass
from functools import partial

import av
from PySide6.QtGui import QGuiApplication

from kiosk import logs, memory
from kiosk.call import events as e
from kiosk.call.machine import CallMachine, Settings
from kiosk.call.state import Snapshot, State
from kiosk.config import TerminalConfig
from kiosk.engine import Engine
from kiosk.errors import DeviceError
from kiosk.hardware.devices import open_button, open_lamp
from kiosk.hardware.ports import Button, Lamp, Presence
from kiosk.hardware.presence import NoPresence, VirtualPresence
from kiosk.media.devices import load_echo_canceller, open_camera, open_microphone, open_speaker, without_echo
from kiosk.media.formats import FileCamera, PatternCamera, parse_camera
from kiosk.media.keeper import Device, Keeper
from kiosk.media.ports import Camera, MediaDevices, OnFault
from kiosk.media.presence import CameraPresence
from kiosk.protocol.fields import new_id
from kiosk.protocol.messages import Answer, Assigned, Candidate, Ended, IceServer, PreRoll, PreRollOver, Queued
from kiosk.rtc import repairs
from kiosk.rtc.peer import AiortcPeer
from kiosk.rtc.port import Peer, PeerEvents, PeerStats
from kiosk.rtc.receive import receiver
from kiosk.rtc.send import hardware, sender
from kiosk.session import Session
from kiosk.signalling.events import Arrived, Down, FromCall, LinkEvent, NewIceServers, Up
from kiosk.signalling.link import DistributorLink
from kiosk.standby.links import StandbyLinks
from kiosk.standby.lobby import Lobby
from kiosk.ui.display import make_application
from kiosk.ui.ending import end_on_signals
from kiosk.ui.props import lamp_for
from kiosk.ui.view_model import ViewModel
from kiosk.ui.window import Window

log = logs.get(__name__)

TIDY_AFTER_S = 0.05
"""After a call its last tasks end; then what it left is cleared away, in some milliseconds."""

SELF_VIEW_IN = frozenset({State.SETTING_UP, State.IN_CALL})
FACE_DUE_IN = frozenset({State.GREETING, State.SETTING_UP})


def _nothing(*_: object) -> None:
    pass


@dataclass(frozen=True)
class Observer:
    """What somebody beside the customer may hear of a terminal: the demo's report and the tests. On the engine's thread."""

    on_snapshot: Callable[[Snapshot], None] = _nothing
    on_press: Callable[[str, float], None] = _nothing
    """``(call_id, at)``: the button's edge, monotonic seconds; only the press that begins a call uses the id."""
    on_face: Callable[[str, float], None] = _nothing
    """``(call_id, at)``: the first live frame of the agent was drawn."""
    on_frame: Callable[[str, av.VideoFrame], None] = _nothing
    """``(call_id, frame)``: the agent's picture was decoded."""
    on_end: Callable[[str, PeerStats], None] = _nothing
    """``(call_id, stats)``: the call's media is over."""


class ButtonDevice:
    """The call button as a device that the keeper looks after."""

    def __init__(self, button: Button, on_press: Callable[[float], None]) -> None:
        self.button = button
        self._on_press = on_press

    def start(self, _on_fault: OnFault) -> None:
        """Watch the contact. Raises `DeviceError` where there is no such pin."""
        self.button.start(self._on_press)

    def stop(self) -> None:
        """Let go of the pin."""
        self.button.stop()


class Terminal:
    """One terminal: a window on Qt's thread, an engine on its own. `start` it, run Qt's event loop, `stop` it."""

    def __init__(self, config: TerminalConfig, app: QGuiApplication, observer: Observer | None = None) -> None:
        self.config = config
        self.observer = observer or Observer()
        self._steps = ExitStack()
        self._self_view: Callable[[], None] | None = None
        self.view_model = ViewModel(self.press, self.end, self._mute, has_button=config.button.pin != "none")
        self.window = Window(
            app, self.view_model, config.screen, on_drawn=lambda at: self.engine.post(partial(self._drawn, at))
        )
        self.lamp: Lamp = open_lamp(config.button)
        self.button: Button = open_button(config.button)
        self.link = DistributorLink(config, self._on_link)
        self.engine = Engine(self._main, on_crash=partial(self.window.door.to_qt, partial(app.exit, 1)))
        self.session: Session
        self.standby: StandbyLinks
        self.lobby: Lobby
        self.presence: Presence = open_presence(config, lambda: self.keeper["camera"])  # type: ignore[arg-type,return-value]  # see `devices`
        self.keeper: Keeper

    def start(self) -> None:
        """Step by step; each step's end is registered with it."""
        memory.few_arenas()
        video = self.config.video
        sender.install(video.min_kbps, video.start_kbps, video.max_kbps)
        hardware.board.look_for(self.config.terminal.state_dir)
        receiver.install()
        repairs.install()
        self._step("window", self.window.show, self.window.close)
        self._step("lamp", self._start_lamp, self.lamp.stop)
        self._step("engine", self.engine.start, self.engine.stop)
        memory.begin()

    def stop(self) -> None:
        """Undo the steps in reverse."""
        self._steps.close()
        log.info("terminal.stopped")

    def press(self, at: float) -> None:
        """The call button, wherever it is; ``at`` is the edge in monotonic seconds. From any thread."""
        self.engine.post(partial(self._press, at))

    def _step(self, name: str, begin: Callable[[], None], end: Callable[[], None]) -> None:
        begin()
        self._steps.callback(end)
        log.debug("terminal.step", step=name)

    def _start_lamp(self) -> None:
        try:
            self.lamp.start()
        except DeviceError as error:  # a call needs no lamp
            log.warning("device.fault", device="lamp", why=str(error))

    # --- on the engine's thread -----------------------------------------------------------------------------------

    async def _main(self, stop: asyncio.Event) -> None:
        async with AsyncExitStack() as steps:
            language, pool = self.config.terminal.language, self.config.terminal.pool
            machine = CallMachine(Settings(language=language, pool=pool, links=self.config.standby.links))
            self.standby = StandbyLinks(self._make_peer, self.link.send, on_gone=self._link_gone)
            steps.push_async_callback(self.standby.close)
            self.lobby = Lobby(self.standby, self.link.send)
            steps.callback(self.lobby.close)
            self.session = Session(machine, self.link, self.standby, on_change=self._show, on_end=self._over)
            steps.push_async_callback(self.session.close)
            self.keeper = Keeper(self._openers(), lambda faults: self.session.feed(e.DevicesChanged(faults)))
            steps.push_async_callback(self.keeper.stop)
            loading = asyncio.to_thread(load_echo_canceller, self.config.microphone, self.config.speaker)
            await asyncio.gather(self.keeper.start(), loading)
            self.presence.start(lambda present: self.engine.post(lambda: self.lobby.set_present(present)))
            steps.push_async_callback(asyncio.to_thread, self.presence.stop)
            link = asyncio.create_task(self.link.run(), name="link")
            steps.push_async_callback(_cancel, link)
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({link, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if link.done():
                link.result()

    def _openers(self) -> dict[str, Callable[[], Device]]:
        return {
            "camera": lambda: open_camera(self.config.camera),
            "microphone": lambda: open_microphone(self.config.microphone),
            "speaker": lambda: open_speaker(self.config.speaker),
            "button": lambda: ButtonDevice(self.button, self.press),
        }

    def devices(self) -> MediaDevices:
        """The open camera, microphone and speaker. Raises `DeviceError` while one of them isn't there."""
        camera, microphone, speaker = self.keeper["camera"], self.keeper["microphone"], self.keeper["speaker"]
        heard = without_echo(microphone, speaker, self.config.microphone)  # type: ignore[arg-type]  # see below
        return MediaDevices(camera, heard, speaker)  # type: ignore[arg-type]  # the openers above made them

    def _make_peer(self, servers: tuple[IceServer, ...], events: PeerEvents) -> Peer:
        return AiortcPeer(self.devices, self._on_frame, servers, events)

    def _on_frame(self, frame: av.VideoFrame) -> None:
        self.observer.on_frame(self.session.snapshot.call_id or "", frame)
        self.window.agent.offer(frame)

    def _press(self, at: float) -> None:
        call_id = new_id()
        self.observer.on_press(call_id, at)
        seen = self.lobby.press() if self.session.snapshot.state is State.IDLE else None
        self.session.feed(e.Pressed(call_id, at, seen))

    def end(self) -> None:
        """The screen's control that ends a call or leaves the queue. From any thread."""
        self.engine.post(lambda: self.session.feed(e.EndPressed()))

    def _mute(self) -> None:
        self.engine.post(lambda: self.session.feed(e.MuteToggled()))

    def _over(self, call_id: str, stats: PeerStats) -> None:
        self.observer.on_end(call_id, stats)
        asyncio.get_running_loop().call_later(TIDY_AFTER_S, memory.tidy)

    def _drawn(self, at: float) -> None:
        snapshot = self.session.snapshot
        if snapshot.state in FACE_DUE_IN and snapshot.call_id is not None:
            self.observer.on_face(snapshot.call_id, at)
            self.session.feed(e.FaceDrawn(snapshot.call_id, at))

    def _on_link(self, event: LinkEvent) -> None:
        match event:
            case Up(welcome=welcome):
                self.standby.came_up(welcome.ice_servers)
                self.session.feed(e.Online())
            case NewIceServers(ice_servers=ice_servers):
                self.standby.use_servers(ice_servers)
            case Down(code=code):
                self.standby.went_down()
                self.session.feed(e.Offline(code))
            case Arrived(message=message):
                self._arrived(message)

    def _link_gone(self, link_id: str) -> None:
        self.lobby.link_gone(link_id)

    def _arrived(self, message: FromCall) -> None:
        match message:
            case Assigned() | Queued() | Answer() | Candidate() | Ended():
                self.session.feed(message)
            case PreRoll() | PreRollOver():
                self.lobby.hear(message)
            case _:
                self.standby.hear(message)

    def _show(self, snapshot: Snapshot) -> None:
        self.lamp.show(lamp_for(snapshot.state))
        self.lobby.set_open(self.config.standby.pre_roll and snapshot.state is State.IDLE)
        self._watch_self(snapshot.state)
        self.window.door.to_qt(partial(self.view_model.fold, snapshot))
        self.observer.on_snapshot(snapshot)

    def _watch_self(self, state: State) -> None:
        if state in SELF_VIEW_IN and self._self_view is None:
            self._self_view = self.devices().camera.subscribe(self.window.self_view.offer)
        elif state not in SELF_VIEW_IN and self._self_view is not None:
            self._self_view()
            self._self_view = None


def open_presence(config: TerminalConfig, camera: Callable[[], Camera]) -> Presence:
    """The presence that the configuration names; none where nobody would ask for it."""
    source = config.presence.source
    if source == "virtual":
        return VirtualPresence()
    real = not isinstance(parse_camera(config.camera.source), PatternCamera | FileCamera)
    if config.standby.pre_roll and config.standby.links and (source == "camera" or (source == "auto" and real)):
        return CameraPresence(camera)
    return NoPresence()


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def run(config: TerminalConfig) -> int:
    """``kiosk run``: until the window is closed or the process is told to end. Returns the exit status.

    Raises `StartError` where there is no display, `ConfigError` where the configuration can't be used.
    """
    app = make_application()
    end_on_signals(app)
    terminal = Terminal(config, app)
    terminal.start()
    log.info("terminal.started")
    try:
        return app.exec()
    finally:
        terminal.stop()
