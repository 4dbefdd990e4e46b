"""What people pass as texts and labels: lists, arrays, series and frames of one column, as plain lists."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import narwhals as nw
import numpy as np

from hiddenstate.errors import InputError


def column_of(values: Any, name: str) -> list[Any]:
    """The values as a list, ``None`` where one is missing; `name` is what they are, for messages.

    Raises `InputError` for a single text, for anything that is no column, and for several columns.

    >>> column_of(np.array([["a"], ["b"]]), "texts")
    ['a', 'b']
    """
    if values is None or isinstance(values, str | bytes | Mapping) or not _is_iterable(values):
        got = "one text" if isinstance(values, str) else _kind(values)
        raise InputError(
            f"{name}: expected a list, array or column of {name}, got {got}. Put it in square brackets."
        )
    native = nw.from_native(values, allow_series=True, pass_through=True)
    if isinstance(native, nw.DataFrame):
        if len(native.columns) != 1:
            raise InputError(
                f"{name}: expected one column, got {len(native.columns)} ({', '.join(map(str, native.columns[:5]))}). "
                "Choose the column."
            )
        native = native[native.columns[0]]
    if isinstance(native, nw.Series):
        missing = native.is_null().to_list()
        return [None if gone else value for value, gone in zip(native.to_list(), missing, strict=True)]
    if isinstance(values, np.ndarray):
        return [_or_none(value) for value in _flat(values, name)]
    return [_or_none(value) for value in values]


def _flat(values: np.ndarray[Any, Any], name: str) -> list[Any]:
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise InputError(
            f"{name}: expected one column, got an array of shape {values.shape}. Choose the column."
        )
    plain: list[Any] = values.tolist()  # Python's own numbers and texts
    return plain


def _or_none(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _is_iterable(values: Any) -> bool:
    return isinstance(values, Iterable) and not (isinstance(values, np.ndarray) and values.ndim == 0)


def _kind(values: Any) -> str:
    return "None" if values is None else type(values).__name__
