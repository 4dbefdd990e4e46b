"""Which column and which windows of a forecast a chart shows."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from hiddenstate.choices import choose
from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.plots.time_axis import local_times, span
from hiddenstate.records import Forecast


def target_index(forecast: Forecast, target: str | None) -> int:
    """Index of a target column, the first by default; raises `SettingsError` for an unknown name."""
    if target is None:
        return 0
    return choose({name: index for index, name in enumerate(forecast.targets)}, target, "target column")


def column_of(values: NDArray[np.float64], forecast: Forecast, column: int, what: str) -> NDArray[np.float64]:
    """(n, h) one target column of an array shaped (n, h, c) like the forecast; raises `ShapeError`."""
    expected = forecast.values.shape[:3]
    if np.shape(values) != expected:
        raise ShapeError(
            f"expected {what} to have the forecast's shape (windows, steps, targets) = {expected}, "
            f"got {np.shape(values)}."
        )
    return np.asarray(values, dtype=np.float64)[:, :, column]


def refuse_taken(name: str, taken: Collection[str]) -> None:
    """Raise `SettingsError` for a baseline called like another line of the chart: one would hide the other."""
    if name in taken:
        raise SettingsError(f'expected a baseline with a name of its own, got "{name}". Rename it.')


def mean_over(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Mean without the unknown (NaN) values; NaN where none is known."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def window_errors(forecast: Forecast, column: int = 0) -> NDArray[np.float64]:
    """(n,) mean absolute error of the median in each window; NaN where no truth is known."""
    if forecast.truth is None:
        return np.full(forecast.times.shape[0], np.nan)
    error = np.abs(forecast.median()[:, :, column] - forecast.truth[:, :, column])  # (n, h)
    return mean_over(error, axis=1)


def pick_windows(forecast: Forecast, target: str | None = None) -> dict[str, int]:
    """Windows worth showing: the one with the median error, the best and the worst; by panel title.

    Only windows with at least half of their truth known take part. Without truth it is the last window.
    """
    count = forecast.times.shape[0]
    if count == 0:
        return {}
    column = target_index(forecast, target)
    errors = window_errors(forecast, column)
    if forecast.truth is not None:
        known = np.isfinite(forecast.truth[:, :, column]).mean(axis=1)  # (n,)
        errors = np.where(known >= 0.5, errors, np.nan)
    order = [int(window) for window in np.argsort(errors, kind="stable") if np.isfinite(errors[window])]
    if not order:
        return {"Latest forecast": count - 1}
    what = "day" if _about_a_day(forecast) else "window"
    if len(order) == 1:
        return {f"Tested {what}": order[0]}
    if len(order) == 2:
        return {f"{'Best' if rank == 0 else 'Worst'} {what}": window for rank, window in enumerate(order)}
    middle = order[(len(order) - 1) // 2]
    return {f"Typical {what}": middle, f"Best {what}": order[0], f"Worst {what}": order[-1]}


def window_title(forecast: Forecast, window: int) -> str:
    """The series, where it has a name, and the days of a window, in local time."""
    days = span(local_times(forecast.times[window], forecast.timezone))
    series = forecast.series[window] if window < len(forecast.series) else ""
    return f"{series}, {days}" if series else days


def _about_a_day(forecast: Forecast) -> bool:
    if forecast.times.shape[1] < 2:
        return False
    times = np.asarray(forecast.times[0], dtype="datetime64[s]")
    step = (times[1] - times[0]).astype(np.int64)
    return bool(abs(step * len(times) - 86_400) <= 3_600)
