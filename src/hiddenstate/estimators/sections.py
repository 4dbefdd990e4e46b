"""From an estimator's flat arguments to the settings that the layers below take."""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from hiddenstate.settings import from_dict

T = TypeVar("T")


def section(settings: type[T], arguments: Mapping[str, Any], **others: Any) -> T:
    """The settings dataclass whose fields are those of `arguments` with the same names, and `others`.

    NumPy's numbers become Python's: a grid of `numpy.linspace` is welcome.
    Raises `SettingsError` naming the argument for a value of the wrong type or out of its range.
    """
    names = {field.name for field in dataclasses.fields(settings)}  # type: ignore[arg-type]
    said = {name: plain(value) for name, value in arguments.items() if name in names}
    nested = {name: value for name, value in others.items() if dataclasses.is_dataclass(value)}
    built = from_dict(settings, {**said, **{k: v for k, v in others.items() if k not in nested}})
    return dataclasses.replace(built, **nested)  # type: ignore[type-var]


def plain(value: Any) -> Any:
    """A NumPy scalar as Python's own number, anything else as it is."""
    return value.item() if isinstance(value, np.generic) else value
