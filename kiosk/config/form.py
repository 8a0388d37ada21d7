"""The forms that configuration values take: what is checked, and the words for what was expected."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationInfo, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from kiosk.errors import ConfigError

EACH_BY_ITSELF: Mapping[str, Any] = {}
"""The validation context that leaves conflicts between keys alone, for whoever collects them all."""


@dataclass(frozen=True)
class Conflict:
    """The value of ``key`` is ``wrong`` beside those of the keys in ``beside``."""

    key: str
    wrong: str
    beside: tuple[str, ...]


class Section(BaseModel):
    """A table of the configuration; a key that isn't listed is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong with values that are each well by themselves."""
        yield from ()

    @model_validator(mode="after")
    def _has_no_conflicts(self, info: ValidationInfo) -> "Section":
        if info.context is not EACH_BY_ITSELF:
            for conflict in self.conflicts():
                raise PydanticCustomError("conflict", "{key}: {wrong}", {"key": conflict.key, "wrong": conflict.wrong})
        return self


@dataclass(frozen=True)
class Form:
    """Marks a text's form: ``expected`` in words, and ``check``, which raises `ConfigError` or ValueError on others."""

    expected: str
    check: Callable[[str], object]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check after the value's own type."""
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def _checked(self, value: Any) -> Any:
        try:
            self.check(value)
        except (ConfigError, ValueError) as error:
            raise PydanticCustomError("form", "expected {expected}", {"expected": self.expected}) from error
        return value


def matching(expected: str, pattern: str) -> Form:
    """The form of texts that match ``pattern`` as a whole; ``expected`` says it in words."""

    def check(text: str) -> None:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(text)

    return Form(expected, check)


@dataclass(frozen=True)
class EachOf(Form):
    """Marks a list of texts, of which each has to pass ``check``."""

    most: int = 8

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """In place of the type's own checks, which would name the list's items and not the key."""
        return core_schema.no_info_plain_validator_function(self._listed)

    def _listed(self, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or len(value) > self.most or not all(isinstance(v, str) for v in value):
            raise PydanticCustomError("form", "expected {expected}", {"expected": self.expected})
        return tuple(self._checked(text) for text in value)


@dataclass(frozen=True)
class Secret:
    """Marks a value that must not be repeated in a message."""


def _usable_path(path: Path) -> Path:
    if path == Path():
        raise PydanticCustomError("path_type", "empty")
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise PydanticCustomError("path_type", "no such home") from error


ConfigPath = Annotated[Path, Field(strict=False), AfterValidator(_usable_path)]
"""A path as text; ``~`` is the user's home."""
