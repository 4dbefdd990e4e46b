"""Tables from files and data frames, in batches of rows; errors name file, line and column."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from hiddenstate.choices import closest
from hiddenstate.data.delimited import damaged, read_delimited
from hiddenstate.data.json_lines import read_json_lines
from hiddenstate.data.places import Place
from hiddenstate.data.table import BATCH_ROWS, POLARS_ERRORS, Table, check_columns
from hiddenstate.errors import InputError

Source = Path | str | Any
"""A path, or a data frame of polars, pandas or any other library that narwhals knows."""

DELIMITED = (".csv", ".tsv", ".txt")
JSON_LINES = (".jsonl", ".ndjson")
PARQUET = (".parquet", ".pq")
PACKED = ".gz"


def name_of(source: Source) -> str:
    """How a source is called in messages: the file's path, or "data frame"."""
    return str(source) if isinstance(source, Path | str) else "data frame"


def read_tables(source: Source, columns: Sequence[str]) -> Iterator[Table]:
    """The named columns in batches of rows that fit into memory, in the order of the source.

    Columns of CSV and JSON Lines come as text, those of Parquet and data frames as they are.
    Raises `InputError` for a source that cannot be read, has no rows, or lacks a column.
    """
    if not isinstance(source, Path | str):
        yield _from_frame(source, columns)
        return
    path = Path(source)
    check_file(path)
    ending = _ending(path)
    if ending in PARQUET:
        tables = _parquet(path, columns)
    elif ending in JSON_LINES:
        tables = read_json_lines(path, columns)
    else:
        tables = read_delimited(path, columns)
    empty = True
    for table in tables:
        if table.frame.height:
            empty = False
            yield table
    if empty:
        raise InputError(f"{path}: expected rows, got a header only. Give a file with data.")


def read_batches(source: Source, columns: Sequence[str]) -> Iterator[tuple[int, pl.DataFrame]]:
    """The batches of `read_tables`, each with the number of its first row (0-based)."""
    for table in read_tables(source, columns):
        yield int(table.place.rows[0]), table.frame


def check_file(path: Path) -> None:
    """Raise `InputError` for a path that is missing, a folder, empty or not readable."""
    if path.is_dir():
        raise InputError(f"{path}: expected a file, got a folder. Name the file in it.")
    if not path.exists():
        siblings = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        near = closest(path.name, siblings) if siblings else ""
        hint = near.split(" Valid:")[0] if near.startswith("Did") else "Check the path."
        raise InputError(f"{path}: expected a file, found none. {hint}")
    try:
        if path.stat().st_size == 0:
            raise InputError(f"{path}: expected a table, got an empty file. Give a file with data.")
        with path.open("rb"):
            pass
    except OSError as error:
        raise InputError(
            f"{path}: expected a readable file, got: {error.strerror}. Check its rights."
        ) from None


def _ending(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] == [PACKED]
    ending = "".join(suffixes[:-1][-1:] if packed else suffixes[-1:])
    if ending not in (*DELIMITED, *JSON_LINES) and (packed or ending not in PARQUET):
        got = f'"{"".join(suffixes[-2:])}"' if suffixes else "a name without an ending"
        raise InputError(
            f"{path}: expected .csv, .tsv or .jsonl (also with .gz) or .parquet, got {got}. Rename or convert the file."
        )
    return ending


def _parquet(path: Path, columns: Sequence[str]) -> Iterator[Table]:
    try:
        scan = pl.scan_parquet(path, glob=False)
        check_columns(scan.collect_schema().names(), columns, str(path))
        first = 0
        for frame in scan.select(columns).collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
            yield Table(frame, Place(str(path), range(first, first + frame.height)))
            first += frame.height
    except POLARS_ERRORS as error:
        raise damaged(path, error) from None


def _from_frame(source: Any, columns: Sequence[str]) -> Table:
    try:
        frame = nw.from_native(source, eager_only=True)
    except TypeError:
        raise InputError(
            "expected a path or a data frame in memory (polars, pandas, pyarrow), "
            f"got {type(source).__name__}. Convert it; a lazy frame has .collect()."
        ) from None
    if frame.is_empty():
        raise InputError("data frame: expected rows, got none. Give a frame with data.")
    index = getattr(getattr(source, "index", None), "names", [])
    absent = [name for name in columns if name not in frame.columns and name in index]
    if absent:
        raise InputError(
            f'data frame: expected a column "{absent[0]}", got it as the index. Use frame.reset_index().'
        )
    check_columns(frame.columns, columns, "data frame")
    converted = pl.DataFrame({name: _to_polars(frame[name]) for name in columns})
    return Table(converted, Place("data frame", range(converted.height)))


def _to_polars(column: nw.Series[Any]) -> pl.Series:
    """One column of any data frame. In frames of other libraries what is no number or date comes as text."""
    native = column.to_native()
    if isinstance(native, pl.Series):
        return native
    if column.dtype.is_numeric() or column.dtype == nw.Boolean:
        return pl.Series(column.name, column.cast(nw.Float64).to_numpy())
    if isinstance(column.dtype, nw.Datetime):
        zone = column.dtype.time_zone
        if zone is not None:
            column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        times = pl.Series(column.name, column.to_numpy().astype("datetime64[ms]"))
        return times if zone is None else times.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    values = [None if value is None or value != value else str(value) for value in column.to_list()]
    return pl.Series(column.name, values, dtype=pl.String)
