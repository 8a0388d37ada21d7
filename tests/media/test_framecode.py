"""The strip: what is encoded is read again, and what is damaged is never misread."""

import itertools
import random

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.media import framecode
from kiosk.media.framecode import CELLS, MODULUS, Code, decode, encode

numbers = st.integers(0, MODULUS - 1)


def lit(cells: tuple[bool, ...], black: float = 16, white: float = 235) -> list[float]:
    return [white if cell else black for cell in cells]


@given(numbers, numbers, st.floats(0, 100), st.floats(45, 155))
def test_what_is_encoded_is_decoded(frame: int, time_ms: int, black: float, contrast: float) -> None:
    """Whatever the picture's black and white have become."""
    code = Code(frame, time_ms)
    assert decode(lit(encode(code), black, black + contrast)) == code


def test_values_wrap_around() -> None:
    assert decode(lit(encode(Code(MODULUS + 5, 3 * MODULUS + 7)))) == Code(5, 7)


@given(numbers, numbers)
def test_one_wrong_cell_is_always_found(frame: int, time_ms: int) -> None:
    """Each of the 64 cells turned over, one at a time."""
    cells = encode(Code(frame, time_ms))
    for wrong in range(CELLS):
        turned = tuple(cell != (place == wrong) for place, cell in enumerate(cells))
        assert decode(lit(turned)) is None


def test_random_damage_is_hardly_ever_taken_for_a_code() -> None:
    """Of 20,000 random fillings between right end cells, about one in 4,096 passes the check; more than 15 would be a fault."""
    chance = random.Random(7)
    passed = 0
    for _ in range(20_000):
        cells = [chance.random() < 0.5 for _ in range(CELLS)]
        for cell in framecode.WHITE_CELLS:
            cells[cell] = True
        for cell in framecode.BLACK_CELLS:
            cells[cell] = False
        passed += decode(lit(tuple(cells))) is not None
    assert passed <= 15


def test_a_grey_cell_can_not_be_told() -> None:
    brightness = lit(encode(Code(1, 2)))
    brightness[20] = 128
    assert decode(brightness) is None


def test_no_contrast_is_no_strip() -> None:
    assert decode(lit(encode(Code(1, 2)), 100, 130)) is None


def test_too_few_cells_are_no_strip() -> None:
    assert decode(lit(encode(Code(1, 2)))[:-1]) is None


def test_the_expression_says_what_encode_says() -> None:
    """The same 64 cells are computed by ffmpeg 64 cells from `cell_expression`, for numbers with many bits."""
    for frame, time_ms in (
        (0, 0),
        (1, 33),
        (0xABCDEF, 0x123456),
        (MODULUS - 1, MODULUS - 1),
        (MODULUS + 3, 5 * MODULUS + 9),
    ):
        text = framecode.cell_expression(str(frame), str(time_ms), cell="(X+32*Y)")
        graph = f"color=black:size=32x2:rate=1,format=gray,geq=lum='255*{text}'"
        with av.open(graph, format="lavfi") as source:
            picture = next(source.decode(video=0)).to_ndarray()
        assert tuple(bool(value) for value in np.asarray(picture).reshape(-1)) == encode(Code(frame, time_ms))


def test_layout_covers_each_cell_once() -> None:
    """No two groups share a cell, and none is left over."""
    groups = (
        framecode.WHITE_CELLS,
        framecode.BLACK_CELLS,
        framecode.FRAME_CELLS,
        framecode.TIME_CELLS,
        framecode.CHECK_CELLS,
    )
    assert sorted(itertools.chain.from_iterable(groups)) == list(range(CELLS))
    assert framecode.CELLS == framecode.COLUMNS * framecode.ROWS
    assert len(framecode.CHECK_CELLS) == framecode.CHECK_BITS
    assert len(framecode.FRAME_CELLS) == len(framecode.TIME_CELLS) == framecode.BITS


@pytest.mark.parametrize("value", [0, 1, MODULUS - 1])
def test_the_check_fits_its_cells(value: int) -> None:
    assert 0 <= framecode.check_of(value, value) < 2**framecode.CHECK_BITS
