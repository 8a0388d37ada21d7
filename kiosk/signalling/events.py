"""What the link to the distributor tells the rest of the terminal."""

from dataclasses import dataclass

from kiosk.protocol.messages import Answer, Assigned, Candidate, Ended, IceServer, Queued, Standby, Welcome

FromCall = Assigned | Queued | Answer | Candidate | Ended | Standby
"""The messages about calls and what is kept ready for them; handshake, pong and error stay with the link."""


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
    """A message about a call, or about what is kept ready for calls."""

    message: FromCall


@dataclass(frozen=True)
class NewIceServers:
    """In place of the welcome's: the credentials of those run out."""

    ice_servers: tuple[IceServer, ...]


LinkEvent = Up | Down | Arrived | NewIceServers
