"""H.264 written bit by bit, for pictures that no encoder would make (ITU-T H.264 sections 7.3.2 and 7.3.3)."""


class Bits:
    """A bit string in the making."""

    def __init__(self) -> None:
        self._bits = ""

    def u(self, value: int, width: int) -> "Bits":
        """An unsigned number of so many bits."""
        self._bits += f"{value:0{width}b}"
        return self

    def ue(self, *values: int) -> "Bits":
        """Exp-Golomb codes (section 9.1)."""
        for value in values:
            code = f"{value + 1:b}"
            self._bits += "0" * (len(code) - 1) + code
        return self

    def unit(self, header: int) -> bytes:
        """The NAL unit, with its stop bit and emulation prevention (section 7.4.1.1)."""
        bits = self._bits + "1"
        bits += "0" * (-len(bits) % 8)
        plain = bytes(int(bits[place : place + 8], 2) for place in range(0, len(bits), 8))
        escaped, zeros = bytearray(), 0
        for byte in plain:
            if zeros >= 2 and byte <= 3:
                escaped.append(3)
                zeros = 0
            escaped.append(byte)
            zeros = zeros + 1 if byte == 0 else 0
        return bytes([header]) + bytes(escaped)


def sps(width: int, height: int, reference_frames: int = 1) -> bytes:
    """A sequence parameter set, constrained baseline, level 6.2; sizes are multiples of 16."""
    bits = Bits().u(66, 8).u(0b1100_0000, 8).u(62, 8)
    bits.ue(0, 0, 2, reference_frames).u(0, 1)
    return bits.ue(width // 16 - 1, height // 16 - 1).u(1, 1).u(1, 1).u(0, 1).u(0, 1).unit(0x67)


def pps() -> bytes:
    """A picture parameter set with nothing special."""
    return Bits().ue(0, 0).u(0, 2).ue(0, 0, 0).u(0, 3).ue(0, 0, 0).u(0, 3).unit(0x68)


def idr() -> bytes:
    """The beginning of an IDR slice, and hardly any picture."""
    return Bits().ue(0, 7, 0).u(0, 4).ue(0).u(0, 2).ue(0).ue(*[3] * 40).unit(0x65)


def stap_a(*units: bytes) -> bytes:
    """Several units in one RTP payload (RFC 6184 section 5.7.1)."""
    return b"\x78" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)
