"""Rows and columns of a sample: the separator and the header are told from the rows themselves."""

import csv
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hiddenstate.data.recognition.column import Column, is_number, is_stamp
from hiddenstate.data.recognition.sample import Sample

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
MOST_ROWS = 2_000
REGULAR = 0.9
"""Share of rows that must have the same number of values for a text to be a table."""


@dataclass(frozen=True)
class Grid:
    """The sample as a table."""

    columns: tuple[Column, ...]
    rows: int
    total: int
    """Rows of the whole file, reckoned where it was not read to its end."""
    separator: str
    """One of `SEPARATORS`, "json" or "parquet"; "" for a single column."""
    header: bool
    """Whether the first line holds names."""

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def described(self) -> str:
        """Rows, columns and format in words."""
        form = {"json": "JSON Lines", "parquet": "Parquet", "": "one value a line"}
        how = form.get(self.separator) or f"separated by {SEPARATORS[self.separator]}s"
        names = ", ".join(column.name for column in self.columns[:8])
        more = ", ..." if len(self.columns) > 8 else ""
        head = f"columns {names}{more}" if self.header else f"{len(self.columns)} columns without a header"
        return f"A table, {how}: about {self.total:,} rows, {head}."


def grid_of_lines(sample: Sample) -> Grid | None:
    """The table in a sample of text; ``None`` where its rows have no common number of values.

    A single column counts as a table only where it is all numbers or the file is called .csv.
    """
    lines = [line for line in sample.lines if line.strip()][: MOST_ROWS + 1]
    found = max((_cut(lines, sign) for sign in SEPARATORS), key=_quality)
    share, width, rows, sign = found
    if width < 2 or share < REGULAR or len(rows) < 2:
        numbers = sum(is_number(line) for line in lines[1:])
        if len(lines) < 3 or numbers < REGULAR * (len(lines) - 1):
            return None
        rows, sign = [[line.strip()] for line in lines], ""
    elif sign == "," and sample.ending not in (".csv", "") and _prose(rows):
        return None
    header = _has_header(rows)
    names = _names(rows[0]) if header else [f"column {place + 1}" for place in range(len(rows[0]))]
    body = rows[1:] if header else rows
    columns = tuple(
        Column(name, tuple(row[place] if place < len(row) else "" for row in body), decimal_comma=sign != ",")
        for place, name in enumerate(names)
    )
    return Grid(columns, len(body), max(sample.total - header, len(body)), sign, header)


def grid_of_objects(rows: Sequence[dict[str, Any]], total: int) -> Grid:
    """The table of JSON objects; lists and objects within come as JSON text."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    columns = tuple(Column(name, tuple(_text(row.get(name)) for row in rows)) for name in names)
    return Grid(columns, len(rows), max(total, len(rows)), "json", True)


def grid_of_parquet(path: Path) -> Grid:
    """The first rows of a Parquet file. Raises `InputError` for a damaged one."""
    import polars as pl

    from hiddenstate.data.delimited import damaged
    from hiddenstate.data.table import POLARS_ERRORS

    try:
        scan = pl.scan_parquet(path, glob=False)
        total = int(scan.select(pl.len()).collect().item())
        frame = scan.head(MOST_ROWS).collect()
    except POLARS_ERRORS as error:
        raise damaged(path, error) from None
    columns = tuple(
        Column(name, tuple(_text(value) for value in frame[name].to_list())) for name in frame.columns
    )
    return Grid(columns, frame.height, total, "parquet", True)


def objects_of(sample: Sample) -> list[dict[str, Any]] | None:
    """The objects of JSON Lines; ``None`` where the lines are none."""
    rows = []
    for line in [line for line in sample.lines if line.strip()][:MOST_ROWS]:
        if not line.lstrip().startswith("{"):
            return None
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(row, dict):
            return None
        rows.append(row)
    return rows or None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def _cut(lines: Sequence[str], sign: str) -> tuple[float, int, list[list[str]], str]:
    """Share of rows of the commonest width, that width, those rows, the separator."""
    quoted = sign != "\t" or all(line.count('"') % 2 == 0 for line in lines[:200])
    try:
        rows = list(
            csv.reader(lines, delimiter=sign, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
        )
    except csv.Error:
        return 0.0, 1, [], sign
    rows = [row for row in rows if row]
    if not rows:
        return 0.0, 1, [], sign
    width, count = Counter(map(len, rows)).most_common(1)[0]
    return count / len(rows), width, [row for row in rows if len(row) == width], sign


def _quality(cut: tuple[float, int, list[list[str]], str]) -> tuple[bool, float, int]:
    share, width, rows, sign = cut
    # A tab or bar never stands in prose by chance; a comma does.
    return (
        width > 1 and share >= REGULAR and len(rows) > 1,
        share + (0.05 if sign in "\t|;" else 0.0),
        width,
    )


def _prose(rows: Sequence[Sequence[str]]) -> bool:
    """Whether commas are punctuation: a space follows nearly each of them."""
    later = [value for row in rows for value in row[1:]]
    return sum(value.startswith(" ") for value in later) > 0.9 * len(later)


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row holds names: no number or time there, and not the same sort of thing as below."""
    first, body = [value.strip() for value in rows[0]], rows[1:201]
    if any(is_number(value) or is_stamp(value) for value in first) or len(set(first)) < len(first):
        return False
    named = sum(bool(re.fullmatch(r"[^\W\d][\w .#()/%:°€$-]{0,39}", value)) for value in first)
    if named + first.count("") < len(first) or first.count("") > 1:
        return False
    votes = 0
    for place, name in enumerate(first):
        values = [row[place].strip() for row in body]
        below = [value for value in values if value]
        if not below:
            continue
        typed = sum(is_number(value) or is_stamp(value) for value in below) > 0.8 * len(below)
        shorter = len(name) < 0.5 * sum(map(len, below)) / len(below)
        again = name in below
        votes += 2 * typed + shorter - 2 * again
    return votes > 0 or (votes == 0 and any(name.lower() in KNOWN_NAMES for name in first))


KNOWN_NAMES = frozenset(
    "id text label target source class category tag word token date time value sentence file path".split()
)
"""Names that nobody gives to a row of data."""


def _names(row: Sequence[str]) -> list[str]:
    return [value.strip() or f"column {place + 1}" for place, value in enumerate(row)]
