"""The same moment of the last day, week or year, again."""

from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins
from hiddenstate.errors import InputError
from hiddenstate.tasks.baselines.history import (
    carry_forward,
    observed_targets,
    recent,
    seasons_back,
    steps_within,
)


def repeat_seasons(
    panel: Panel, origins: Origins, horizon: int, *, season: int, count: int
) -> NDArray[np.float64]:
    """(n, h, c) mean of the values 1 .. count seasons before each step, all of them before the origin."""
    result = np.empty((len(origins), horizon, len(panel.target_names)))
    leads = np.arange(horizon)
    back = season * (horizon // season + count + 2)  # with room to replace what is missing
    for number in np.unique(origins.series):
        rows = origins.series == number
        part, position = recent(panel.series[number], origins.position[rows], horizon, back)
        targets = carry_forward(observed_targets(part), season)  # (n, c)
        starts = np.repeat(position[:, None], horizon, axis=1)  # (m, h)
        lags = [seasons_back(leads, season, further) for further in range(count)]
        steps = [steps_within(starts + leads - lag, starts, season) for lag in lags]
        means = np.mean([targets[step] for step in steps], axis=0)  # (m, h, c)
        # A series whose record begins only just before the origin has its last value instead.
        result[rows] = np.where(np.isnan(means), targets[position - 1][:, None, :], means)
    return result


def reason_without_season(panel: Panel, train: Origins, season: str, count: int) -> str | None:
    """Why values of `count` earlier seasons cannot be had: no such season, or too little history."""
    steps = panel.series[0].clock.seasons().get(season)
    if steps is None:
        return f"a {season} is not a whole number of steps greater than one"
    if not len(train) or int(train.position.max()) < count * steps:
        return f"needs {count * steps} steps before an origin ({count} x {season}), the data have fewer"
    return None


class SeasonalNaive:
    """Each step takes the value of the same step one day, week or year ago.

    Beyond one season ahead the last season known at the origin is repeated. Nothing is learned.
    Source: Hyndman & Athanasopoulos, "Forecasting: Principles and Practice" (3rd ed.), section 5.2.
    """

    def __init__(self, season: Literal["day", "week", "year"]) -> None:
        self.season = season
        self.name = f"seasonal naive ({season})"

    def reason_to_leave_out(self, panel: Panel, train: Origins, horizon: int) -> str | None:
        """No such season at this step, or a history shorter than the season."""
        return reason_without_season(panel, train, self.season, 1)

    def fit(self, panel: Panel, train: Origins, horizon: int) -> Self:
        """Nothing to learn. Raises `InputError` where there is a reason to leave it out."""
        if reason := self.reason_to_leave_out(panel, train, horizon):
            raise InputError(f"{self.name}: {reason}. Leave it out.")
        return self

    def predict(self, panel: Panel, origins: Origins, horizon: int) -> NDArray[np.float64]:
        """(n, h, c) values one season earlier."""
        season = panel.series[0].clock.seasons()[self.season]
        return repeat_seasons(panel, origins, horizon, season=season, count=1)
