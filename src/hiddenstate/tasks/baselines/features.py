"""What least squares and gradient boosting look at: lags, recent means, calendar and covariates.

One recipe for any step. The *near* season is the day, or a single step where a step is a day or longer.
Lags are counted from the target back to whole seasons before the origin, so the same column means the
same thing at every lead step:

- the value one and two near seasons back, and one and two weeks back (for months: years);
- the mean of the last cycle (day, week or year) before the origin, and the last value;
- known-future covariates at the step, one near season back and (flags) one week back, with the means of
  the cycle that ends at the step and of the one before it;
- past covariates one near season back, with the mean of the last cycle before the origin.
"""

from dataclasses import dataclass

import numpy as np

from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins
from hiddenstate.tasks.baselines.history import (
    Array,
    History,
    Steps,
    recent,
    seasons_back,
    steps_within,
)

LONGEST_LAG_SEASON = 400  # a year counts as a season to look back by only where it has no more steps
LONGEST_TRAINING = 2_000_000  # steps of each series, the latest ones


@dataclass(frozen=True)
class Recipe:
    """Which columns there are; decided once, from the training windows."""

    lags: tuple[tuple[int, int], ...]
    """(season in steps, further seasons back) of each lag; the first is the near season's."""
    flags: tuple[bool, ...]
    """Which known covariates have at most two values."""
    harmonics: int
    """Sine and cosine pairs of the year; 0 where the training data are shorter than a year."""
    change: bool
    """Whether a regression sees how the last value differs from the one a near season before it."""


@dataclass(frozen=True)
class Rows:
    """Features of r forecast steps of one series."""

    own: Array
    """(r, c, lags + 3) of each target: its lags, the mean of the last cycle, the last value, and the value
    one near season before that last value."""
    known: Array
    """(r, k, 5) covariates known for the future: at the step, one near season back, one week back, mean
    of the cycle up to the step, mean of the cycle before."""
    past: Array
    """(r, 2 p) past covariates: one near season back, mean of the last cycle."""
    lead: Steps
    """(r,) lead step, counted from 0."""
    time_of_day: Steps
    """(r,) in steps."""
    weekday: Steps
    """(r,) 0 is Monday."""
    day_of_year: Steps
    """(r,) counted from 0."""


def choose_recipe(panel: Panel, train: Origins, horizon: int, *, change: bool = False) -> Recipe:
    """The recipe that the training windows can fill."""
    series = panel.series[int(train.series[0])]
    seasons = series.clock.seasons()
    near = seasons.get("day", 1)
    week, year = seasons.get("week"), seasons.get("year")
    far = week or (year if year and year <= LONGEST_LAG_SEASON else None)
    first, last = int(train.position.min()), int(train.position.max())
    candidates = [(near, 0), (near, 1)] + ([(far, 0), (far, 1)] if far and far != near else [])
    # A lag is worth a column if three quarters of the training origins can look back so far.
    reach = float(np.quantile(train.position, 0.25)) + 1
    lags = [lag for lag in candidates if lag[0] * (1 + lag[1]) <= reach] or [(1, 0)]
    start, stop = series.clock.times(first, 1)[0], series.clock.times(last + horizon, 1)[0]
    years = float((stop - start) / np.timedelta64(1, "D")) / 365.2425
    harmonics = 3 if years >= 1.8 else 1 if years >= 1.0 else 0
    return Recipe(tuple(lags), _flags(panel, train), harmonics, change)


def _flags(panel: Panel, train: Origins) -> tuple[bool, ...]:
    """Known covariates with at most two distinct values in the training data of every series."""
    flags = np.ones(len(panel.known_names), dtype=bool)
    for number in np.unique(train.series):
        stop = int(train.position[train.series == number].max())
        known = panel.series[number].known[max(0, stop - LONGEST_TRAINING) : stop]
        for column in np.flatnonzero(flags):
            values = np.asarray(known[:, column])
            flags[column] = len(np.unique(values[np.isfinite(values)])) <= 2
    return tuple(bool(flag) for flag in flags)


def open_history(
    panel: Panel, number: int, positions: Steps, horizon: int, recipe: Recipe
) -> tuple[History, Steps]:
    """The history that windows at `positions` of one series need, and their positions in it."""
    longest = max(season * (horizon // season + further + 2) for season, further in recipe.lags)
    day = panel.series[number].clock.seasons().get("day", 1)
    week = panel.series[number].clock.seasons().get("week", day)
    part, moved = recent(panel.series[number], positions, horizon, longest + 2 * week)
    return History(part, int(moved.max()) + horizon), moved


def build_rows(history: History, recipe: Recipe, origins: Steps, leads: Steps) -> Rows:
    """Features of the steps `leads` (r,) after `origins` (r,), positions in `history`."""
    steps = origins + leads
    near, _ = recipe.lags[0]
    week = history.week or history.cycle
    back = [steps_within(steps - seasons_back(leads, *lag), origins, near) for lag in recipe.lags]
    last = origins - 1
    before_last = steps_within(last - near, origins, near)
    own = [history.targets[step] for step in back]  # (r, c) each
    own += [
        history.target_means.before(origins, history.cycle),
        history.targets[last],
        history.targets[before_last],
    ]
    week_back = steps_within(steps - seasons_back(leads, week), origins, near)
    cycle = history.cycle
    known = [
        _at(history.known, steps),
        _at(history.known, back[0]),
        _at(history.known, week_back),
        history.known_means.before(steps + 1, cycle),
        history.known_means.before(steps + 1 - cycle, cycle),
    ]  # (r, k) each
    past = [history.past[back[0]], history.past_means.before(origins, cycle)]
    return Rows(
        own=np.stack(own, axis=-1),  # (r, c, lags + 3)
        known=np.stack(known, axis=-1),  # (r, k, 5)
        past=np.concatenate(past, axis=1),  # (r, 2 p)
        lead=leads,
        time_of_day=history.time_of_day[steps],
        weekday=history.weekday[steps],
        day_of_year=history.day_of_year[steps],
    )


def truth_of(history: History, steps: Steps) -> Array:
    """(r, c) what was measured at `steps`; NaN where missing, filled in, or beyond the record."""
    return _at(history.truth, steps)


def _at(values: Array, steps: Steps) -> Array:
    """Rows of `values`; NaN beyond its end (a covariate nobody gave)."""
    found = values[np.minimum(steps, len(values) - 1)]
    return np.where((steps < len(values))[:, None], found, np.nan)
