"""Reads what the network did to a call out of aiortc's statistics (W3C webrtc-stats, as far as aiortc has them)."""

from dataclasses import dataclass

from aiortc.stats import (
    RTCInboundRtpStreamStats,
    RTCOutboundRtpStreamStats,
    RTCRemoteInboundRtpStreamStats,
    RTCStatsReport,
)

from kiosk.rtc.port import PeerStats

VIDEO_TICKS_PER_MS = 90


@dataclass(frozen=True)
class Totals:
    """Counts since a connection was made."""

    packets_in: int = 0
    lost_in: int = 0
    packets_out: int = 0
    lost_out: int = 0
    bytes_out: int = 0


def totals(report: RTCStatsReport) -> Totals:
    """The counts of ``report``, pictures and sound together."""
    inbound = [entry for entry in report.values() if isinstance(entry, RTCInboundRtpStreamStats)]
    outbound = [entry for entry in report.values() if isinstance(entry, RTCOutboundRtpStreamStats)]
    heard = [entry for entry in report.values() if isinstance(entry, RTCRemoteInboundRtpStreamStats)]
    return Totals(
        packets_in=sum(entry.packetsReceived for entry in inbound),
        lost_in=sum(max(0, entry.packetsLost) for entry in inbound),
        packets_out=sum(entry.packetsSent for entry in outbound),
        lost_out=sum(max(0, entry.packetsLost) for entry in heard),
        bytes_out=sum(entry.bytesSent for entry in outbound),
    )


def fill(stats: PeerStats, report: RTCStatsReport, before: Totals) -> None:
    """Put into ``stats`` what ``report`` counts beyond ``before``."""
    after = totals(report)
    for name in ("packets_in", "lost_in", "packets_out", "lost_out", "bytes_out"):
        setattr(stats, name, max(0, getattr(after, name) - getattr(before, name)))
    for entry in report.values():
        match entry:
            case RTCInboundRtpStreamStats() if entry.kind == "video":
                stats.jitter_ms = max(stats.jitter_ms, entry.jitter // VIDEO_TICKS_PER_MS)
            case RTCRemoteInboundRtpStreamStats() if entry.roundTripTime is not None:
                stats.rtt_ms = max(0, round(entry.roundTripTime * 1000))
