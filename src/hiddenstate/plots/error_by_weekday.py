"""Error by day of the week: whether weekends and working days are forecast equally well."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.error_profile import Grouping, error_profile
from hiddenstate.plots.time_axis import WEEKDAYS, local_numbers
from hiddenstate.records import Forecast

if TYPE_CHECKING:
    import altair as alt


def error_by_weekday(
    forecast: Forecast,
    baselines: Mapping[str, NDArray[np.float64]] | None = None,
    *,
    target: str | None = None,
    unit: str | None = None,
    model: str = "model",
) -> alt.LayerChart:
    """Draw the mean absolute error of the median by local day of the week, beside the baselines.

    `baselines` maps names to point forecasts of shape (n, h, c) for the same windows. Raises
    `SettingsError` for an unknown target, `ShapeError` for a baseline of another shape.
    """
    grouping = Grouping(
        title="Error by day of the week",
        axis=f"day of the week ({forecast.timezone})",
        group="weekday",
        keys=local_numbers(forecast.times, forecast.timezone, datetime.weekday),
        places=tuple(range(len(WEEKDAYS))),
        names=WEEKDAYS,
        ticks=dict(enumerate(WEEKDAYS)),
    )
    return error_profile(forecast, baselines, grouping, target=target, unit=unit, model=model)
