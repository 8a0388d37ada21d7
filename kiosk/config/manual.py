"""The manual page of the configuration, made from the code by ``kiosk check-config --describe``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from platformdirs import user_state_path
from pydantic.fields import FieldInfo

from kiosk.config.distributor import DistributorConfig
from kiosk.config.form import Section
from kiosk.config.terminal import TerminalConfig
from kiosk.config.words import expected, found, section_of

HEAD = """# Configuration

Made from the code by `kiosk check-config --describe`; a test keeps it in step.

Two TOML files, one for each program. `kiosk check-config FILE` (`--distributor` for a distributor's) tells every mistake in
one at once: the key, what was found, what was expected, and the nearest valid key. A program started with such a file does
the same and exits with status 2. Relative paths count from the directory that the program is started in.
"""


def manual() -> str:
    """The whole page as Markdown, the same for the same code on every machine."""
    return (
        "\n".join([HEAD, *_part("The terminal", TerminalConfig), *_part("The distributor", DistributorConfig)]).rstrip()
        + "\n"
    )


def _part(title: str, model: type[Section]) -> Iterator[str]:
    yield f"## {title}\n\n{_first_paragraph(model)}\n"
    yield from _table(model)
    for name, field in model.model_fields.items():
        table = section_of(field)
        if table:
            yield f"### `[{name}]`\n\n{_first_paragraph(table)}\n"
            yield from _table(table)


def _table(model: type[Section]) -> Iterator[str]:
    yield "| key | takes | default | meaning |\n| --- | --- | --- | --- |"
    yield from (_row(name, field) for name, field in model.model_fields.items() if not section_of(field))
    yield ""


def _row(name: str, field: FieldInfo) -> str:
    meaning = " ".join((field.description or "").split())
    cells = [f"`{name}`", expected(field), _default(field.default), meaning]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(value: Any) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, Path):
        return f"`~/.local/state/kiosk/{value.relative_to(user_state_path('kiosk'))}`"
    return f"`{found(value)}`"


def _first_paragraph(model: type[Section]) -> str:
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())
