"""Reads what the network did to a call out of aiortc's statistics (W3C webrtc-stats, as far as aiortc has them)."""

from aiortc.stats import (
    RTCInboundRtpStreamStats,
    RTCOutboundRtpStreamStats,
    RTCRemoteInboundRtpStreamStats,
    RTCStatsReport,
)

from kiosk.rtc.port import PeerStats

VIDEO_TICKS_PER_MS = 90


def fill(stats: PeerStats, report: RTCStatsReport) -> None:
    """Add ``report``'s counts to ``stats``; call it once for each peer."""
    for entry in report.values():
        match entry:
            case RTCInboundRtpStreamStats():
                stats.packets_in += entry.packetsReceived
                stats.lost_in += max(0, entry.packetsLost)
                if entry.kind == "video":
                    stats.jitter_ms = max(stats.jitter_ms, entry.jitter // VIDEO_TICKS_PER_MS)
            case RTCOutboundRtpStreamStats():
                stats.packets_out += entry.packetsSent
                stats.bytes_out += entry.bytesSent
            case RTCRemoteInboundRtpStreamStats():
                stats.lost_out += max(0, entry.packetsLost)
                if entry.roundTripTime is not None:
                    stats.rtt_ms = max(0, round(entry.roundTripTime * 1000))
