"""Every mistake in a configuration, one line each: the key, what was found, what was expected, the nearest valid key."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from kiosk.config.form import EACH_BY_ITSELF, Section
from kiosk.config.words import expected, found, is_secret, section_of

KeyPath = tuple[str, ...]


def mistakes_of(model: type[Section], values: Mapping[str, Any]) -> list[str]:
    """The lines for ``values``, read from a file, held against ``model``; none when all is well."""
    lines: dict[KeyPath, str] = {}
    try:
        model.model_validate(values, context=EACH_BY_ITSELF)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            path = tuple(str(part) for part in detail["loc"])
            lines[path] = f"{'.'.join(path)}: {_wrong(model, path, detail['input'])}"
    rest = model.model_validate(_without(values, lines), context=EACH_BY_ITSELF)
    return [*lines.values(), *_conflicts(rest, (), lines)]


def keys_of(model: type[Section], above: KeyPath = ()) -> Iterator[tuple[KeyPath, FieldInfo]]:
    """Every key of a configuration, tables too, with its path."""
    for name, field in model.model_fields.items():
        yield (*above, name), field
        table = section_of(field)
        if table:
            yield from keys_of(table, (*above, name))


def _wrong(model: type[Section], path: KeyPath, value: Any) -> str:
    fields = dict(keys_of(model))
    if path in fields:
        return f"found {found(value, secret=is_secret(fields[path]))}; expected {expected(fields[path])}"
    kind = "table" if isinstance(value, dict) else "key"
    return f"there is no such {kind}; {_nearest(path, fields)}"


def _nearest(path: KeyPath, fields: Mapping[KeyPath, FieldInfo]) -> str:
    siblings = [other[-1] for other in fields if other[:-1] == path[:-1]]
    near = get_close_matches(path[-1].lower(), siblings, n=1)
    if near:
        return f"did you mean {'.'.join((*path[:-1], near[0]))}?"
    elsewhere = [".".join(other) for other in fields if other[-1] == path[-1]]
    if elsewhere:
        return f"did you mean {' or '.join(elsewhere)}?"
    return f"expected one of {', '.join(siblings)}"


def _without(values: Mapping[str, Any], paths: Mapping[KeyPath, str]) -> dict[str, Any]:
    rest = deepcopy(dict(values))
    for *tables, key in paths:
        inner = rest
        for table in tables:
            inner = inner[table]
        del inner[key]
    return rest


def _conflicts(section: Section, above: KeyPath, known: Mapping[KeyPath, str]) -> Iterator[str]:
    """Conflicts among keys of which none is known to be wrong by itself."""
    for conflict in section.conflicts():
        if not any((*above, key) in known for key in (conflict.key, *conflict.beside)):
            yield f"{'.'.join((*above, conflict.key))}: {conflict.wrong}"
    for name, value in section:
        if isinstance(value, Section):
            yield from _conflicts(value, (*above, name), known)
