"""What a hostile far end sends, by name: each gives packets for `tests.rtc.hostile.HostileCall.send`."""

import random
import struct
from collections.abc import Callable, Iterator

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpByePacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    pack_remb_fci,
)

from tests.rtc.h264_bits import idr, pps, sps, stap_a
from tests.rtc.hostile import HostileCall

Attack = Callable[[HostileCall, random.Random], Iterator[bytes]]
FRAME = 3000
"""Timestamps from picture to picture."""


def header(call: HostileCall, first: int, payload_type: int | None = None) -> bytes:
    """An RTP header of the far end's picture, with a first byte of one's choice."""
    number = call.payload_type("H264") if payload_type is None else payload_type
    return struct.pack("!BBHLL", first, number, 0, 0, call.ssrc("video"))


def bare_headers(call: HostileCall, _: random.Random) -> Iterator[bytes]:
    yield from [header(call, 0x80)] * 50


def odd_extensions(call: HostileCall, chance: random.Random) -> Iterator[bytes]:
    """Of one and two bytes' headers (RFC 8285), with whatever behind."""
    for number in range(300):
        words = chance.randrange(1, 12)
        profile = 0xBEDE if number % 2 else 0x1000
        head = header(call, 0x90) + struct.pack("!HH", profile, words)
        yield head + chance.randbytes(4 * words + chance.randrange(9))


def lying_padding(call: HostileCall, chance: random.Random) -> Iterator[bytes]:
    for _ in range(200):
        yield header(call, 0xA0) + chance.randbytes(chance.randrange(1, 20))


def many_contributors(call: HostileCall, chance: random.Random) -> Iterator[bytes]:
    for _ in range(100):
        yield header(call, 0x8F) + chance.randbytes(60 + chance.randrange(9))


def foreign_sources(call: HostileCall, chance: random.Random) -> Iterator[bytes]:
    for ssrc in range(1, 1501):
        yield call.rtp("video" if ssrc % 3 else "audio", b"\x65" + chance.randbytes(20), ssrc=ssrc)


def unknown_payload_types(call: HostileCall, chance: random.Random) -> Iterator[bytes]:
    for number in range(128):
        if not 64 <= number < 96:  # those are RTCP's (RFC 5761)
            yield header(call, 0x80, number) + chance.randbytes(30)


def jumping_timestamps(call: HostileCall, chance: random.Random) -> Iterator[bytes]:
    for _ in range(500):
        yield call.rtp("video", b"\x61" + chance.randbytes(30), chance.randrange(1 << 32))
        yield call.rtp("audio", chance.randbytes(30), chance.randrange(1 << 32))


def endless_picture(call: HostileCall, _: random.Random) -> Iterator[bytes]:
    """Two megabytes, and no end of it."""
    yield from [call.rtp("video", b"\x61" + bytes(1000), 5, marker=0)] * 2000


def fragments_without_start(call: HostileCall, chance: random.Random) -> Iterator[bytes]:
    for number in range(400):
        yield call.rtp("video", b"\x7c\x05" + chance.randbytes(900), number * FRAME)


def enormous_h264(call: HostileCall, _: random.Random) -> Iterator[bytes]:
    for number in range(20):
        side = (16384, 12288, 4096)[number % 3]
        yield call.rtp("video", stap_a(sps(side, side, 16), pps(), idr()), number * FRAME)


def enormous_vp8(call: HostileCall, _: random.Random) -> Iterator[bytes]:
    """A key frame of 16383x16383 (RFC 6386 section 9.1)."""
    picture = b"\x10\x10\x02\x00\x9d\x01\x2a\xff\x3f\xff\x3f" + bytes(200)
    yield from [header(call, 0x80, 0x80 | call.payload_type("VP8")) + picture] * 20


ODD_UNITS = (
    b"\x78\0\0\0\0\0\0", b"\x78\0\1\x67\0\0", b"\x67", b"\x65\0", b"\x7c", b"\x7c\x85", b"\0", b"\x78", b"\x78\0",
    b"\x78\xff\xff\1", b"\x1f\1\2",
)  # fmt: skip
"""Empty and cut ones, aggregates that lie about lengths, a reserved type."""


def odd_units(call: HostileCall, _: random.Random) -> Iterator[bytes]:
    for number in range(10 * len(ODD_UNITS)):
        yield call.rtp("video", ODD_UNITS[number % len(ODD_UNITS)], number * FRAME)


def noise_for_pictures(call: HostileCall, chance: random.Random) -> Iterator[bytes]:
    for number in range(500):
        unit = bytes([chance.choice([0x65, 0x67, 0x68, 0x61, 0x78, 0x7C, 0x06])])
        yield call.rtp("video", unit + chance.randbytes(chance.randrange(1, 1000)), number * FRAME)


def noise_for_sound(call: HostileCall, chance: random.Random) -> Iterator[bytes]:
    for number in range(500):
        first = b"\x03\xff" if number % 3 == 0 else b""
        yield call.rtp("audio", first + chance.randbytes(chance.randrange(1, 1200)), number * 960)


def noise_for_rtcp(_: HostileCall, chance: random.Random) -> Iterator[bytes]:
    """All packet types, lengths that are too long, too short and right."""
    for _number in range(1000):
        body = chance.randbytes(4 * chance.randrange(1, 40))
        words = chance.choice([len(body) // 4, 0, 1, 5, 65535])
        yield struct.pack("!BBH", 0x80 | chance.randrange(64), 200 + chance.randrange(8), words) + body


def foreign_goodbyes(_: HostileCall, chance: random.Random) -> Iterator[bytes]:
    for _number in range(200):
        yield bytes(RtcpByePacket(sources=[chance.randrange(1, 1 << 32) for _ in range(chance.randrange(1, 31))]))


def absurd_estimates(call: HostileCall, _: random.Random) -> Iterator[bytes]:
    """Nothing, next to nothing and 2^60 bit/s in turn; what is right at the end."""
    for bps in (*(0, 1, 1 << 60, 12_345) * 10, 2_000_000):
        fci = pack_remb_fci(bps, [call.near_ssrc("video")])
        yield bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=call.ssrc("video"), media_ssrc=0, fci=fci))


def key_frame_storm(call: HostileCall, _: random.Random) -> Iterator[bytes]:
    for number in range(1500):
        fmt = RTCP_PSFB_PLI if number % 2 else RTCP_PSFB_FIR
        yield bytes(RtcpPsfbPacket(fmt=fmt, ssrc=call.ssrc("video"), media_ssrc=call.near_ssrc("video")))


def resend_storm(call: HostileCall, _: random.Random) -> Iterator[bytes]:
    """Everything again, and again."""
    for first in (*range(0, 65_536, 2048),) * 3:
        lost = list(range(first, first + 2048))
        near, far = call.near_ssrc("video"), call.ssrc("video")
        yield bytes(RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=far, media_ssrc=near, lost=lost))


def absurd_reports(call: HostileCall, chance: random.Random) -> Iterator[bytes]:
    for number in range(100):
        report = RtcpReceiverInfo(
            ssrc=call.near_ssrc("video"),
            fraction_lost=255,
            packets_lost=-8_388_608 if number % 2 else 8_388_607,
            highest_sequence=0xFFFF_FFFF,
            jitter=0xFFFF_FFFF,
            lsr=chance.randrange(1 << 32),
            dlsr=chance.randrange(1 << 32),
        )
        yield bytes(RtcpRrPacket(ssrc=call.ssrc("video"), reports=[report] * 31))


ATTACKS: tuple[Attack, ...] = (
    bare_headers, odd_extensions, lying_padding, many_contributors, foreign_sources, unknown_payload_types,
    jumping_timestamps, endless_picture, fragments_without_start, enormous_h264, enormous_vp8, odd_units, noise_for_pictures,
    noise_for_sound, noise_for_rtcp, foreign_goodbyes, absurd_estimates, key_frame_storm, resend_storm, absurd_reports,
)  # fmt: skip
