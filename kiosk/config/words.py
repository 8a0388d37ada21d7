"""Words for values: what a key expects, and what was found in its place."""

import json
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from kiosk.config.form import Form, Secret, Section

LONGEST = 60
KINDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false", Path: "a path"}


def section_of(field: FieldInfo) -> type[Section] | None:
    """The table that a key is; none for a plain value."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Section) else None


def expected(field: FieldInfo) -> str:
    """What a key takes: ``a whole number from 5 to 60``."""
    if section_of(field):
        return "a table"
    kind, marks = _unwrapped(field.annotation, list(field.metadata))
    for mark in marks:
        if isinstance(mark, Form):
            return mark.expected
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(found(value) for value in get_args(kind))
    words = KINDS.get(kind, "another value")
    return words + _range(marks)


def is_secret(field: FieldInfo) -> bool:
    """Whether a key's value must not be repeated."""
    return any(isinstance(mark, Secret) for mark in _unwrapped(field.annotation, list(field.metadata))[1])


def found(value: Any, *, secret: bool = False) -> str:
    """A value as it would be written in TOML, shortened; only its kind where it is ``secret``."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if secret:
        return "text of a wrong form" if isinstance(value, str) else KINDS.get(type(value), "a value")
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool | int | float) else str(value)
    text = re.sub(r"//[^/]*@", "//***@", text)  # a name and password in an address
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _unwrapped(kind: Any, marks: list[Any]) -> tuple[Any, list[Any]]:
    """The type inside ``Annotated`` and ``| None``, with all marks on the way."""
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        return _unwrapped(inner, [*marks, *more])
    if get_origin(kind) in {Union, types.UnionType}:
        inner = next(part for part in get_args(kind) if part is not types.NoneType)
        return _unwrapped(inner, marks)
    return kind, [part for mark in marks for part in _parts(mark)]


def _parts(mark: Any) -> Iterator[Any]:
    if isinstance(mark, FieldInfo):
        yield from mark.metadata
    yield mark


def _range(marks: list[Any]) -> str:
    low = next((mark.ge for mark in marks if isinstance(mark, Ge)), None)
    high = next((mark.le for mark in marks if isinstance(mark, Le)), None)
    return f" from {low} to {high}" if low is not None and high is not None else ""
