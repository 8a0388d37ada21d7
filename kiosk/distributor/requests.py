"""What is asked of every HTTP request before it is served: where it comes from, and the headers of its answer."""

import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from kiosk import logs
from kiosk.distributor.store import StoreError

log = logs.get(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
COOKIE = "kiosk_session"
_HOST = re.compile(r"^[A-Za-z0-9.\-\[\]:]{1,255}$")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def same_origin(request: web.Request) -> bool:
    """Whether a page of ours asks, or a program that isn't a browser: those send no ``Origin`` (RFC 6454)."""
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2].lower() == _host(request).lower()


def _host(request: web.Request) -> str:
    # Not `request.host`: without the header that asks the system's resolver, and the event loop would wait for it.
    return request.headers.get("Host", "")


def address_of(request: web.Request) -> str:
    """The address that the request came from, for counting only."""
    return request.remote or "unknown"


def content_security_policy(host: str) -> str:
    """Only what this host serves; ``blob:`` for media made in the page (CSP Level 3)."""
    sockets = f" ws://{host} wss://{host}" if _HOST.match(host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            f"connect-src 'self'{sockets}",
            "media-src 'self' blob: mediastream:",
            "img-src 'self' data: blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def headers_for(*, secure: bool) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """What adds the security headers to every answer, errors and upgrades included."""

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(_HEADERS)
        response.headers["Content-Security-Policy"] = content_security_policy(_host(request))
        response.headers.setdefault("Cache-Control", "no-cache")
        response.headers["Server"] = "kiosk"
        if secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"

    return add


@web.middleware
async def store_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A database that fails while we run gives one line in the log and a 503, not a traceback."""
    try:
        return await handler(request)
    except StoreError as error:
        log.error("store.failed", path=request.path, what=str(error))  # noqa: TRY400 - one line is meant
        return web.json_response({"error": "store"}, status=503, headers={"Retry-After": "2"})
