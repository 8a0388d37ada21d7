"""What the link to the distributor tells the rest of the terminal."""

from dataclasses import dataclass

from kiosk.protocol.messages import Answer, Assigned, Candidate, Ended, IceServer, Queued, Welcome

FromCall = Assigned | Queued | Answer | Candidate | Ended
"""The messages about calls; the link keeps handshake, pong and error messages to itself."""


@dataclass(frozen=True)
class Up:
    """The distributor welcomed this terminal; the user of the link answers with `kiosk.protocol.messages.Declare`."""

    welcome: Welcome


@dataclass(frozen=True)
class Down:
    """There is no distributor; ``code`` is ``starting refused unresolved untrusted rejected silent`` or ``closed``."""

    code: str


@dataclass(frozen=True)
class Arrived:
    """A message about a call."""

    message: FromCall


@dataclass(frozen=True)
class NewIceServers:
    """In place of the welcome's: the credentials of those run out."""

    ice_servers: tuple[IceServer, ...]


LinkEvent = Up | Down | Arrived | NewIceServers
