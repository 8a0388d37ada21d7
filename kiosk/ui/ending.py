"""Ends Qt's event loop when the process is told to end."""

import signal
import socket

from PySide6.QtCore import QSocketNotifier
from PySide6.QtGui import QGuiApplication

STATUS = {signal.SIGTERM: 0, signal.SIGINT: 130}
"""The exit status by signal: a service that is stopped ends well, Ctrl-C as shells expect it."""


def end_on_signals(app: QGuiApplication) -> None:
    """SIGTERM and SIGINT make ``app.exec()`` return with their `STATUS`. Call it once, on Qt's thread.

    Python runs a signal's handler between two instructions of the main thread, which sleeps inside Qt; so the
    interpreter also writes a byte to a socket that Qt watches (``signal.set_wakeup_fd``).
    """
    inside, outside = socket.socketpair()
    inside.setblocking(False)
    outside.setblocking(False)
    notifier = QSocketNotifier(inside.fileno(), QSocketNotifier.Type.Read, app)
    notifier.activated.connect(lambda *_: inside.recv(64))
    signal.set_wakeup_fd(outside.detach())
    for number, status in STATUS.items():
        signal.signal(number, lambda *_, status=status: app.exit(status))
