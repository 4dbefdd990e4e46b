"""Where a row of a table stands, for messages that a user can follow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiddenstate.errors import InputError


@dataclass(frozen=True, eq=False)
class Place:
    """The rows of one batch of a table."""

    source: str
    """The file, as the user named it, or "data frame"."""
    rows: range | NDArray[np.int64]
    """(n,) number of each row in the whole table, counted from 0."""
    line_of: Callable[[int], int] | None = None
    """The line of the file in which a row begins; ``None`` for a table without lines."""

    def of(self, position: int) -> str:
        """The place of one row of the batch: "sales.csv line 41" or "sales.parquet row 40"."""
        row = int(self.rows[position])
        return (
            f"{self.source} row {row + 1}"
            if self.line_of is None
            else f"{self.source} line {self.line_of(row)}"
        )

    def refuse(self, values: pl.Series, position: int, expected: str, hint: str) -> NoReturn:
        """Raise `InputError` for one value of the column `values`."""
        value = values[position]
        got = "nothing" if value is None or not str(value).strip() else f'"{value}"'
        raise InputError(
            f'{self.of(position)}, column "{values.name}": expected {expected}, got {got}. {hint}'
        )

    def refuse_first(self, values: pl.Series, wrong: pl.Series, expected: str, hint: str) -> None:
        """Raise `InputError` for the first value that is marked in `wrong`, if any is."""
        if wrong.any():
            self.refuse(values, int(wrong.fill_null(False).arg_max() or 0), expected, hint)
