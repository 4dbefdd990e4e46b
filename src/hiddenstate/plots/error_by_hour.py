"""Error by hour of day: when in the day the forecast can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.error_profile import Grouping, error_profile
from hiddenstate.plots.time_axis import local_numbers
from hiddenstate.records import Forecast

if TYPE_CHECKING:
    import altair as alt

HOURS = 24


def error_by_hour(
    forecast: Forecast,
    baselines: Mapping[str, NDArray[np.float64]] | None = None,
    *,
    target: str | None = None,
    unit: str | None = None,
    model: str = "model",
) -> alt.LayerChart:
    """Draw the mean absolute error of the median by local hour of day, beside the baselines.

    `baselines` maps names to point forecasts of shape (n, h, c) for the same windows. Steps without truth
    take no part. Raises `SettingsError` for an unknown target, `ShapeError` for a baseline of another shape.
    """
    grouping = Grouping(
        title="Error by hour of day",
        axis=f"hour of day ({forecast.timezone})",
        group="hour",
        keys=local_numbers(forecast.times, forecast.timezone, lambda moment: moment.hour),
        places=tuple(range(HOURS)),
        names=tuple(f"{hour:02d}:00 to {hour:02d}:59" for hour in range(HOURS)),
        ticks={hour: f"{hour:02d}:00" for hour in (0, 6, 12, 18, 23)},
    )
    return error_profile(forecast, baselines, grouping, target=target, unit=unit, model=model)
