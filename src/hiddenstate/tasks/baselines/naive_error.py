"""The scale of MASE: how far the seasonal naive forecast is off in the training data."""

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins
from hiddenstate.tasks.baselines.history import observed_targets, recent

LONGEST = 1_000_000  # steps of each series, the latest ones


def seasonal_naive_error(panel: Panel, train: Origins, horizon: int) -> NDArray[np.float64]:
    """(series, c) mean |y_t - y_(t-m)| up to the last training window's end, in the user's units.

    m is the shortest season of the step (day, week or year), or 1 where there is none or the series is
    too short for it. NaN for a series without training windows. Index it with the series of the windows
    to have the (n, c) scale that `metrics.measure` takes.
    Source: Hyndman & Koehler (2006), "Another look at measures of forecast accuracy".
    """
    result = np.full((len(panel.series), len(panel.target_names)), np.nan)
    for number in np.unique(train.series).tolist():
        positions = train.position[train.series == number]
        positions = positions[positions > positions.max() - LONGEST]
        part, _ = recent(panel.series[number], positions, horizon, LONGEST)
        targets = observed_targets(part)
        season = next(iter(part.clock.seasons().values()), 1)
        season = season if season < len(targets) else 1
        change = np.abs(targets[season:] - targets[:-season])  # (n - m, c)
        known = np.isfinite(change)
        totals = np.where(known, change, 0.0).sum(axis=0)
        result[number] = np.where(known.any(axis=0), totals / np.maximum(known.sum(axis=0), 1), np.nan)
    return result
