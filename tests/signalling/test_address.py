"""Which addresses of a distributor a terminal may use."""

import pytest

from kiosk.signalling.address import fault_of, is_loopback


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.8.9.1", "::1", "[::1]"])
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["example.org", "10.0.0.1", "localhost.example.org", "::", "0.0.0.0", ""])  # noqa: S104 - an address to refuse, nothing is bound to it
def test_everything_else_is_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.1:8760/ws", "ws://localhost/ws", "ws://[::1]:1/ws", "wss://example.org/ws", "wss://10.0.0.1"]
)
def test_good_addresses(url: str) -> None:
    assert fault_of(url) is None


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("ws://example.org/ws", "wss://"),
        ("ws://10.0.0.1:8760/ws", "wss://"),
        ("http://localhost/", "WebSocket"),
        ("wss:///ws", "WebSocket"),
        ("wss://host:0/ws", "WebSocket"),
        ("wss://host:99999/ws", "isn't an address"),
        ("wss://[::1/ws", "isn't an address"),
        ("wss://me:secret@host/ws", "password"),
        ("wss://host/ws#here", "fragment"),
    ],
)
def test_bad_addresses_say_why_without_repeating_secrets(url: str, word: str) -> None:
    fault = fault_of(url)
    assert fault is not None
    assert word in fault
    assert "secret" not in fault
