"""The one error tree.

::

    KioskError                 every fault that we foresee; its text says what to do next
    +-- MisuseError            our own code broke a rule: a defect
    +-- PeerError              the other end broke the protocol
    +-- ConfigError            a configuration that can't be used (command line exit status 2)
    +-- DeviceError            a camera, microphone, speaker, button or lamp that isn't there or fails
    +-- StartError             the program can't start here: port in use, no display, ...
    +-- LinkError              the distributor can't be reached or doesn't accept us
"""


class KioskError(Exception):
    """A foreseeable fault.

    ``what`` is what happened, ``advice`` what the reader can do now; both are sentences without secrets
    or personal data, since they are logged and shown.
    """

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(f"{what} {advice}".strip())
        self.what = what
        self.advice = advice


class MisuseError(KioskError):
    """Our own code broke a rule; never the fault of a peer or a user."""


class PeerError(KioskError):
    """The other end broke the protocol; ``code`` is one of `kiosk.protocol.fields.ErrorCode`."""

    def __init__(self, code: str, what: str, advice: str = "") -> None:
        super().__init__(what, advice)
        self.code = code


class ConfigError(KioskError):
    """A configuration that can't be used; the text has one line for each mistake."""


class DeviceError(KioskError):
    """A device that isn't there or fails; ``device`` is ``camera``, ``microphone``, ``speaker``, ``button`` or ``lamp``."""

    def __init__(self, device: str, what: str, advice: str = "") -> None:
        super().__init__(what, advice)
        self.device = device


class StartError(KioskError):
    """The program can't start on this machine as it is."""


class LinkError(KioskError):
    """The distributor can't be reached or doesn't accept this terminal; ``reason`` is a short code for the screen's corner."""

    def __init__(self, reason: str, what: str, advice: str = "") -> None:
        super().__init__(what, advice)
        self.reason = reason
