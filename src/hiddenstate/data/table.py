"""Some rows of a table as they were read, and where they stand in their source."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from hiddenstate.choices import closest
from hiddenstate.data.places import Place
from hiddenstate.errors import InputError

BATCH_ROWS = 200_000
# A panic inside polars is no Exception, but for a broken file it means the same.
POLARS_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


@dataclass(frozen=True, eq=False)
class Table:
    """A batch of rows."""

    frame: pl.DataFrame
    place: Place
    decimal_comma: bool = False
    """Whether "3,5" may be read as a number: not where the comma separates values."""


def check_columns(found: Sequence[str], wanted: Sequence[str], source: str) -> None:
    """Raise `InputError` for a column that stands twice or is not there, offering the closest name."""
    names = list(found)
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    if doubled:
        raise InputError(
            f'{source}: expected each column name once, got "{doubled[0]}" {names.count(doubled[0])} times. '
            "Rename one of them."
        )
    for name in wanted:
        if name not in names:
            raise InputError(f'{source}: expected a column "{name}", found none. {closest(name, names)}')
