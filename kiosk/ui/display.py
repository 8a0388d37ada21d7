"""Whether there is a display, and how Qt is to draw on it; decided before Qt starts, since Qt aborts where it can't."""

import ctypes
import os
import socket
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickWindow, QSGRendererInterface

from kiosk.errors import StartError

_ADVICE = "Connect a screen, or start it in a desktop session."


def display_available() -> bool:
    """True where a window can be opened: a platform that was chosen by hand, a Wayland compositor or an X server."""
    return bool(os.environ.get("QT_QPA_PLATFORM")) or _wayland() or _x11()


def make_application(*, headless: bool = False) -> QGuiApplication:
    """The one application object of this process (Qt's thread is the caller's from now on).

    ``headless`` draws into memory. Raises `StartError` where there is no display or a library of Qt's is missing.
    """
    running = QGuiApplication.instance()
    if isinstance(running, QGuiApplication):
        return running
    if not headless:
        _check_display()
    # One thread for everything that Qt draws: a painted item in Python and a render thread lock each other up.
    os.environ["QSG_RENDER_LOOP"] = "basic"
    if headless or not (os.environ.get("QT_QUICK_BACKEND") or gpu_present()):
        QQuickWindow.setGraphicsApi(QSGRendererInterface.GraphicsApi.Software)
    application = QGuiApplication(["kiosk", "-platform", "offscreen"] if headless else ["kiosk"])
    application.setApplicationName("kiosk")
    return application


def gpu_present() -> bool:
    """True where the kernel offers a render node; a GPU played by the processor costs four times Qt's software renderer."""
    return any(Path("/dev/dri").glob("renderD*"))


def software_scene() -> bool:
    """True where Qt's software renderer draws, once there is an application."""
    return QQuickWindow.sceneGraphBackend() == "software" or QGuiApplication.platformName() == "offscreen"


def _wayland() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY")
    if not name:
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/run")) / name))
        except OSError:
            return False
    return True


def _x11() -> bool:
    """Asks the X server itself: Qt would abort the process where it doesn't answer."""
    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not failed


def _check_display() -> None:
    if not display_available():
        raise StartError("There is no display.", _ADVICE)
    if os.environ.get("QT_QPA_PLATFORM") or _wayland():
        return
    try:
        ctypes.CDLL("libxcb-cursor.so.0")
    except OSError:
        raise StartError("Qt's X11 plugin needs libxcb-cursor.", "Install the package libxcb-cursor0.") from None
