"""Configuration files: TOML in, frozen values or every mistake at once out."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from kiosk.config.distributor import DistributorConfig
from kiosk.config.form import Section
from kiosk.config.mistakes import mistakes_of
from kiosk.config.terminal import TerminalConfig
from kiosk.errors import ConfigError

Config = TypeVar("Config", bound=Section)


def load_terminal(path: Path | None) -> TerminalConfig:
    """The terminal's configuration in ``path``, the defaults without one. Raises `ConfigError` with every mistake."""
    return _load(TerminalConfig, path)


def load_distributor(path: Path | None) -> DistributorConfig:
    """The distributor's configuration in ``path``, the defaults without one. Raises `ConfigError` with every mistake."""
    return _load(DistributorConfig, path)


def _load(model: type[Config], path: Path | None) -> Config:
    if path is None:
        return model()
    values = _parsed(path, _text(path))
    lines = mistakes_of(model, values)
    if lines:
        count = "a mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
        raise ConfigError("\n".join([f"{path} has {count}:", *(f"  {line}" for line in lines)]))
    return model.model_validate(values)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        raise ConfigError(f"There is no configuration file {path}.", "Check the path given to --config.") from None
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}.", "Check the file and its permissions.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} isn't UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from error


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(f"{text}\n")  # at a last line without its end tomllib forgets to name the place
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} isn't TOML: {error}.", "See https://toml.io for how to write it.") from error
    except RecursionError as error:
        raise ConfigError(f"{path} is nested too deeply.", "See docs/configuration.md for the keys.") from error
