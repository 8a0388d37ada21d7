"""Opening the WebSocket: TLS, time limits, and what each way of failing means in words."""

import asyncio
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from kiosk.errors import ConfigError, LinkError
from kiosk.protocol.fields import MAX_MESSAGE_BYTES, SUBPROTOCOL

CONNECT_S = 4.0
"""Longer than the third SYN (3 s): a distributor that comes back during a try is reached by that try."""
CLOSE_S = 0.3
"""A farewell isn't worth more waiting than this."""


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """TLS with the system's authorities and those in ``ca_file``. Raises `ConfigError` where that can't be read."""
    context = ssl.create_default_context()
    if ca_file is None:
        return context
    try:
        context.load_verify_locations(ca_file)
    except ssl.SSLError as error:
        raise ConfigError(f"distributor.ca_file: {ca_file} holds no certificate in PEM form.") from error
    except OSError as error:
        raise ConfigError(f"distributor.ca_file: {ca_file} can't be read: {error.strerror}.") from error
    return context


def session() -> aiohttp.ClientSession:
    """An HTTP session that keeps nothing: no cookies, no proxy, a short memory for names."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=5, force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    )


async def connect(http: aiohttp.ClientSession, url: str, tls: ssl.SSLContext) -> aiohttp.ClientWebSocketResponse:
    """An open WebSocket with our subprotocol. Raises `LinkError` whose reason is the code for the screen."""
    try:
        async with asyncio.timeout(CONNECT_S):
            socket = await http.ws_connect(
                url,
                ssl=tls,
                protocols=(SUBPROTOCOL,),
                max_msg_size=MAX_MESSAGE_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
            )
    except (TimeoutError, OSError, aiohttp.ClientError) as error:
        raise fault_of(error, url) from error
    if socket.protocol != SUBPROTOCOL:
        await socket.close()
        raise LinkError(
            "rejected",
            f"{url} is a WebSocket, but not a kiosk distributor's ({SUBPROTOCOL}).",
            "Check distributor.url, and that both programs are of fitting releases.",
        )
    return socket


def fault_of(error: Exception, url: str) -> LinkError:
    """The `LinkError` for what the HTTP client raised while it connected to ``url``."""
    place = urlsplit(url).netloc
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return _untrusted(error.certificate_error, place)
        case aiohttp.WSServerHandshakeError():
            return _no_websocket(error.status, url)
    return LinkError(*_reason(error, url, place))


def _reason(error: Exception, url: str, place: str) -> tuple[str, str, str]:
    check = "Check distributor.url"
    match error:
        case aiohttp.ClientConnectorDNSError() | aiohttp.InvalidURL():
            reason = "unresolved", f"The name in {url} can't be resolved.", f"{check} and the network's DNS."
        case aiohttp.ClientSSLError():
            reason = "untrusted", f"{place} doesn't speak TLS as we do.", f"{check}, its port, and its TLS."
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            reason = (
                "refused",
                f"Nobody listens at {place}.",
                f"Start the distributor, or {check[0].lower()}{check[1:]}.",
            )
        case aiohttp.ClientConnectorError() | TimeoutError():
            reason = "silent", f"{place} doesn't answer.", "Check the network, and that the distributor runs."
        case _:
            reason = "closed", f"{place} hung up on us.", "Check that the distributor is well."
    return reason


def _untrusted(error: Exception, place: str) -> LinkError:
    why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else str(error)
    advice = "Give it a certificate of a known authority for this name, or name its authority in distributor.ca_file."
    return LinkError("untrusted", f"The certificate of {place} isn't trusted: {why.rstrip('.')}.", advice)


def _no_websocket(status: int, url: str) -> LinkError:
    if status >= 500:  # a proxy whose distributor is away: it may be back any moment
        return LinkError("refused", f"{url} answered HTTP {status}.", "Check the distributor behind that proxy.")
    return LinkError(
        "rejected", f"{url} answered HTTP {status} instead of a WebSocket.", "Check the path in distributor.url (/ws)."
    )
