"""A line that fails in a way nobody foresaw."""

from threading import Event

import numpy as np

from kiosk.errors import DeviceError
from kiosk.media.ports import BLOCK, AudioBlock
from kiosk.media.sound_device import LineMicrophone
from tests.contract.listening import Listener


class BrokenLine:
    """Gives one block, then breaks on a defect of ours."""

    opened = 0

    def __init__(self) -> None:
        type(self).opened += 1
        self.good = 1 if self.opened == 1 else 1_000_000

    def read(self, stopped: Event) -> AudioBlock:
        stopped.wait(0.001)
        self.good -= 1
        if self.good < 0:
            raise ZeroDivisionError
        return np.zeros(BLOCK, np.int16)

    def close(self) -> None:
        """Holds nothing."""


def test_defect_is_a_fault_that_heals() -> None:
    """The thread doesn't die of it: the customer can be heard again two seconds later."""
    microphone, listener = LineMicrophone("broken", BrokenLine), Listener()
    microphone.start(listener.on_fault)
    assert isinstance(listener.fault(0), DeviceError)
    assert listener.fault(1) is None
    listener.hear(microphone, 3)
    microphone.stop()
    assert BrokenLine.opened == 2
