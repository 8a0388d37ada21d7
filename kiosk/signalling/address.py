"""Rules for the distributor's address. Pure."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit


def is_loopback(host: str) -> bool:
    """Whether ``host`` can only be this machine: ``localhost``, 127.0.0.0/8 or ::1; no name is looked up."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def fault_of(url: str) -> str | None:
    """What is wrong with the distributor's address ``url``, as a clause; none when it can be used."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        port = parts.port
    except ValueError as error:
        return f"isn't an address ({error}); write wss://HOST/ws"
    if parts.scheme not in {"ws", "wss"} or not host or port == 0:
        return "isn't a WebSocket's address; write wss://HOST/ws"
    return _fault_of_parts(parts, host)


def _fault_of_parts(parts: SplitResult, host: str) -> str | None:
    if parts.username is not None or parts.password is not None:
        return "carries a user name or password; a terminal proves itself with its key, leave them out"
    if parts.fragment:
        return "has a fragment (#...); leave it out"
    if parts.scheme == "ws" and not is_loopback(host):
        return "is ws:// to another machine, which anybody on the way can read; use wss://"
    return None
