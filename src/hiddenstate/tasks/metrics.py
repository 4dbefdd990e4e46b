"""How good a forecast is, in the user's units.

Every metric averages over all windows, lead steps and targets at once. Where the truth is unknown
(NaN) the cell does not count; where nothing at all is known the metric is NaN.

>>> import numpy as np
>>> truth, point = np.array([[[100.0], [200.0]]]), np.array([[[120.0], [190.0]]])
>>> METRICS["mae"].score(truth, point)
15.0
>>> METRICS["mape"].score(truth, point)
12.5
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hiddenstate.errors import ShapeError
from hiddenstate.records import Forecast
from hiddenstate.tasks.calibration import Interval, intervals_from_levels

Array = NDArray[np.float64]


def mean_absolute_error(truth: Array, point: Array) -> float:
    """Mean of |y - f|, in the units of the target.

    Source: Hyndman & Koehler (2006), "Another look at measures of forecast accuracy", section 2.1.
    """
    return _mean(np.abs(truth - point))


def root_mean_squared_error(truth: Array, point: Array) -> float:
    """Square root of the mean of (y - f)², in the units of the target.

    Source: Hyndman & Koehler (2006), section 2.1.
    """
    return float(np.sqrt(_mean((truth - point) ** 2)))


def mean_absolute_percentage_error(truth: Array, point: Array) -> float:
    """Mean of 100 |y - f| / |y|, in %. Cells whose truth is exactly zero are skipped (see `zeros`).

    Source: Hyndman & Koehler (2006), section 2.2.
    """
    usable = np.where(truth == 0.0, np.nan, truth)
    return 100.0 * _mean(np.abs((usable - point) / usable))


def normalised_deviation(truth: Array, point: Array) -> float:
    """ND: the sum of |y - f| over the sum of |y|, a ratio (0.04 is 4 % of the total volume).

    Source: Salinas et al. (2020), "DeepAR", section 4.
    """
    known = np.isfinite(truth)
    volume = float(np.abs(truth[known]).sum())
    return float(np.abs(truth - point)[known].sum()) / volume if volume else float("nan")


def mean_absolute_scaled_error(truth: Array, point: Array, scale: ArrayLike) -> float:
    """MASE: mean of |y - f| / scale, a ratio; below 1 beats the in-sample seasonal naive forecast.

    `scale` is that naive forecast's mean absolute error over the training data, one number, one per
    target (c,) or one per window and target (n, c). Where it is zero (a constant series) the cells
    are skipped. Source: Hyndman & Koehler (2006), equation for q_t.
    """
    scales = np.asarray(scale, dtype=np.float64)
    scales = scales[:, None, :] if scales.ndim == 2 else scales  # broadcast over lead steps
    usable = np.where(scales > 0.0, scales, np.nan)
    return _mean(np.abs(truth - point) / usable)


def pinball(truth: Array, quantiles: Array, levels: tuple[float, ...]) -> float:
    """Pinball (quantile) loss, mean over cells and levels, in the units of the target.

    For level τ and error e = y - f it is τ e where e ≥ 0 and (τ - 1) e elsewhere; at τ = 0.5 it is
    half the absolute error. quantiles: (n, h, c, q). Source: Koenker & Bassett (1978).
    """
    error = truth[..., None] - quantiles  # (n, h, c, q)
    tau = np.asarray(levels, dtype=np.float64)
    return _mean(np.maximum(tau * error, (tau - 1.0) * error))


def coverage(truth: Array, quantiles: Array, interval: Interval) -> float:
    """Share of truths inside a central interval, bounds included, in %.

    Source: Christoffersen (1998), "Evaluating interval forecasts" (unconditional coverage).
    """
    known = np.isfinite(truth)
    low, high = quantiles[..., interval.low][known], quantiles[..., interval.high][known]
    inside = (truth[known] >= low) & (truth[known] <= high)
    return 100.0 * float(inside.mean()) if inside.size else float("nan")


def zeros(truth: Array) -> int:
    """Number of known cells whose truth is exactly zero: those that MAPE skips."""
    return int((truth == 0.0).sum())


@dataclass(frozen=True)
class Metric:
    """One column of a comparison table."""

    name: str
    """Short label, as printed."""
    unit: Literal["target", "%", "ratio"]
    """"target" means the user's units."""
    better: Literal["lower", "nominal"]
    """Lower is better, or closest to the nominal value is better (coverage)."""
    score: Callable[..., float]
    """The function; its docstring holds definition and source."""


METRICS: dict[str, Metric] = {
    "mae": Metric("MAE", "target", "lower", mean_absolute_error),
    "rmse": Metric("RMSE", "target", "lower", root_mean_squared_error),
    "mape": Metric("MAPE", "%", "lower", mean_absolute_percentage_error),
    "nd": Metric("ND", "ratio", "lower", normalised_deviation),
    "mase": Metric("MASE", "ratio", "lower", mean_absolute_scaled_error),
    "pinball": Metric("Pinball", "target", "lower", pinball),
    "coverage": Metric("Coverage", "%", "nominal", coverage),
}


def measure(forecast: Forecast, scale_for_mase: ArrayLike | None = None) -> dict[str, float]:
    """Every metric of a forecast whose truth is known, under its name in `METRICS`.

    Coverage appears once per central interval ("coverage_80", "coverage_95"), MASE only with a
    scale, pinball and coverage only where there is more than the point forecast, and "mape_skipped"
    (the number of zero truths that MAPE leaves out) only where there are any.

    Raises `ShapeError` if the forecast has no truth.
    """
    if forecast.truth is None:
        raise ShapeError("expected a forecast with its truth, got one of the future. Measure past windows.")
    truth, point = forecast.truth.astype(np.float64), forecast.median()
    result = measure_point(truth, point, scale_for_mase)
    if len(forecast.levels) > 1:
        result["pinball"] = pinball(truth, forecast.values, forecast.levels)
    for interval in intervals_from_levels(forecast.levels):
        result[f"coverage_{interval.percent}"] = coverage(truth, forecast.values, interval)
    return result


def measure_point(truth: Array, point: Array, scale_for_mase: ArrayLike | None = None) -> dict[str, float]:
    """The metrics of a point forecast alone, (n, h, c) each: what a baseline is scored by.

    Raises `ShapeError` if the shapes differ.
    """
    if truth.shape != point.shape:
        raise ShapeError(f"expected truth and forecast of one shape, got {truth.shape} and {point.shape}.")
    truth = np.asarray(truth, dtype=np.float64)
    result = {name: METRICS[name].score(truth, point) for name in ("mae", "rmse", "mape", "nd")}
    if scale_for_mase is not None:
        result["mase"] = mean_absolute_scaled_error(truth, point, scale_for_mase)
    if zeros(truth):
        result["mape_skipped"] = float(zeros(truth))
    return result


def _mean(cells: Array) -> float:
    """Mean over the cells that are not NaN; NaN if there is none."""
    known = np.isfinite(cells)
    return float(cells[known].mean()) if known.any() else float("nan")
