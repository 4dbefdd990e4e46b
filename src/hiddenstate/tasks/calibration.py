"""Quantiles that mean what they say: conformal calibration on validation windows.

A network's 90 % quantile is seldom exceeded by exactly 10 % of what happens. On windows that the
network was not fitted on, this module measures how far each quantile must be stretched away from
the median to hold its level, and applies the same stretch to later forecasts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import BundleError, InputError, ShapeError

Array = NDArray[np.float64]
TAIL_SCORES = 40  # scores wanted beyond a quantile; fewer make its stretch a matter of luck
NARROWEST = 1e-3  # a width counts as at least this part of its group's mean width


@dataclass(frozen=True)
class Interval:
    """A central interval: its nominal coverage in % and the places of its bounds among the levels."""

    percent: float
    low: int
    high: int


def intervals_from_levels(levels: tuple[float, ...]) -> tuple[Interval, ...]:
    """The central intervals that a set of quantile levels holds, narrowest first.

    >>> [(i.percent, i.low, i.high) for i in intervals_from_levels((0.025, 0.1, 0.5, 0.9, 0.975))]
    [(80, 1, 3), (95, 0, 4)]
    """
    found = []
    for low, level in enumerate(levels):
        for high in range(low + 1, len(levels)):
            if level < 0.5 and abs(level + levels[high] - 1.0) < 1e-9:
                percent = round(100.0 * (levels[high] - level), 6)
                found.append(Interval(int(percent) if percent == int(percent) else percent, low, high))
    return tuple(sorted(found, key=lambda interval: interval.percent))


@dataclass(frozen=True, eq=False)
class Calibration:
    """How far each quantile is stretched away from the median, by group of lead steps.

    For level τ with forecast q_τ and median m, the calibrated quantile is m + k_τ (q_τ - m). The
    factor k_τ is the conformal quantile of the scores (y - m) / |q_τ - m| on validation windows, so
    a share τ of later truths lies below it if they behave as the validation windows did. Stretching
    (rather than shifting) keeps what the model knows about easy and hard hours; the median, the
    point forecast, stays as it is.

    Sources: Romano, Patterson & Candès (2019), "Conformalized quantile regression" (one-sided form,
    each tail by itself); Papadopoulos et al. (2008), normalised scores.
    """

    levels: tuple[float, ...]
    groups: NDArray[np.int64]
    """(h,) group of each lead step; neighbouring steps share one where windows are few."""
    factors: Array
    """(g, c, q) stretch of each group, target and level; 1 at the median."""
    windows: int
    """Number of validation windows behind it."""

    @classmethod
    def fit(cls, values: Array, truth: Array, levels: tuple[float, ...]) -> "Calibration":
        """Learn the stretch from validation forecasts.

        values: (n, h, c, q) quantiles, truth: (n, h, c) with NaN where unknown.
        Raises `ShapeError` on shapes that do not fit, `InputError` if no truth is known.
        """
        if values.shape != (*truth.shape, len(levels)):
            raise ShapeError(
                f"expected quantiles of shape {(*truth.shape, len(levels))} for truth of shape "
                f"{truth.shape} and {len(levels)} levels, got {values.shape}."
            )
        if not np.isfinite(truth).any():
            raise InputError("calibration: expected validation windows with known targets, got none.")
        n, h, c = truth.shape
        groups = _group_leads(n, h, levels)
        factors = np.ones((int(groups[-1]) + 1, c, len(levels)))
        for group in range(len(factors)):
            rows = groups == group
            for target in range(c):
                factors[group, target] = _stretch(values[:, rows, target], truth[:, rows, target], levels)
        return cls(tuple(levels), groups, factors, n)

    def apply(self, values: Array) -> Array:
        """Calibrated quantiles of the same shape (n, h, c, q), ascending along q.

        Raises `ShapeError` if lead steps, targets or levels differ from those it was fitted on.
        """
        expected = (len(self.groups), *self.factors.shape[1:])
        if values.shape[1:] != expected:
            raise ShapeError(
                f"expected quantiles of shape (n, {expected}), got {values.shape}. Fit it again."
            )
        centre = _centre(values, self.levels)  # (n, h, c, 1)
        stretched = centre + self.factors[self.groups] * (values - centre)
        return np.sort(stretched, axis=-1)

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, for JSON."""
        return {
            "levels": list(self.levels),
            "groups": self.groups.tolist(),
            "factors": self.factors.tolist(),
            "windows": self.windows,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Calibration":
        """The inverse of `to_dict`. Raises `BundleError` if something is missing or does not fit."""
        try:
            calibration = cls(
                tuple(float(level) for level in stored["levels"]),
                np.asarray(stored["groups"], dtype=np.int64),
                np.asarray(stored["factors"], dtype=np.float64),
                int(stored["windows"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"calibration: expected a stored calibration, got a damaged one ({error})."
            ) from None
        groups, factors = calibration.groups, calibration.factors
        fits = factors.ndim == 3 and factors.shape[2] == len(calibration.levels) and groups.ndim == 1
        if not fits or not groups.size or groups.min() < 0 or groups.max() >= len(factors):
            raise BundleError("calibration: expected factors for every level and lead step, got others.")
        return calibration


def _group_leads(windows: int, leads: int, levels: tuple[float, ...]) -> NDArray[np.int64]:
    """(leads,) group numbers: as many equal groups as leave enough scores in the outermost tail."""
    tail = min(min(level, 1.0 - level) for level in levels)
    per_group = max(1, round(TAIL_SCORES / (tail * max(windows, 1))))
    count = max(1, leads // per_group)
    return np.arange(leads, dtype=np.int64) * count // leads


def _centre(values: Array, levels: tuple[float, ...]) -> Array:
    """(..., 1) the median, or the middle of the two innermost quantiles where 0.5 is not among the levels."""
    above = int(np.searchsorted(levels, 0.5 - 1e-9))
    if above < len(levels) and abs(levels[above] - 0.5) < 1e-9:
        return values[..., above : above + 1]
    inner = values[..., max(above - 1, 0) : above + 1]
    middle: Array = inner.mean(axis=-1, keepdims=True)
    return middle


def _stretch(values: Array, truth: Array, levels: tuple[float, ...]) -> Array:
    """(q,) factors of one group and target; values: (n, r, q), truth: (n, r)."""
    known = np.isfinite(truth) & np.isfinite(values).all(axis=-1)
    factors = np.ones(len(levels))
    if not known.any():
        return factors
    centre = _centre(values, levels)[known][:, 0]  # (m,)
    error = truth[known] - centre
    for place, level in enumerate(levels):
        if abs(level - 0.5) < 1e-9:
            continue
        side = 1.0 if level > 0.5 else -1.0  # the lower tail is the upper tail of the mirrored problem
        width = side * (values[known][:, place] - centre)
        if width.mean() <= 0.0:  # no width to stretch: the model gave this level no spread at all
            continue
        scores = np.sort(side * error / np.maximum(width, NARROWEST * width.mean()))
        # Split-conformal rank: with one more, unseen score among them it still holds its level. Where
        # even the largest score is not enough (very few windows), the largest has to do.
        rank = int(np.ceil((len(scores) + 1) * max(level, 1.0 - level)))
        factors[place] = max(scores[min(rank, len(scores)) - 1], 0.0)
    return factors
