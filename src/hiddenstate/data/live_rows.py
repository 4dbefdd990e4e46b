"""The latest rows of a stream of rows: no more than a forecast looks at, whatever has passed by."""

from collections import deque
from collections.abc import Collection, Mapping
from typing import NamedTuple, final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiddenstate.choices import closest
from hiddenstate.data.numbers import to_numbers
from hiddenstate.data.places import Place
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.stamps import read_stamps
from hiddenstate.data.zones import to_utc
from hiddenstate.errors import InputError

SPARE = 64
"""Rows kept beyond the look-back and its longest gap: what was filled, or repeated by a clock, is read as before."""
MOST_AHEAD = 1000
"""Rows of the future at most, or four horizons where that is more."""


class _Row(NamedTuple):
    line: int
    stamp: str
    instant: int
    """UTC seconds; without a zone what the wall clock showed."""
    values: tuple[float, ...]


@final
class LiveRows:
    """A ring of rows for each series, and what is known of the future.

    A row is taken whole or not at all: after an `InputError` everything is as it was.
    """

    def __init__(
        self, settings: SeriesSettings, rows: int, horizon: int, series: Collection[str], source: str
    ) -> None:
        """`rows`: steps of the look-back; `series`: the names that may come where there is a series column."""
        self.settings = settings
        self.rows = rows + settings.longest_gap + SPARE
        self.most_ahead = max(MOST_AHEAD, 4 * horizon)
        self.series = series
        self.source = source
        self._past: dict[str, deque[_Row]] = {}
        self._ahead: dict[str, list[_Row]] = {}

    def add(self, cells: Mapping[str, str], line: int, *, decimal_comma: bool = False) -> str | None:
        """Take one row; the name of its series ("" without a series column) where it has a target, else None.

        A row without a target is knowledge of the future; a later one with its stamp takes its place.
        Raises `InputError` naming line and column.
        """
        name = self._name(cells, line)
        place = Place(self.source, np.array([line]), _same)
        missing = self.settings.missing_values
        values = tuple(
            float(
                to_numbers(pl.Series(column, [cells[column]]), missing, place, decimal_comma=decimal_comma)[0]
            )
            for column in self.settings.columns
        )
        observed = bool(np.isfinite(values[: len(self.settings.targets)]).any())
        past, ahead = self._past.get(name, deque(maxlen=self.rows)), self._ahead.get(name, [])
        stamp = cells[self.settings.time]
        row = _Row(line, stamp, self._instant([*past, *([] if observed else ahead)], stamp, line), values)
        if past and row.instant <= past[-1].instant:
            raise InputError(
                f'{self.source} line {line}, column "{self.settings.time}": expected a time after "{past[-1].stamp}", '
                f'got "{stamp}". Rows come in the order of time.'
            )
        if observed:
            # What was known of steps between, whose target never came, stays: a gap like any other.
            past.extend(other for other in ahead if other.instant < row.instant)
            past.append(row)
            self._past[name] = past
            self._ahead[name] = [other for other in ahead if other.instant > row.instant]
            return name
        others = [other for other in ahead if other.instant != row.instant]
        if len(others) >= self.most_ahead:
            raise InputError(
                f'{self.source} line {line}, column "{self.settings.targets[0]}": expected at most '
                f"{self.most_ahead} rows without a target, got more. Give those of the horizon."
            )
        self._ahead[name] = sorted([*others, row], key=lambda other: other.instant)
        return None

    def frame(self, name: str) -> pl.DataFrame:
        """The rows of one series that count, as a table like the user's file."""
        rows = [*self._past.get(name, ()), *self._ahead.get(name, ())]
        columns: dict[str, pl.Series | list[str]] = {self.settings.time: [row.stamp for row in rows]}
        for number, column in enumerate(self.settings.columns):
            columns[column] = pl.Series([row.values[number] for row in rows], dtype=pl.Float64)
        if self.settings.series is not None:
            columns[self.settings.series] = [name] * len(rows)
        return pl.DataFrame(columns)

    def _name(self, cells: Mapping[str, str], line: int) -> str:
        if self.settings.series is None:
            return ""
        name = cells[self.settings.series].strip()
        if name not in self.series:
            raise InputError(
                f'{self.source} line {line}, column "{self.settings.series}": expected a series the model was trained '
                f'on, got "{name}". {closest(name, self.series)}'
            )
        return name

    def _instant(self, before: list[_Row], stamp: str, line: int) -> int:
        """Read among the stamps before it, which say which format and which pass of a repeated hour is meant."""
        lines: NDArray[np.int64] = np.array([*(row.line for row in before), line])
        text = pl.Series(self.settings.time, [*(row.stamp for row in before), stamp])
        text = text.set(text.str.strip_chars() == "", None)
        stamps = read_stamps(text, Place(self.source, lines, _same))
        if stamps.absolute:
            return int(stamps.seconds[-1])
        zone = self.settings.timezone or "UTC"
        seconds, never = to_utc(stamps.seconds, zone, np.zeros(len(lines), np.int64))
        if never[-1]:
            raise InputError(
                f'{self.source} line {line}, column "{self.settings.time}": expected a time that clocks in {zone} '
                f'showed, got "{stamp}", in the hour that daylight saving skips. Correct it or drop the row.'
            )
        return int(seconds[-1])


def _same(row: int) -> int:
    return row
