"""What `kiosk.rtc.connect` leans on in aioice and aiortc: a release that changes it has to be looked at before it is taken."""

import hashlib
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from aioice import ice, stun, turn
from aiortc import RTCPeerConnection
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcicetransport import RTCIceGatherer, RTCIceTransport, parse_stun_turn_uri

KNOWN: list[tuple[Callable[..., Any], str]] = [
    (ice.Connection.__init__, "a99ae9c97fc6"),
    (ice.Connection.gather_candidates, "d33db28d4d1e"),
    (ice.Connection.get_component_candidates, "118597a9fcb7"),
    (ice.Connection.connect, "da51be461901"),
    (ice.Connection.close, "25dcfac536f5"),
    (ice.Connection.recvfrom, "676acc01e4a9"),
    (ice.Connection.sendto, "bf162ec03bdc"),
    (ice.Connection.data_received, "5631b17fab71"),
    (ice.Connection.add_remote_candidate, "d3a0826c92fa"),
    (ice.Connection.build_request, "cd68d42d3765"),
    (ice.Connection.check_complete, "52f939709eab"),
    (ice.Connection.check_incoming, "cb3e32bd47e5"),
    (ice.Connection.check_start, "7de056d252f4"),
    (ice.Connection.request_received, "dcdc9a3862c1"),
    (ice.Connection._check_list_maybe_complete, "b190e289adad"),
    (ice.Connection._check_list_maybe_fail, "47cca0213103"),
    (ice.Connection._check_periodic, "ce421a512904"),
    (ice.Connection._end_remote_candidates, "1ce65dec2633"),
    (ice.Connection._unfreeze_initial, "3face48c57c2"),
    (ice.StunProtocol, "a6e5692f3cf7"),
    (ice.server_reflexive_candidate, "76dd55584717"),
    (ice.relayed_candidate, "271e25be8724"),
    (stun.Transaction, "7a9c44cb879b"),
    (turn.TurnClientMixin, "b475c70f7a66"),
    (RTCPeerConnection.setLocalDescription, "ff409406ce1d"),
    (RTCPeerConnection.close, "7e2df1bb95eb"),
    (turn.TurnTransport, "c0fe18d7d58e"),
    (turn.create_turn_endpoint, "c84ad1cc7c54"),
    (RTCIceGatherer, "3f69ea0b336d"),
    (RTCIceTransport, "a2e2aeedaf0a"),
    (parse_stun_turn_uri, "aff604ef0263"),
    (RTCDtlsTransport._do_handshake, "0af5299c3335"),
    (RTCDtlsTransport._recv_next, "998076720c05"),
    (RTCDtlsTransport._write_ssl, "6573c0237063"),
    (getattr(RTCPeerConnection, "_RTCPeerConnection__createDtlsTransport"), "ad91de689a33"),  # noqa: B009 mypy knows no mangled names
    (getattr(RTCPeerConnection, "_RTCPeerConnection__connect"), "9199a73a7cde"),  # noqa: B009 mypy knows no mangled names
]


@pytest.mark.parametrize(("function", "digest"), KNOWN, ids=lambda value: getattr(value, "__qualname__", None))
def test_what_is_replaced_or_leaned_on_is_as_it_was_read(function: Callable[..., Any], digest: str) -> None:
    """On a failure: read the function's changes, adapt `kiosk/rtc/connect/`, and put the new digest here."""
    found = hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:12]
    assert found == digest
