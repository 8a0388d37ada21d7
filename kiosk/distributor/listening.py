"""Where the distributor listens: on loopback, or anywhere over TLS."""

import errno
import ipaddress
import ssl

from aiohttp import web

from kiosk.config import DistributorConfig
from kiosk.errors import StartError


def tls_context(config: DistributorConfig) -> ssl.SSLContext | None:
    """TLS with the configured certificate, or None on loopback. Raises `StartError` for anything else."""
    certificate, key = config.tls_certificate, config.tls_key
    if certificate is None and key is None:
        _only_loopback(config.host)
        return None
    if certificate is None or key is None:
        missing = "tls_certificate" if certificate is None else "tls_key"
        raise StartError(f"TLS needs both a certificate and its key; {missing} is missing.", f"Set {missing}.")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error)
        raise StartError(
            f"The certificate {certificate} with the key {key} can't be used: {reason}.",
            "Both must be readable PEM files that belong together, the key without a passphrase.",
        ) from None
    return context


async def listen(runner: web.AppRunner, config: DistributorConfig, context: ssl.SSLContext | None) -> int:
    """Listen as configured; the port. Raises `StartError` where that isn't possible."""
    host = "127.0.0.1" if config.host == "localhost" else config.host
    site = web.TCPSite(runner, host, config.port, ssl_context=context)
    try:
        await site.start()
    except OSError as error:
        raise _cannot_listen(config, error) from None
    return int(runner.addresses[0][1])


def _cannot_listen(config: DistributorConfig, error: OSError) -> StartError:
    where = f"port {config.port} of {config.host}"
    if error.errno == errno.EADDRINUSE:
        return StartError(f"Another program listens on {where} already.", "Stop it, or set another port.")
    if error.errno == errno.EACCES:
        return StartError(f"This user may not listen on {where}.", "Set a port of 1024 or higher.")
    return StartError(f"The distributor can't listen on {where}: {error.strerror or error}.", "Set host and port.")


def _only_loopback(host: str) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise StartError(
            f"Without TLS the distributor listens on this computer only, not on {host}.",
            "Set tls_certificate and tls_key, or host to 127.0.0.1.",
        )


def _no_password() -> str:
    raise ValueError("the key has a passphrase")
