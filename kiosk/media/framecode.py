"""The machine-readable strip in test pictures: a frame number and a time as big black and white cells.

The strip fills the picture's lowest ninth with two rows of 32 cells, read left to right, top row first::

    cell    0         1..24          25..30      31      32       33..50 and 51..56    57..62      63
            white     frame number   check 0-5   black   black    time (24 bits)       check 6-11  white

Numbers have their most significant bit first, a white cell is a one. The four cells at the ends calibrate the reader. A cell
is 10 pixels wide at 320x180, so that it survives scaling and encoding at low bit rates. The check is a remainder by a prime:
any single wrong cell is found, and one in 4,093 of all other misreads isn't.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

COLUMNS = 32
ROWS = 2
CELLS = COLUMNS * ROWS
HEIGHT_SHARE = 9
"""The strip is one part in this many of the picture's height, at its lower edge."""
BITS = 24
MODULUS = 1 << BITS
"""Frame numbers and times wrap around here: 2**24 frames are 155 h at 30 a second, 2**24 ms are 4 h 39 min."""
CHECK_BITS = 12
CHECK_PRIME = 4093
FRAME_FACTOR, TIME_FACTOR, CHECK_START = 7, 13, 99
LEAST_CONTRAST = 40
"""White and black cells that differ by less than this (of 255) are no strip."""
LEAST_DISTANCE = 0.15
"""A cell nearer to the middle grey than this share of the contrast can't be told."""

WHITE_CELLS = (0, 63)
BLACK_CELLS = (31, 32)
FRAME_CELLS = tuple(range(1, 25))
TIME_CELLS = tuple(range(33, 57))
CHECK_CELLS = (*range(25, 31), *range(57, 63))


@dataclass(frozen=True)
class Code:
    """What a strip says: ``frame`` counts up, ``time_ms`` is the picture's time; both modulo `MODULUS`.

    Of the virtual camera ``time_ms`` is the wall clock (milliseconds since 1970), of a numbered clip the time in the clip.
    """

    frame: int
    time_ms: int


def check_of(frame: int, time_ms: int) -> int:
    """The check number over both values, in 0..4092."""
    return (frame * FRAME_FACTOR + time_ms * TIME_FACTOR + CHECK_START) % CHECK_PRIME


def encode(code: Code) -> tuple[bool, ...]:
    """The strip's 64 cells, white is True. Values are taken modulo `MODULUS`."""
    frame, time_ms = code.frame % MODULUS, code.time_ms % MODULUS
    white = set(WHITE_CELLS)
    for cells, value in ((FRAME_CELLS, frame), (TIME_CELLS, time_ms), (CHECK_CELLS, check_of(frame, time_ms))):
        white.update(cell for place, cell in enumerate(reversed(cells)) if value >> place & 1)
    return tuple(cell in white for cell in range(CELLS))


def decode(brightness: Sequence[float]) -> Code | None:
    """What 64 cells of this ``brightness`` (any scale of 0..255) say; None unless every cell is clear and the check fits."""
    cells = _clear_cells(brightness)
    if cells is None:
        return None
    frame, time_ms, check = (_number(cells[cell] for cell in group) for group in (FRAME_CELLS, TIME_CELLS, CHECK_CELLS))
    return Code(frame, time_ms) if check == check_of(frame, time_ms) else None


def _clear_cells(brightness: Sequence[float]) -> list[bool] | None:
    if len(brightness) != CELLS:
        return None
    white = min(brightness[cell] for cell in WHITE_CELLS)
    black = max(brightness[cell] for cell in BLACK_CELLS)
    if white - black < LEAST_CONTRAST:
        return None
    middle, least = (white + black) / 2, LEAST_DISTANCE * (white - black)
    if any(abs(value - middle) < least for value in brightness):
        return None
    return [value > middle for value in brightness]


def _number(bits: Iterable[bool]) -> int:
    value = 0
    for bit in bits:
        value = value * 2 + bit
    return value


def cell_expression(frame: str, time_ms: str, *, cell: str) -> str:
    """`encode` in ffmpeg's expression language: 1 where the cell numbered ``cell`` is white, else 0.

    ``frame`` and ``time_ms`` are expressions of whole numbers, not yet reduced by `MODULUS`.
    """
    frame, time_ms = f"mod({frame},{MODULUS})", f"mod({time_ms},{MODULUS})"
    check = f"mod({frame}*{FRAME_FACTOR}+{time_ms}*{TIME_FACTOR}+{CHECK_START},{CHECK_PRIME})"
    choices = (
        (FRAME_CELLS[-1], _bit_expression(frame, f"{FRAME_CELLS[-1]}-{cell}")),
        (CHECK_CELLS[5], _bit_expression(check, f"{CHECK_CELLS[5]}+6-{cell}")),
        (BLACK_CELLS[1], "0"),
        (TIME_CELLS[-1], _bit_expression(time_ms, f"{TIME_CELLS[-1]}-{cell}")),
        (CHECK_CELLS[-1], _bit_expression(check, f"{CHECK_CELLS[-1]}-{cell}")),
    )
    text = "1"
    for last, value in reversed(choices):
        text = f"if(lte({cell},{last}),{value},{text})"
    return f"if(lt({cell},1),1,{text})"


def _bit_expression(value: str, place: str) -> str:
    return f"mod(floor(({value})/pow(2,{place})),2)"
