"""Hypothesis strategies for messages, read off their fields' bounds."""

from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from kiosk.protocol.fields import Record


def messages(union: Any) -> st.SearchStrategy[Any]:
    """Any valid message of a union such as ``FromClient``."""
    return st.one_of(*(record(kind) for kind in get_args(union)))


def record(kind: type[Record]) -> st.SearchStrategy[Any]:
    """Any valid value of one type of record; fields with a default are left out at times."""
    needed: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for name, info in kind.model_fields.items():
        (needed if info.is_required() else optional)[name] = value(info.annotation, info.metadata)
    fields = st.fixed_dictionaries(needed, optional=optional)
    return fields.map(lambda given: kind(**given))


def value(annotation: Any, metadata: list[Any]) -> st.SearchStrategy[Any]:
    """Any value of a field's annotation within its bounds."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return value(arguments[0], [*_flat(arguments[1:]), *metadata])
    if origin in {Union, UnionType}:
        return st.one_of(*(value(argument, metadata if argument is not NoneType else []) for argument in arguments))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        longest = min(_bound(metadata, "max_length", 8), 4)
        items = st.lists(value(arguments[0], []), min_size=_bound(metadata, "min_length", 0), max_size=longest)
        return items.map(tuple)
    return _plain(annotation, metadata)


def _plain(kind: type, metadata: list[Any]) -> st.SearchStrategy[Any]:
    if kind is NoneType:
        return st.none()
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    if issubclass(kind, Record):
        return record(kind)
    if kind is str:
        shortest, longest = _bound(metadata, "min_length", 0), _bound(metadata, "max_length", 100_000)
        pattern = next((found for item in metadata if (found := getattr(item, "pattern", None))), None)
        if pattern:
            regex: st.SearchStrategy[str] = st.from_regex(pattern, fullmatch=True).map(lambda text: text.rstrip("\n"))
            return regex.filter(lambda text: len(text) <= longest)
        return st.text(st.characters(exclude_categories=["Cs"]), min_size=shortest, max_size=min(longest, 300))
    low, high = _bound(metadata, "ge", 0), _bound(metadata, "le", 2**53 - 1)
    return {bool: st.booleans(), int: st.integers(low, high), float: st.floats(low, high)}[kind]


def _flat(metadata: tuple[Any, ...]) -> list[Any]:
    return [item for each in metadata for item in (each.metadata if isinstance(each, FieldInfo) else [each])]


def _bound(metadata: list[Any], name: str, default: int) -> int:
    return next((getattr(item, name) for item in metadata if getattr(item, name, None) is not None), default)
