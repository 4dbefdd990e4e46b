"""Time stamps as text or dates, to instants."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiddenstate.data.places import Place
from hiddenstate.errors import InputError

Seconds = NDArray[np.int64]
OFFSET = r"(Z|[+-]\d{2}(?::?\d{2})?)$"
TIME_WITH_OFFSET = r"\d:\d{2}(?:[.,]\d+)?\s*(?:Z|[+-]\d{2}(?::?\d{2})?)$"
FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y",
    "%Y%m%d %H%M%S", "%Y%m%d %H%M", "%Y%m%d",
)  # fmt: skip
DAY_OR_MONTH_FIRST = (
    ("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"),
    ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"),
    ("%d/%m/%Y", "%m/%d/%Y"),
)
"""Only one of the two may fit the column."""
NUMBERS = {"a year": r"^\d{4}$", "seconds": r"^\d{9,10}$", "milliseconds": r"^\d{12,13}$"}
"""Whole numbers that are stamps: years, and time since 1970 in UTC."""
EXAMPLE = "a time stamp such as 2014-01-01 00:30"
HINT = "Correct it or drop the row."
FIRST_ROWS = 1000
"""Rows that decide the format; all others are held to it."""
EARLIEST, LATEST = -5_364_662_400, 7_258_118_400  # 1800 and 2200, in seconds from 1970


@dataclass(frozen=True)
class Stamps:
    """Instants of the rows of a table."""

    seconds: Seconds
    """(n,) UTC seconds since 1970 where `absolute`, else what the wall clock showed, as if it were UTC."""
    absolute: bool
    """True where the stamps carry an offset from UTC."""
    offsets: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    """The first and the last instant at which each offset (seconds) is used."""
    zone: str | None = None
    """IANA zone, where the column of a typed table names one."""


def read_stamps(values: pl.Series, place: Place) -> Stamps:
    """Parse a column of time stamps: ISO 8601 with or without an offset, common date formats, years, Unix time.

    Raises `InputError` naming line and column for a stamp that is missing or cannot be read, for days
    and months that could be either, and for a mixture of stamps with and without an offset.
    """
    place.refuse_first(values, values.is_null(), "a time stamp", HINT)
    if values.dtype == pl.Date or isinstance(values.dtype, pl.Datetime):
        return _from_dates(values, place)
    if values.dtype.is_numeric():
        values = values.cast(pl.Int64, strict=False).cast(pl.String)
    if values.dtype != pl.String:
        raise InputError(
            f'{place.source}, column "{values.name}": expected time stamps, got {values.dtype}. '
            "Write them as text, for example 2014-01-01 00:30."
        )
    text = values.str.strip_chars().str.replace(r"^(\d.*\d)T(\d)", "${1} ${2}")
    with_offset = text.str.contains(TIME_WITH_OFFSET)
    count = int(with_offset.sum() or 0)
    if 0 < count < len(text):
        minority = with_offset if count * 2 < len(text) else ~with_offset
        hint = "Write all of them in one way."
        place.refuse_first(values, minority, "time stamps all with or all without an offset from UTC", hint)
    if not count:
        seconds, absolute = _parse(text, values, place)
        return Stamps(seconds, absolute, {0: (int(seconds.min()), int(seconds.max()))} if absolute else {})
    plain = text.str.replace(OFFSET, "").str.strip_chars_end()
    shift = _offset_seconds(text.str.extract(OFFSET, 1))
    seconds = _parse(plain, values, place)[0] - shift
    offsets = {
        int(offset): (int(seconds[shift == offset].min()), int(seconds[shift == offset].max()))
        for offset in np.unique(shift)
    }
    return Stamps(seconds, True, offsets)


def join(parts: list[Stamps], source: str, column: str) -> Stamps:
    """The stamps of all batches of a table."""
    if len({part.absolute for part in parts}) > 1:
        raise InputError(
            f'{source}, column "{column}": expected time stamps all with or all without an offset from UTC, '
            "got both. Write all of them in one way."
        )
    offsets: dict[int, tuple[int, int]] = {}
    for part in parts:
        for offset, (first, last) in part.offsets.items():
            known = offsets.get(offset, (first, last))
            offsets[offset] = (min(first, known[0]), max(last, known[1]))
    seconds = parts[0].seconds if len(parts) == 1 else np.concatenate([part.seconds for part in parts])
    return Stamps(seconds, parts[0].absolute, offsets, parts[0].zone)


def _offset_seconds(offsets: pl.Series) -> Seconds:
    """(n,) seconds east of UTC of offsets such as Z, +10, +1000 and +10:00."""
    table = {}
    for text in offsets.unique():
        digits = text.strip("Z+-").replace(":", "")
        seconds = int(digits[:2] or 0) * 3600 + int(digits[2:] or 0) * 60
        table[text] = -seconds if text.startswith("-") else seconds
    result: Seconds = offsets.replace_strict(table, return_dtype=pl.Int64).to_numpy()
    return result


def _parse(text: pl.Series, values: pl.Series, place: Place) -> tuple[Seconds, bool]:
    """Seconds of stamps without an offset, and whether they are UTC, by the one format of the first rows."""
    plain = text.str.replace(r"(:\d{2})[.,]\d+$", "${1}")  # parts of a second are below any step we know
    parsers: dict[str, Callable[[pl.Series], pl.Series]] = {name: _dates(name) for name in FORMATS}
    parsers |= {name: _number(name) for name in NUMBERS}
    parsers |= {name: _dates(name) for pair in DAY_OR_MONTH_FIRST for name in pair}
    head = plain.head(FIRST_ROWS)
    misses = {name: parser(head).null_count() for name, parser in parsers.items()}
    name = min(misses, key=lambda key: misses[key])
    for pair in DAY_OR_MONTH_FIRST:
        if name in pair:
            name = _day_or_month_first(pair, plain, values, place)
    parsed = parsers[name](plain)
    place.refuse_first(values, parsed.is_null(), EXAMPLE, HINT)
    return _seconds(parsed, values, place), name in NUMBERS and name != "a year"


def _day_or_month_first(pair: tuple[str, str], plain: pl.Series, values: pl.Series, place: Place) -> str:
    first, second = (_dates(name)(plain) for name in pair)
    if first.null_count() != second.null_count():
        return pair[0] if first.null_count() < second.null_count() else pair[1]
    if not first.equals(second) and not first.null_count():
        hint = "Is the day or the month first? Write dates as 2014-12-31."
        place.refuse_first(values, first != second, "dates that can be read in one way only", hint)
    return pair[0]


def _dates(name: str) -> Callable[[pl.Series], pl.Series]:
    def parse(text: pl.Series) -> pl.Series:
        if name == "%Y-%m":
            return (text + "-01").str.strptime(pl.Datetime("ms"), "%Y-%m-%d", strict=False)
        return text.str.strptime(pl.Datetime("ms"), name, strict=False)

    return parse


def _number(name: str) -> Callable[[pl.Series], pl.Series]:
    def parse(text: pl.Series) -> pl.Series:
        fitting = text.set(~text.str.contains(NUMBERS[name]), None)
        if name == "a year":
            return (fitting + "-01-01").str.strptime(pl.Datetime("ms"), "%Y-%m-%d", strict=False)
        number = fitting.cast(pl.Int64, strict=False)
        return (number * 1000 if name == "seconds" else number).cast(pl.Datetime("ms"))

    return parse


def _from_dates(values: pl.Series, place: Place) -> Stamps:
    zone = values.dtype.time_zone if isinstance(values.dtype, pl.Datetime) else None
    if zone is None:
        return Stamps(_seconds(values, values, place), False)
    instants = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return Stamps(_seconds(instants, values, place), True, zone=zone)


def _seconds(parsed: pl.Series, values: pl.Series, place: Place) -> Seconds:
    """Whole seconds since 1970; refuses years that no measurement has."""
    instants = parsed.cast(pl.Datetime("ms")).dt.epoch("ms") // 1000
    odd = (instants < EARLIEST) | (instants >= LATEST)
    place.refuse_first(values, odd, "a time stamp between the years 1800 and 2200", HINT)
    result: Seconds = instants.to_numpy()
    return result
