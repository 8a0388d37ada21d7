"""What a video payload is a part of: by RFC 6184 section 5 (H.264) and RFC 7741 section 4 (VP8)."""

from dataclasses import dataclass

from aiortc.codecs import depayload
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

IDR, SPS, DELIMITER, STAP_A, FU_A = 5, 7, 9, 24, 28


@dataclass(frozen=True)
class Part:
    """``data`` is for the decoder; ``key`` and ``begins`` are `frames.Packet`'s."""

    data: bytes
    key: bool = False
    begins: bool = False


def part_of(codec: RTCRtpCodecParameters, payload: bytes) -> Part:
    """Look into a payload; an empty one is padding. Raises ValueError where it can't be one of that codec."""
    if not payload:
        return Part(b"")
    if codec.name == "VP8":
        return _vp8(payload)
    if codec.name == "H264":
        return _h264(codec, payload)
    return Part(depayload(codec, payload))


def _vp8(payload: bytes) -> Part:
    descriptor, data = VpxPayloadDescriptor.parse(payload)
    begins = descriptor.partition_start == 1 and descriptor.partition_id == 0
    return Part(data, key=begins and bool(data) and not data[0] & 1, begins=begins)


def _h264(codec: RTCRtpCodecParameters, payload: bytes) -> Part:
    data = depayload(codec, payload)
    units = _units(payload)
    return Part(data, key=IDR in units or SPS in units, begins=bool(units) and units[0] in {SPS, DELIMITER})


def _units(payload: bytes) -> list[int]:
    """The types of the NAL units that begin in a payload that `depayload` has taken."""
    kind = payload[0] & 0x1F
    if kind == FU_A:
        return [payload[1] & 0x1F] if payload[1] & 0x80 else []
    if kind != STAP_A:
        return [kind]
    units, place = [], 1
    while place + 2 < len(payload):
        units.append(payload[place + 2] & 0x1F)
        place += 2 + int.from_bytes(payload[place : place + 2], "big")
    return units
