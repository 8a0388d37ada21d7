"""The distributor's STUN and TURN servers, as an ICE connection needs them."""

from dataclasses import dataclass

from aiortc.rtcicetransport import parse_stun_turn_uri

from kiosk import logs
from kiosk.protocol.messages import IceServer

log = logs.get(__name__)


@dataclass(frozen=True)
class TurnServer:
    """One way to a TURN server."""

    host: str
    port: int
    tls: bool
    transport: str
    """``udp`` or ``tcp``."""
    username: str | None
    credential: str | None

    def __str__(self) -> str:
        """For the log: without the credentials."""
        return f"{'turns' if self.tls else 'turn'}:{self.host}:{self.port}?transport={self.transport}"


@dataclass(frozen=True)
class Servers:
    """All of them, in the distributor's order."""

    stun: tuple[tuple[str, int], ...] = ()
    """Host and port."""
    turn: tuple[TurnServer, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.stun or self.turn)


def parse(ice_servers: tuple[IceServer, ...]) -> Servers:
    """The servers that can be used from here; an address that can't is logged and passed over."""
    stun: list[tuple[str, int]] = []
    turn: list[TurnServer] = []
    for server in ice_servers:
        for url in server.urls:
            try:
                at = parse_stun_turn_uri(url)
            except ValueError as error:
                log.warning("ice.url_passed_over", url=url, why=str(error))
                continue
            if at["scheme"] == "stun":
                _add(stun, (at["host"], at["port"]))
            elif at["scheme"] in {"turn", "turns"} and at["transport"] in {"udp", "tcp"}:
                if (at["scheme"], at["transport"]) == ("turn", "udp"):
                    _add(stun, (at["host"], at["port"]))  # it answers STUN too
                turn.append(
                    TurnServer(
                        at["host"],
                        at["port"],
                        at["scheme"] == "turns",
                        at["transport"],
                        server.username,
                        server.credential,
                    )
                )
    return Servers(tuple(stun), tuple(turn))


def _add(servers: list[tuple[str, int]], server: tuple[str, int]) -> None:
    if server not in servers:
        servers.append(server)
