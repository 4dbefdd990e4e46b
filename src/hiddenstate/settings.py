"""Frozen dataclasses to TOML and back; unknown keys are refused with their path and the closest name.

Each settings class lives beside what it configures; this module knows none of them. ``None`` means
"not set" and is left out of the file.
"""

import dataclasses
import tomllib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from hiddenstate.choices import closest
from hiddenstate.errors import SettingsError

T = TypeVar("T")


def to_dict(settings: Any) -> dict[str, Any]:
    """A nested dictionary of a settings dataclass, without what is not set (``None``)."""
    result: dict[str, Any] = {}
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if value is None:
            continue
        if dataclasses.is_dataclass(value):
            result[field.name] = to_dict(value)
        else:
            result[field.name] = list(value) if isinstance(value, tuple) else value
    return result


def from_dict(cls: type[T], values: Mapping[str, Any], path: str = "") -> T:
    """Build the settings dataclass `cls`; `path` is the dotted place of `values`, for error messages.

    Raises `SettingsError` for an unknown key, a missing one or a value of the wrong type.
    """
    hints = typing.get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    arguments = {}
    for key, value in values.items():
        place = f"{path}.{key}" if path else key
        if key not in fields:
            raise SettingsError(f"{place}: no such setting. {closest(key, fields)}")
        arguments[key] = _convert(hints[key], value, place)
    for name, field in fields.items():
        no_default = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if no_default and name not in arguments:
            raise SettingsError(f"{path + '.' if path else ''}{name}: expected a value, got nothing. Set it.")
    return cls(**arguments)


def _convert(hint: Any, value: Any, place: str) -> Any:
    """`value` as the type of the annotation `hint`: nested settings, tuples, unions and plain scalars."""
    origin = typing.get_origin(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            raise SettingsError(f"{place}: expected a table [{place}], got {value!r}. See the settings page.")
        return from_dict(hint, value, place)
    if origin in (typing.Union, types.UnionType):
        return _convert_union(typing.get_args(hint), value, place)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise SettingsError(f"{place}: expected a list, got {value!r}. Write it in square brackets.")
        item = typing.get_args(hint)[0]
        return tuple(_convert(item, entry, f"{place}[{number}]") for number, entry in enumerate(value))
    if origin is typing.Literal:
        options = typing.get_args(hint)
        if value not in options:
            raise SettingsError(
                f"{place}: expected one of the valid names, got {value!r}. "
                f"{closest(str(value), map(str, options))}"
            )
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and (type(value) is hint):
        return value
    expected = getattr(hint, "__name__", str(hint))
    raise SettingsError(f"{place}: expected {expected}, got {value!r}. Correct the value.")


def _convert_union(options: tuple[Any, ...], value: Any, place: str) -> Any:
    """The first member of a union that takes `value`; the last complaint if none does."""
    if value is None and type(None) in options:
        return None
    complaint = SettingsError(f"{place}: expected a value, got {value!r}. Set it.")
    for option in options:
        if option is type(None):
            continue
        try:
            return _convert(option, value, place)
        except SettingsError as error:
            complaint = error
    raise complaint


def to_toml(settings: Any) -> str:
    """The settings as TOML text; nested dataclasses become tables."""
    lines: list[str] = []
    _write_table(to_dict(settings), "", lines)
    return "\n".join(lines).strip() + "\n"


def from_toml(cls: type[T], text: str, source: str = "settings.toml") -> T:
    """Read settings of class `cls` from TOML text; `source` is named in error messages."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{source}: expected valid TOML, got: {error}. Correct the file.") from None
    return from_dict(cls, values)


def read_toml(cls: type[T], path: Path) -> T:
    """Read settings of class `cls` from a TOML file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: expected a readable TOML file, got: {error}. Check the path.") from None
    return from_toml(cls, text, str(path))


def _write_table(values: Mapping[str, Any], path: str, lines: list[str]) -> None:
    plain = {key: value for key, value in values.items() if not isinstance(value, Mapping)}
    if path and plain:
        lines.append(f"[{path}]")
    lines.extend(f"{key} = {_literal(value)}" for key, value in plain.items())
    if plain:
        lines.append("")
    for key, value in values.items():
        if isinstance(value, Mapping):
            _write_table(value, f"{path}.{key}" if path else key, lines)


def _literal(value: Any) -> str:
    """One TOML value. Strings are written as basic strings with every special character escaped."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        escaped = "".join(
            f"\\u{ord(char):04x}" if ord(char) < 32 or ord(char) == 127 else char
            for char in value.replace("\\", "\\\\").replace('"', '\\"')
        )
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    raise SettingsError(f"cannot write {value!r} to TOML. Use text, numbers, booleans or lists of these.")
