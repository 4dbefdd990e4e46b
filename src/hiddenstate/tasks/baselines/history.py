"""The past of one series, made safe to look up: complete, and never from the future.

The panel's policy for imperfect data may interpolate a gap with values from both of its sides. At an
origin inside such a gap that would tell a baseline about the future, so filled and missing targets are
taken from an earlier season instead.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.panel import Series

Array = NDArray[np.float64]
Steps = NDArray[np.int64]
DAY_SECONDS = 86_400


def recent(series: Series, positions: Steps, horizon: int, reach: int) -> tuple[Series, Steps]:
    """The part of a series that windows at `positions` can need, and the positions in it.

    It begins `reach` steps before the first origin: a file larger than memory is not read whole.
    """
    first = max(0, int(positions.min()) - reach)
    stop = int(positions.max()) + horizon
    part = replace(
        series,
        clock=replace(series.clock, start=series.clock.times(first, 1)[0]),
        targets=series.targets[first:stop],
        known=series.known[first:stop],
        past=series.past[first:stop],
        filled=series.filled[first:stop],
    )
    return part, positions - first


def observed_targets(series: Series) -> Array:
    """(n, c) targets as they were measured; NaN where missing or filled in."""
    values = np.asarray(series.targets, dtype=np.float64)
    return np.where(np.asarray(series.filled)[:, None], np.nan, values)


def carry_forward(values: Array, season: int) -> Array:
    """Fill each NaN with the last known value one or more seasons before it; values: (n, columns).

    What has none is filled with the last known value of any step. Only earlier steps are used; what
    comes before the first known value stays NaN.

    >>> carry_forward(np.array([[1.0], [2.0], [np.nan], [4.0], [np.nan]]), season=2).ravel()
    array([1., 2., 1., 4., 1.])
    """
    if not np.isnan(values).any():
        return values
    count, columns = values.shape
    padding = -count % season
    padded = np.pad(values, ((0, padding), (0, 0)), constant_values=np.nan)
    by_season = _last_known(padded.reshape(-1, season * columns))  # one row a season
    return _last_known(by_season.reshape(-1, columns)[:count])


def _last_known(values: Array) -> Array:
    """Each NaN replaced by the last value above it in its column."""
    rows = np.where(np.isnan(values), 0, np.arange(len(values))[:, None])
    return np.take_along_axis(values, np.maximum.accumulate(rows, axis=0), axis=0)


class RunningMean:
    """Means over stretches of steps, each in constant time; NaN does not count."""

    def __init__(self, values: Array) -> None:
        start = np.zeros((1, values.shape[1]))
        known = np.isfinite(values)
        self._sums = np.concatenate([start, np.cumsum(np.where(known, values, 0.0), axis=0)])
        self._counts = np.concatenate([start, np.cumsum(known, axis=0)])

    def before(self, stop: Steps, count: int) -> Array:
        """(r, columns) means of the `count` steps before each of `stop` (r,); NaN where none is known."""
        stop = np.clip(stop, 0, len(self._sums) - 1)
        first = np.maximum(stop - count, 0)
        counts = self._counts[stop] - self._counts[first]
        sums = self._sums[stop] - self._sums[first]
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


class History:
    """One series prepared for look-ups by step.

    `targets` (n, c) and `past` (n, p) are complete from the first known value on; `known` is (n, k).
    `day` is the number of steps in a day (1 where a step is a day or longer), `week` and `year` theirs
    or ``None``; `time_of_day` (in steps), `weekday` (0 is Monday) and `day_of_year` hold every step.
    """

    def __init__(self, series: Series, steps: int) -> None:
        """`steps` is how many steps the calendar has to cover; it may run beyond the targets."""
        seasons = series.clock.seasons()
        self.day = seasons.get("day", 1)
        self.week, self.year = seasons.get("week"), seasons.get("year")
        self.cycle = self.day if self.day > 1 else self.week or self.year or 1
        season = self.week or self.year or 1
        self.truth = observed_targets(series)
        self.targets = carry_forward(self.truth, season)
        self.past = carry_forward(np.asarray(series.past, dtype=np.float64), season)
        self.known = np.asarray(series.known, dtype=np.float64)
        self.target_means, self.past_means = RunningMean(self.targets), RunningMean(self.past)
        self.known_means = RunningMean(self.known)

        local = series.clock.local(series.clock.times(0, max(steps, len(self.targets))))
        dates = local.astype("datetime64[D]")
        self.time_of_day: Steps = (local - dates).astype(np.int64) * self.day // DAY_SECONDS
        self.weekday: Steps = (dates.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
        self.day_of_year: Steps = (dates - dates.astype("datetime64[Y]")).astype(np.int64)


def seasons_back(leads: Steps, season: int, further: int = 0) -> Steps:
    """Steps from a target back to the last whole season before the origin, and `further` seasons more.

    `leads` counts from 0, the first step after the origin.

    >>> seasons_back(np.array([0, 6, 7]), season=7)
    array([ 7,  7, 14])
    """
    return season * (leads // season + 1 + further)


def steps_within(steps: Steps, origins: Steps, season: int) -> Steps:
    """Steps that reach back beyond the first row, moved to the same place in the earliest season.

    Every result is before its origin: where the history is shorter than a season it is the last step.
    """
    moved = np.where(steps < 0, steps % season, steps)
    return np.where(moved < origins, moved, origins - 1)
