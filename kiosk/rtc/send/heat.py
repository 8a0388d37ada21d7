"""Whether the board is throttled by heat, or about to be, as the kernel tells it.

A Raspberry Pi's firmware says in ``get_throttled`` (a number in hexadecimal; Raspberry Pi documentation, vcgencmd) that it holds the
clock down: bit 2 throttled, bit 3 at the soft temperature limit. Other boards have thermal zones in 1/1000 degree Celsius.
"""

from pathlib import Path

SYS = Path("/sys")
THROTTLED = "devices/platform/soc/soc:firmware/get_throttled"
HELD_DOWN = 0b1100
HOT_MILLIDEGREES = 80_000
"""A Pi begins to slow down at 80 degrees, and is throttled at 85."""
ABSURD_MILLIDEGREES = 150_000


class Heat:
    """Reads the kernel's files below ``sys``; a directory that looks like it is a virtual board."""

    def __init__(self, sys: Path = SYS) -> None:
        self._throttled = sys / THROTTLED
        self._zones = tuple((sys / "class/thermal").glob("thermal_zone*/temp"))

    def is_hot(self) -> bool:
        """Now; False where nothing can be read."""
        flags = _number(self._throttled, 16)
        if flags is not None and flags & HELD_DOWN:
            return True
        temperatures = (_number(zone, 10) for zone in self._zones)
        return any(each is not None and HOT_MILLIDEGREES <= each < ABSURD_MILLIDEGREES for each in temperatures)


def _number(file: Path, base: int) -> int | None:
    try:
        return int(file.read_text().strip(), base)
    except (OSError, ValueError):
        return None
