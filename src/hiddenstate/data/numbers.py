"""Columns of numbers: float32, NaN where a value is missing."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiddenstate.data.places import Place
from hiddenstate.errors import InputError

DECIMAL_COMMA = r"^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$"
LARGEST = float(np.finfo(np.float32).max)


def to_numbers(
    values: pl.Series, missing: Sequence[str], place: Place, *, decimal_comma: bool = False
) -> NDArray[np.float32]:
    """A column as float32 (n,), NaN where missing.

    Text must be a number, "true" or "false", or one of the texts `missing`. With `decimal_comma`, a comma
    is read as the decimal point where the column has no point. In a column that is numeric already,
    NaN means missing. Raises `InputError` naming the place for anything else and for infinity.
    """
    if values.dtype in (pl.Categorical, pl.Enum):
        values = values.cast(pl.String)
    if values.dtype == pl.String:
        numbers = _from_text(values, missing, place, decimal_comma)
    elif values.dtype.is_numeric() or values.dtype in (pl.Boolean, pl.Null):
        numbers = values.cast(pl.Float64)
    else:
        raise InputError(
            f'{place.source}, column "{values.name}": expected numbers, got {values.dtype}. Choose another column.'
        )
    array = numbers.fill_null(np.nan).to_numpy()
    too_large = np.abs(array) > LARGEST  # infinity too
    if too_large.any():
        place.refuse(values, int(too_large.argmax()), "a finite number", "Correct it or drop the row.")
    result: NDArray[np.float32] = array.astype(np.float32)
    return result


def _from_text(values: pl.Series, missing: Sequence[str], place: Place, decimal_comma: bool) -> pl.Series:
    text = values.str.strip_chars()
    given = text.is_not_null() & ~text.is_in(list(missing))
    text = text.set(~given, None)
    numbers = text.cast(pl.Float64, strict=False)
    wrong = given & (numbers.is_null() | numbers.is_nan())
    if not wrong.any():
        return numbers
    fits = text.filter(wrong).str.contains(DECIMAL_COMMA).all()
    if decimal_comma and fits and not text.str.contains(".", literal=True).any():
        return text.str.replace(",", ".", literal=True).cast(pl.Float64)
    flags = text.str.to_lowercase().replace({"true": "1", "false": "0"}).cast(pl.Float64, strict=False)
    wrong = given & (flags.is_null() | flags.is_nan())
    if wrong.any():
        position = int(wrong.arg_max() or 0)
        place.refuse(values, position, "a number", _hint(text[position]))
    return flags


def _hint(got: str) -> str:
    if got.replace(",", "").replace(".", "").strip("+- ").isdigit():
        return "Write decimals with a point and no thousands separators."
    return "Add it to missing_values or drop the row."
