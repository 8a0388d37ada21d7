"""WIDENS aiortc's DTLS ciphers: far ends whose certificate is an RSA one (GStreamer's webrtcbin, Janus) can be talked to as well.

aiortc 1.16 offers suites for ECDSA certificates only, so the handshake with such a far end fails. RFC 8827 section 6.5 asks for
ECDSA and doesn't forbid the other. What aiortc prefers comes first.
"""

from typing import Any

from aiortc.rtcdtlstransport import RTCCertificate, SRTPProtectionProfile

CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:"
    b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA"
)
make_context = RTCCertificate._create_ssl_context  # noqa: SLF001 the seam


def _context(certificate: RTCCertificate, srtp_profiles: list[SRTPProtectionProfile]) -> Any:
    context = make_context(certificate, srtp_profiles)
    context.set_cipher_list(CIPHERS)
    return context


def install() -> None:
    """From now on every aiortc connection of this process offers `CIPHERS`; safe to call twice."""
    RTCCertificate._create_ssl_context = _context  # type: ignore[assignment, method-assign]  # noqa: SLF001 the seam
