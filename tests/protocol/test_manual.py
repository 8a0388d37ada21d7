"""The protocol's page in the docs says what the code does."""

from pathlib import Path

from kiosk.protocol.conversation import REMEMBERED_IDS, TABLE
from kiosk.protocol.fields import FATAL, MAX_MESSAGE_BYTES, SUBPROTOCOL, ErrorCode

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")


def test_the_table_of_phases_is_the_codes() -> None:
    """Drawn from the one table."""
    rows = ["| role | phase | hears (and then is) |", "|---|---|---|"]
    for role, phases in TABLE.items():
        for phase, row in phases.items():
            if row:
                heard = ", ".join(
                    f"`{kind}`" + (f" ({then})" if then is not phase else "") for kind, then in row.items()
                )
                rows.append(f"| {role} | {phase} | {heard} |")
    expected = "\n".join(rows)
    found = PAGE.split("<!-- phases -->\n")[1].split("\n<!-- /phases -->")[0]
    assert found == expected, f"put this between the marks in docs/protocol.md:\n{expected}"


def test_every_error_is_explained_and_who_goes() -> None:
    """One row for each code."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    told = {row.split("`")[1]: "goes" in row for row in rows if row.split("`")[1] in set(ErrorCode)}
    assert told == {code.value: code in FATAL for code in ErrorCode}


def test_the_figures_are_the_codes() -> None:
    """Those that a client's author relies on."""
    for figure in (SUBPROTOCOL, f"{MAX_MESSAGE_BYTES:,}", f"last {REMEMBERED_IDS} ids"):
        assert figure in PAGE
