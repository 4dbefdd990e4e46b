"""Error by forecast step: how fast the forecast gets worse with distance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.error_profile import Grouping, error_profile
from hiddenstate.records import Forecast

if TYPE_CHECKING:
    import altair as alt

HOUR = 3_600
DAY = 24 * HOUR


def error_by_lead(
    forecast: Forecast,
    baselines: Mapping[str, NDArray[np.float64]] | None = None,
    *,
    target: str | None = None,
    unit: str | None = None,
    model: str = "model",
) -> alt.LayerChart:
    """Draw the mean absolute error of the median by distance from the origin, beside the baselines.

    The distance is in minutes, hours or days where the steps are regular in time, else in steps.
    `baselines` maps names to point forecasts of shape (n, h, c) for the same windows. Raises
    `SettingsError` for an unknown target, `ShapeError` for a baseline of another shape.
    """
    count, horizon = forecast.times.shape
    what, per_step = _distance(forecast)
    places = tuple((step + 1) * per_step for step in range(horizon))
    grouping = Grouping(
        title="Error by distance from the origin",
        axis=f"distance from the origin ({what})",
        group="step",
        keys=np.broadcast_to(np.arange(horizon), (count, horizon)),
        places=places or (0.0,),
        names=tuple(f"{place:g} {what if place != 1 else what[:-1]} ahead" for place in places) or ("",),
    )
    return error_profile(forecast, baselines, grouping, target=target, unit=unit, model=model)


def _distance(forecast: Forecast) -> tuple[str, float]:
    """The unit in which the horizon is a handy number, and how many of it one step is."""
    times = np.asarray(forecast.times, dtype="datetime64[s]").astype(np.int64)  # (n, h)
    steps = np.unique(np.diff(times, axis=1))
    if len(steps) != 1:
        return "steps", 1.0
    seconds = float(steps[0])
    if seconds % DAY == 0:
        return "days", seconds / DAY
    if seconds * times.shape[1] >= 2 * HOUR:
        return "hours", seconds / HOUR
    return "minutes", seconds / 60
