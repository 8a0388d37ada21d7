"""The kernel's word on heat, from directories that look like its own."""

from pathlib import Path

import pytest

from kiosk.rtc.send.heat import THROTTLED, Heat


def board(folder: Path, throttled: str | None = None, *temperatures: str) -> Heat:
    if throttled is not None:
        file = folder / THROTTLED
        file.parent.mkdir(parents=True)
        file.write_text(throttled + "\n")
    for number, temperature in enumerate(temperatures):
        zone = folder / f"class/thermal/thermal_zone{number}"
        zone.mkdir(parents=True)
        (zone / "temp").write_text(temperature + "\n")
    return Heat(folder)


@pytest.mark.parametrize(
    ("throttled", "temperatures", "hot"),
    [
        (None, (), False),
        ("0", ("52000",), False),
        ("0x50000", ("79999",), False),  # bits 16 on: it was, at some time
        ("4", (), True),
        ("0x8", (), True),
        ("1", (), False),  # too little voltage is no heat
        (None, ("45000", "80000"), True),
        (None, ("rubbish", "200000", "-274000"), False),
        ("rubbish", (), False),
    ],
)
def test_what_is_hot(throttled: str | None, temperatures: tuple[str, ...], tmp_path: Path, *, hot: bool) -> None:
    assert board(tmp_path, throttled, *temperatures).is_hot() is hot


def test_a_board_that_cools_down_is_not_hot_any_more(tmp_path: Path) -> None:
    heat = board(tmp_path, None, "85000")
    assert heat.is_hot()
    (tmp_path / "class/thermal/thermal_zone0/temp").write_text("60000")
    assert not heat.is_hot()
