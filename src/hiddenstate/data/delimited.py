"""Comma-, semicolon-, tab- and bar-separated text, plain or in gzip; every value comes as text."""

import csv
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal, cast

import polars as pl

from hiddenstate.data.places import Place
from hiddenstate.data.table import BATCH_ROWS, POLARS_ERRORS, Table, check_columns
from hiddenstate.errors import InputError

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
ROW = "\0row"
"""Name of the column of row numbers; no file can have it."""
LONGEST_HEADER = 1_000_000


@dataclass(frozen=True)
class _Layout:
    """What the first line says."""

    separator: str
    names: tuple[str, ...]
    quoted: bool = True
    """Whether a quote at the start of a value belongs to the format, not to the text."""


def read_delimited(path: Path, columns: Sequence[str]) -> Iterator[Table]:
    """The named columns in batches of rows; an empty line is a row without values.

    Raises `InputError` for text that is not UTF-8, a column that is not there or stands twice, and a line
    with more values than the header has names.
    """
    layout = _layout(path, columns)
    check_columns(layout.names, columns, str(path))
    if layout.separator == "\t":
        layout = replace(layout, quoted=not _plain_quotes(path, len(layout.names)))
    try:
        scan = pl.scan_csv(
            path,
            separator=layout.separator,
            quote_char='"' if layout.quoted else None,
            infer_schema=False,
            glob=False,
            row_index_name=ROW,
        )
        found = scan.collect_schema().names()[1:]
        if len(found) != len(layout.names):
            raise InputError(
                f"{path}: expected the column names in the first line, got {found}. Correct the header."
            )
        # polars gives its own names to columns; ours go by position.
        wanted = [pl.col(found[layout.names.index(name)]).alias(name) for name in columns]
        for frame in scan.select(pl.col(ROW), *wanted).collect_batches(
            chunk_size=BATCH_ROWS, maintain_order=True
        ):
            place = Place(
                str(path), frame[ROW].to_numpy().astype("int64"), lambda row: _line_of(path, layout, row)
            )
            yield Table(frame.drop(ROW), place, decimal_comma=layout.separator != ",")
    except POLARS_ERRORS as error:
        raise _explained(path, layout, error) from None


def open_bytes(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked where it ends in .gz."""
    return cast(IO[bytes], gzip.open(path, "rb")) if path.name.lower().endswith(".gz") else path.open("rb")


def decode_line(path: Path, number: int, line: bytes) -> str:
    """One line as text. Raises `InputError` naming line and byte where it is not UTF-8."""
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        if line.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise InputError(
                f"{path}: expected text in UTF-8, got UTF-16. "
                f"Convert it: iconv -f UTF-16 -t UTF-8 {path.name} > utf8.csv"
            ) from None
        raise InputError(
            f"{path} line {number}: expected text in UTF-8, got byte 0x{line[error.start]:02x} at place "
            f"{error.start + 1} of the line. Convert it: iconv -f WINDOWS-1252 -t UTF-8 {path.name} > utf8.csv"
        ) from None


def damaged(path: Path, error: BaseException) -> InputError:
    """For a file that cannot be read to its end."""
    return InputError(f"{path}: expected a readable file, got: {error}. Fetch or write it again.")


def _layout(path: Path, columns: Sequence[str]) -> _Layout:
    """Separator and names: of all separators the one that finds most of the wanted columns."""
    header = _header(path)
    if "\0" in header:
        raise InputError(f"{path}: expected a text file, got binary data. Is it compressed, or in UTF-16?")
    if "\r" in header:
        raise InputError(f"{path}: expected lines that end in LF, got CR alone. Convert it: tr '\\r' '\\n'")
    unquoted = re.sub(r'"[^"]*"', "", header)

    def names(separator: str) -> tuple[str, ...]:
        return tuple(name.strip() for name in next(csv.reader([header], delimiter=separator), []))

    try:
        separator = max(SEPARATORS, key=lambda sign: (len({*names(sign)} & {*columns}), unquoted.count(sign)))
        return _Layout(separator, names(separator))
    except csv.Error as error:
        raise damaged(path, error) from None


def _header(path: Path) -> str:
    """The first line that is not empty."""
    try:
        with open_bytes(path) as file:
            number = 0
            while line := file.readline(LONGEST_HEADER):
                number += 1
                text = decode_line(path, number, line).rstrip("\r\n")
                if text:
                    return text
    except (OSError, EOFError) as error:
        raise damaged(path, error) from None
    raise InputError(f"{path}: expected a table, got empty lines only. Give a file with data.")


def _plain_quotes(path: Path, values: int) -> bool:
    """Whether quotes are part of the text: tab-separated files are often written without quoting.

    So it is where each line has its `values`, and one of them begins with a quote but does not end as a quoted
    value does. A reader that took these quotes for its own would run together rows that are fine.
    """
    stray = False
    try:
        with open_bytes(path) as file:
            for line in file:
                text = line.rstrip(b"\r\n")
                if text and text.count(b"\t") != values - 1:
                    return False
                if b'"' in text and not stray:
                    stray = any(part[:1] == b'"' and not _QUOTED(part) for part in text.split(b"\t"))
    except (OSError, EOFError) as error:
        raise damaged(path, error) from None
    return stray


_QUOTED = re.compile(rb'"(?:[^"]|"")*"').fullmatch


def _records(path: Path, layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    """The records of the file after the header, each with the line in which it begins."""
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE
    with open_bytes(path) as raw, io.TextIOWrapper(raw, "utf-8", errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=layout.separator, quoting=quoting)
        line, header_seen = 1, False
        for record in reader:
            if header_seen:
                yield line, record
            header_seen = header_seen or bool(record)
            line = reader.line_num + 1


def _line_of(path: Path, layout: _Layout, row: int) -> int:
    """The line in which a row begins: values in quotes may hold line breaks."""
    for number, (line, _) in enumerate(_records(path, layout)):
        if number == row:
            return line
    return row + 2


def _explained(path: Path, layout: _Layout, error: BaseException) -> InputError:
    """What polars stumbled over: the encoding, a line with too many values, or a quote without its twin."""
    try:
        with open_bytes(path) as file:
            for number, line in enumerate(file, start=1):
                decode_line(path, number, line)
        for line_number, record in _records(path, layout):
            if len(record) > len(layout.names):
                return InputError(
                    f"{path} line {line_number}: expected {len(layout.names)} values, got {len(record)}. "
                    f"Put values that contain a {SEPARATORS[layout.separator]} in quotes."
                )
    except InputError as wrong:
        return wrong
    except csv.Error as wrong:
        return damaged(path, wrong)
    except (OSError, EOFError) as wrong:
        return damaged(path, wrong)
    return InputError(
        f"{path}: expected values in matching quotes or without quotes, got a stray one. "
        f'Look for a lone " in the file (reader: {str(error).strip().splitlines()[0][:100]}).'
    )
