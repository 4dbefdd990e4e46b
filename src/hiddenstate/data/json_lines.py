"""JSON Lines: one object a line, plain or in gzip; every value comes as text."""

import io
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import polars as pl

from hiddenstate.data.delimited import ROW, damaged, decode_line, open_bytes
from hiddenstate.data.places import Place
from hiddenstate.data.table import BATCH_ROWS, POLARS_ERRORS, Table, check_columns
from hiddenstate.errors import InputError

FIRST_LINES = 100
"""Lines whose keys are taken for the columns of the file, before all lines are searched."""


def read_json_lines(path: Path, columns: Sequence[str]) -> Iterator[Table]:
    """The named keys in batches of rows. Empty lines are passed over; an absent key is a missing value.

    Raises `InputError` for a line that is no JSON object and for a key that no line has.
    """
    _check_keys(path, columns)
    schema = dict.fromkeys(columns, pl.String)
    # polars takes [ and * in a path for a pattern: such a file is handed over as bytes.
    source: Path | io.BytesIO = path
    try:
        if set("*?[") & set(str(path)):
            with open_bytes(path) as file:
                source = io.BytesIO(file.read())
        rows = pl.scan_ndjson(source, schema=schema, row_index_name=ROW)
        for frame in rows.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
            first = int(frame[ROW][0]) if frame.height else 0
            place = Place(str(path), range(first, first + frame.height), lambda row: _line_of(path, row))
            yield Table(frame.select(columns), place)
    except POLARS_ERRORS as error:
        for _ in _objects(path):
            pass  # raises at the line that is wrong
        raise damaged(path, error) from None


def _check_keys(path: Path, columns: Sequence[str]) -> None:
    keys: dict[str, None] = {}
    for _, row in islice(_objects(path), FIRST_LINES):
        keys.update(dict.fromkeys(row))
    if not set(columns) <= set(keys):
        for _, row in _objects(path):
            keys.update(dict.fromkeys(row))
    if not keys:
        raise InputError(f"{path}: expected rows, got none. Give a file with data.")
    check_columns(list(keys), columns, str(path))


def _objects(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Each object with its line. Raises `InputError` for a line that holds none."""
    for number, text in _lines(path):
        try:
            row = json.loads(text, parse_constant=_refuse_constant)
        except ValueError as error:
            raise InputError(
                f"{path} line {number}: expected one JSON object, got: {error}. Correct the line."
            ) from None
        except RecursionError:
            row = None
        if not isinstance(row, dict):
            raise InputError(f"{path} line {number}: expected one JSON object, got {text.strip()[:40]}.")
        yield number, row


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, counted from 1."""
    try:
        with open_bytes(path) as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, decode_line(path, number, line)
    except (OSError, EOFError) as error:
        raise damaged(path, error) from None


def _line_of(path: Path, row: int) -> int:
    return next(islice(_lines(path), row, None), (row + 1, ""))[0]


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name}, which JSON does not know; write null")
