"""The rows of a table of series as arrays: instants, series and values; on disk where the file is large."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiddenstate.data.disk import Spool
from hiddenstate.data.files import PACKED, Source, name_of, read_tables
from hiddenstate.data.numbers import to_numbers
from hiddenstate.data.panel import Values
from hiddenstate.data.places import Place
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.stamps import Stamps, join, read_stamps
from hiddenstate.data.table import Table
from hiddenstate.errors import InputError

LARGE_BYTES = 1 << 30
"""A file of this size or more keeps its values on disk, mapped into memory."""
UNPACKED = 6
"""How many times larger than its gzip a table of numbers is."""


@dataclass(frozen=True, eq=False)
class Rows:
    """n rows in the order of the source."""

    stamps: Stamps
    series: NDArray[np.int64]
    """(n,) index into `names`."""
    names: tuple[str, ...]
    """Series in order of appearance; one empty name where there is no series column."""
    values: Values
    """(n, columns) in the order of ``settings.columns``."""
    large: bool
    """Whether `values` lies on disk."""
    places: tuple[Place, ...]
    """Where the rows stand, batch by batch."""

    def place_of(self, row: int) -> str:
        """Where one of the n rows stands, for a message."""
        for place in self.places:
            if row < len(place.rows):
                return place.of(row)
            row -= len(place.rows)
        return ""


def read_rows(source: Source, settings: SeriesSettings) -> Rows:
    """Read the columns that `settings` names, in batches. Rows without any value are passed over.

    Raises `InputError` naming the place of a value that is not what its column needs.
    """
    columns = [settings.time, *settings.columns] + ([settings.series] if settings.series else [])
    large = is_large(source)
    numbers: dict[str, int] = {} if settings.series else {"": 0}
    stamps, series, places = [], [], []
    spool = Spool(len(settings.columns), large)
    for whole in read_tables(source, columns):
        table = _without_empty(whole)
        if not table.frame.height:
            continue
        frame, place = table.frame, table.place
        stamps.append(read_stamps(frame[settings.time], place))
        if settings.series is not None:
            series.append(_series(frame[settings.series], numbers, place))
        places.append(place)
        values = [
            to_numbers(frame[name], settings.missing_values, place, decimal_comma=table.decimal_comma)
            for name in settings.columns
        ]
        spool.add(np.stack(values, axis=1))
    name = name_of(source)
    if not stamps:
        raise InputError(f"{name}: expected rows, got empty ones only. Give a file with data.")
    joined = join(stamps, name, settings.time)
    # Without a series column all rows are series 0: one zero stands for all of them.
    codes = np.concatenate(series) if settings.series else np.broadcast_to(np.int64(0), joined.seconds.shape)
    return Rows(joined, codes, tuple(numbers), spool.array(), large, tuple(places))


def is_large(source: Source) -> bool:
    """Whether the values of a source are kept on disk."""
    if not isinstance(source, Path | str) or not Path(source).is_file():
        return False
    size = Path(source).stat().st_size
    return size * (UNPACKED if str(source).lower().endswith(PACKED) else 1) >= LARGE_BYTES


def _without_empty(table: Table) -> Table:
    """The rows that have a value in at least one column."""
    empty = table.frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
    if not empty.any():
        return table
    rows = np.asarray(table.place.rows)[~empty.to_numpy()]
    place = Place(table.place.source, rows, table.place.line_of)
    return Table(table.frame.filter(~empty), place, table.decimal_comma)


def _series(names: pl.Series, numbers: dict[str, int], place: Place) -> NDArray[np.int64]:
    """(rows,) the number of each row's series; new names are added to `numbers`."""
    text = names.cast(pl.String).str.strip_chars()
    place.refuse_first(names, text.is_null() | (text == ""), "a name", "Fill it in or drop the row.")
    for name in text.unique(maintain_order=True):
        numbers.setdefault(name, len(numbers))
    result: NDArray[np.int64] = text.replace_strict(numbers, return_dtype=pl.Int64).to_numpy()
    return result
