"""Windows of look-back and horizon, listed first and cut lazily."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.calendar import calendar_features, calendar_names, features_at
from hiddenstate.data.clock import Clock
from hiddenstate.data.panel import Panel, Series, Values
from hiddenstate.data.split import Span
from hiddenstate.errors import InputError, SettingsError

LARGEST_TABLE = 2_000_000
"""Steps up to which the calendar of the whole panel is kept in memory."""
TABLE_BLOCK = 4096
BLOCK_STEPS = 1_000_000


@dataclass(frozen=True)
class Origins:
    """Which windows: arrays of equal length (n,)."""

    series: NDArray[np.int64]
    """Index into ``panel.series``."""
    position: NDArray[np.int64]
    """The first step of the horizon."""

    def __len__(self) -> int:
        return len(self.position)

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> "Origins":
        return Origins(self.series[rows], self.position[rows])


@dataclass(frozen=True)
class WindowBatch:
    """B windows of L look-back and H horizon steps, in the user's units.

    C target columns, P past covariates, K known covariates and F calendar features.
    """

    past_targets: Values
    """(B, L, C)"""
    past_covariates: Values
    """(B, L, P)"""
    past_known: Values
    """(B, L, K + F)"""
    future_known: Values
    """(B, H, K + F)"""
    future_targets: Values
    """(B, H, C) NaN where unknown or filled in: such steps are no truth."""
    origins: Origins


def cut(
    panel: Panel, origins: Origins, lookback: int, horizon: int, calendar: tuple[str, ...]
) -> WindowBatch:
    """Cut the windows at `origins`: `lookback` steps before each position, `horizon` from it on.

    Steps past the end of a series are NaN. Raises `InputError` for a window that begins before its series.
    """
    if len(origins) and int(origins.position.min()) < lookback:
        raise InputError(
            f"{panel.source}: expected {lookback} steps before each forecast, got {int(origins.position.min())}. "
            "Give earlier rows too."
        )
    length = lookback + horizon
    known_columns = len(panel.known_names)
    feature_columns = len(calendar_names(panel.clock, calendar))
    targets = np.empty((len(origins), length, len(panel.target_names)), dtype=np.float32)
    known = np.empty((len(origins), length, known_columns + feature_columns), dtype=np.float32)
    past = np.empty((len(origins), lookback, len(panel.past_names)), dtype=np.float32)
    filled = np.zeros((len(origins), length), dtype=bool)
    numbers, firsts = origins.series.tolist(), (origins.position - lookback).tolist()
    last = max(firsts, default=0) + length
    parts = {number: _Parts.of(panel, panel.series[number], last, calendar) for number in set(numbers)}
    # A plain copy of neighbouring rows for each window: faster than an index for each value, and the
    # order in which a file on disk is read best.
    for row, (number, first) in enumerate(zip(numbers, firsts, strict=True)):
        part = parts[number]
        inside = min(max(part.length - first, 0), length)  # steps of the window that the series has
        stop = first + inside
        targets[row, :inside] = part.targets[first:stop]
        targets[row, inside:] = np.nan
        if known_columns:
            known[row, :inside, :known_columns] = part.known[first:stop]
            known[row, inside:, :known_columns] = np.nan
        if part.past.shape[1]:
            past[row, : min(inside, lookback)] = part.past[first : min(stop, first + lookback)]
            past[row, inside:] = np.nan
        if part.table is not None:
            known[row, :, known_columns:] = part.table[first + part.shift : first + part.shift + length]
        filled[row, :inside] = part.filled[first:stop]
    for number, part in parts.items():
        if part.table is None:
            rows = np.flatnonzero(origins.series == number)
            steps = origins.position[rows, None] + np.arange(part.shift - lookback, part.shift + horizon)
            known[rows, :, known_columns:] = features_at(part.clock, part.clock.at(steps), calendar)
    truth = targets[:, lookback:].copy()
    truth[filled[:, lookback:]] = np.nan
    return WindowBatch(
        past_targets=targets[:, :lookback],
        past_covariates=past,
        past_known=known[:, :lookback],
        future_known=known[:, lookback:],
        future_targets=truth,
        origins=origins,
    )


def list_origins(
    panel: Panel, span: Span, lookback: int, horizon: int, stride: int = 1, at: str | None = None
) -> Origins:
    """Every origin whose horizon lies wholly in `span` and whose look-back is complete.

    `stride` keeps each so many-th; `at` ("00:00") keeps those whose first step is at that local time.
    Windows without any known target in the horizon, with a hole in the look-back, or with a filled value
    just before the origin are left out.
    Raises `SettingsError` for a horizon, look-back or stride below 1 or a time that is none.
    """
    for name, value in (("horizon", horizon), ("lookback", lookback), ("stride", stride)):
        if value < 1:
            raise SettingsError(f"{name}: expected 1 step or more, got {value}. Correct the value.")
    numbers, positions = [], []
    for number, series in enumerate(panel.series):
        first = max(int(span.first[number]), lookback)
        stop = int(span.stop[number]) - horizon + 1
        blocks = [np.zeros(0, dtype=np.int64)]
        for begin in range(first, stop, BLOCK_STEPS):
            block = np.arange(begin, min(begin + BLOCK_STEPS, stop), dtype=np.int64)
            block = block[_usable(series, block, lookback, horizon)]
            blocks.append(block if at is None else block[_at_local_time(series, block, at)])
        found = np.concatenate(blocks)
        found = found[::stride]
        numbers.append(np.full(len(found), number, dtype=np.int64))
        positions.append(found)
    return Origins(np.concatenate(numbers), np.concatenate(positions))


def last_origins(panel: Panel, lookback: int) -> Origins:
    """The step after the last observed target of each series: where a forecast of the future begins.

    Raises `InputError` naming a series with fewer than `lookback` steps before it.
    """
    positions = [series.observed for series in panel.series]
    for series, position in zip(panel.series, positions, strict=True):
        if position < lookback:
            name = f' of series "{series.name}"' if series.name else ""
            raise InputError(
                f"{panel.source}: expected at least {lookback} rows{name} before the forecast, got {position}. "
                "Give earlier rows too."
            )
    return Origins(np.arange(len(panel.series)), np.array(positions, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class _Parts:
    """The arrays of one series as plain views: a slice of a memory-mapped array itself is slow to make."""

    length: int
    targets: Values
    known: Values
    past: Values
    filled: NDArray[np.bool_]
    clock: Clock
    """Of the calendar: that of the earliest series, so that all share one table."""
    shift: int
    """Step of `clock` at which the series begins."""
    table: Values | None
    """(>= last step, F) calendar features; ``None`` for an axis too long for a table."""

    @classmethod
    def of(cls, panel: Panel, series: Series, last: int, names: tuple[str, ...]) -> "_Parts":
        """The parts of `series` for windows that end before step `last`."""
        clock = panel.earliest
        shift = clock.index_of(series.clock.start)
        if clock.at(np.array(shift)) != series.clock.start:
            clock, shift = series.clock, 0
        last += shift
        table = _calendar_table(clock, _rounded(last), names) if last <= LARGEST_TABLE else None
        return cls(
            len(series),
            np.asarray(series.targets),
            np.asarray(series.known),
            np.asarray(series.past),
            np.asarray(series.filled),
            clock,
            shift,
            table,
        )


def _rounded(steps: int) -> int:
    """A little more, so that a window a little further on finds the same table."""
    return -(-steps // TABLE_BLOCK) * TABLE_BLOCK


@lru_cache(maxsize=8)
def _calendar_table(clock: Clock, count: int, names: tuple[str, ...]) -> Values:
    return calendar_features(clock, 0, count, names)


def _usable(series: Series, origins: NDArray[np.int64], lookback: int, horizon: int) -> NDArray[np.bool_]:
    """Of neighbouring origins, those with a complete look-back and something to learn from in the horizon."""
    begin, end = int(origins[0]) - lookback, int(origins[-1]) + horizon
    part = slice(begin, end)
    targets, filled = np.asarray(series.targets[part]), np.asarray(series.filled[part])
    known_hole = _holes(np.asarray(series.known[part]))
    hole = _holes(targets) | _holes(np.asarray(series.past[part])) | known_hole
    truth = np.isfinite(targets).any(axis=1) & ~filled
    holes, known_holes, truths = _counts_before(hole), _counts_before(known_hole), _counts_before(truth)
    origins = origins - begin
    first, stop = origins - lookback, origins + horizon
    usable = (holes[origins] == holes[first]) & (known_holes[stop] == known_holes[origins])
    usable &= truths[stop] > truths[origins]
    # A value filled in just before the origin was drawn towards one that is not known yet.
    usable &= ~filled[origins - 1]
    return np.asarray(usable, dtype=np.bool_)


def _holes(values: Values) -> NDArray[np.bool_]:
    """(n,) steps at which a column of `values` (n, columns) is missing."""
    return np.asarray(~np.isfinite(values).all(axis=1), dtype=np.bool_)


def _counts_before(marks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n + 1,) how many marks stand before each step."""
    counts = np.zeros(len(marks) + 1, dtype=np.int64)
    np.cumsum(marks, out=counts[1:])
    return counts


def _at_local_time(series: Series, origins: NDArray[np.int64], at: str) -> NDArray[np.bool_]:
    try:
        hour, minute = (int(part) for part in at.split(":"))
        if not (0 <= hour < 24 and 0 <= minute < 60):
            raise ValueError(at)
    except ValueError:
        raise SettingsError(
            f'origin: expected a time of day such as 00:00, got "{at}". Correct it.'
        ) from None
    local = series.clock.local(series.clock.at(origins)).astype(np.int64)
    chosen: NDArray[np.bool_] = local % 86_400 == hour * 3600 + minute * 60
    return chosen
