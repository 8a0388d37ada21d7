"""The terminal's window: loads the QML, carries the pictures into it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QInputDevice
from PySide6.QtQml import QQmlError, qmlRegisterType
from PySide6.QtQuick import QQuickItem, QQuickView

from kiosk import logs
from kiosk.config import ScreenSection
from kiosk.errors import MisuseError
from kiosk.ui.display import software_scene
from kiosk.ui.marshal import Door, VideoSlot
from kiosk.ui.video import LivePicture, PaintedSurface, surface_of
from kiosk.ui.view_model import ViewModel

log = logs.get(__name__)

QML = Path(__file__).parent / "qml"
OnDrawn = Callable[[float], None]
"""Called on Qt's thread with ``time.monotonic()`` right after a new picture of the agent was drawn."""


class Window:
    """The screens of one terminal. Qt's thread only, but for ``agent.offer``, ``self_view.offer`` and ``door.to_qt``."""

    def __init__(
        self,
        application: QGuiApplication,
        view_model: ViewModel,
        screen: ScreenSection,
        *,
        on_drawn: OnDrawn = lambda _at: None,
        reduced_motion: bool = False,
        main: Path = QML / "Main.qml",
    ) -> None:
        """Loads everything; shows nothing yet. Raises `MisuseError` if the QML can't be loaded."""
        self._application, self._view_model, self._screen = application, view_model, screen
        self._closed = False
        self.warnings: list[str] = []
        """What QML complained of: a defect each."""
        self.door = Door()
        self._view = self._load(main, reduced_motion)
        self._agent = self._picture("agentPicture", on_drawn)
        self._self = self._picture("selfPicture", lambda _at: None)
        self.agent = VideoSlot(self.door, self._agent.show)
        self.self_view = VideoSlot(self.door, self._self.show)
        view_model.pictureOfChanged.connect(self._admit)
        view_model.screenChanged.connect(self._admit)
        self._admit()

    @property
    def view(self) -> QQuickView:
        """Qt's window."""
        return self._view

    def show(self) -> None:
        """Open the window, over the whole screen or at the configured size."""
        self._view.resize(self._screen.width, self._screen.height)
        if not self._screen.fullscreen:
            self._view.show()
            return
        if any(device.type() is QInputDevice.DeviceType.TouchScreen for device in QInputDevice.devices()):
            self._view.setCursor(Qt.CursorShape.BlankCursor)
        self._view.showFullScreen()

    def grab(self) -> QImage:
        """What the window shows now."""
        return self._view.grabWindow()

    def close(self) -> None:
        """Shut the door to the other threads and take the window away; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self.door.close()
        for signal in (self._view_model.pictureOfChanged, self._view_model.screenChanged):
            signal.disconnect(self._admit)
        self._view.close()
        self._view.deleteLater()
        QCoreApplication.sendPostedEvents(self._view, QEvent.Type.DeferredDelete.value)

    def _load(self, main: Path, reduced_motion: bool) -> QQuickView:  # noqa: FBT001 - one caller, by name
        qmlRegisterType(PaintedSurface, "Kiosk.Ui", 1, 0, "PaintedSurface")  # type: ignore[call-overload] # stub wants bytes
        view = QQuickView()
        view.engine().warnings.connect(self._note)
        view.setTitle("Kiosk")
        view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        view.setInitialProperties(
            {
                "vm": self._view_model,
                "diagonalMm": self._screen.diagonal_mm,
                "softwareScene": software_scene(),
                "reducedMotion": reduced_motion,
            }
        )
        view.setSource(QUrl.fromLocalFile(str(main)))
        if view.status() is not QQuickView.Status.Ready:
            raise MisuseError("The screens can't be loaded: " + "; ".join(e.toString() for e in view.errors()))
        return view

    def _picture(self, name: str, on_drawn: OnDrawn) -> LivePicture:
        item = self._view.rootObject().findChild(QQuickItem, name)
        if not isinstance(item, QQuickItem):
            raise MisuseError(f"The screens have no {name}.")
        return LivePicture(self._view, item, surface_of(item), on_drawn)

    def _admit(self) -> None:
        props = self._view_model.props
        self._agent.belongs_to(props.picture_of)
        self._self.belongs_to("customer" if props.can_mute else "")

    def _note(self, errors: list[QQmlError]) -> None:
        for error in errors:
            self.warnings.append(error.toString())
            log.warning("ui.qml", what=error.toString())
