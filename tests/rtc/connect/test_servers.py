"""The distributor's addresses as an ICE connection takes them."""

from kiosk.protocol.messages import IceServer
from kiosk.rtc.connect.servers import Servers, TurnServer, parse


def test_every_way_is_taken_in_the_order_given() -> None:
    servers = parse(
        (
            IceServer(urls=("stun:a", "stun:a:3478")),
            IceServer(urls=("turn:b:1", "turn:b:1?transport=tcp", "turns:b:2", "turn:a"), username="u", credential="c"),
        )
    )
    assert servers.stun == (("a", 3478), ("b", 1)), "a TURN server over UDP answers STUN too, and none is asked twice"
    assert servers.turn == (
        TurnServer("b", 1, tls=False, transport="udp", username="u", credential="c"),
        TurnServer("b", 1, tls=False, transport="tcp", username="u", credential="c"),
        TurnServer("b", 2, tls=True, transport="tcp", username="u", credential="c"),
        TurnServer("a", 3478, tls=False, transport="udp", username="u", credential="c"),
    )


def test_what_cannot_be_used_is_passed_over() -> None:
    """Whatever a distributor says, a call goes on."""
    wrong = IceServer(urls=("http://a", "stun:", "turn:a?transport=dtls", "stuns:a", "turn:[::1]:3478", "turn:ok"))
    assert [server.host for server in parse((wrong,)).turn] == ["ok"]
    assert not Servers()


def test_a_server_is_named_without_its_credentials() -> None:
    (server,) = parse((IceServer(urls=("turns:b:2",), username="user", credential="secret"),)).turn
    assert str(server) == "turns:b:2?transport=tcp"
