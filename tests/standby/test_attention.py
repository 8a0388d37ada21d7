"""From looks to presence."""

from kiosk.standby.attention import Attention


def presence(looks: str, every_s: float = 0.25) -> str:
    """``looks``: one character a look, ``#`` for somebody; the same for what follows."""
    attention = Attention()
    return "".join("#" if attention.look(look == "#", number * every_s) else "." for number, look in enumerate(looks))


def test_whoever_stays_for_a_second_is_present() -> None:
    assert presence("..#####") == "......#"


def test_whoever_passes_by_is_not() -> None:
    assert presence("###....###....") == ".............."


def test_a_look_that_misses_does_not_begin_the_second_anew() -> None:
    assert presence("##.##") == "....#"


def test_whoever_is_not_seen_for_three_seconds_is_gone() -> None:
    assert presence("#####...........#") == "....#############"
    assert presence("#####............#") == "....############.."
