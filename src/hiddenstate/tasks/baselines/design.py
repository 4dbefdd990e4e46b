"""The columns of a linear regression, made from the features: hinges, weekdays, waves of the year."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiddenstate.tasks.baselines.features import Recipe, Rows
from hiddenstate.tasks.baselines.history import Array

KNOTS = (0.5, 0.1, 0.9, 0.3, 0.7)  # quantiles of a covariate where its line may bend, most useful first
ROWS_PER_COLUMN = 4  # hinges are added while each column keeps so many rows
DAYS_IN_YEAR = 365.25


@dataclass(frozen=True)
class Design:
    """How features become columns."""

    recipe: Recipe
    knots: tuple[tuple[float, ...], ...]
    """Of each known covariate that is not a flag; empty for a straight line."""
    weekly: bool
    """Whether weekdays mean something at this step."""
    pooled_over: int | None
    """Steps in the near season if one regression serves several lead steps, else ``None``."""

    def shared(self, rows: Rows) -> Array:
        """(r, f) columns that all targets share."""
        columns: list[Array] = [rows.past]
        if self.weekly:
            columns.append((rows.weekday[:, None] == np.arange(1, 7)).astype(np.float64))
        phase = 2.0 * np.pi * rows.day_of_year / DAYS_IN_YEAR
        for order in range(1, self.recipe.harmonics + 1):
            columns.append(np.stack([np.sin(order * phase), np.cos(order * phase)], axis=1))
        numeric = 0
        for place, flag in enumerate(self.recipe.flags):
            values = rows.known[:, place]  # (r, 5)
            if flag:
                columns.append(values[:, :3])
            else:
                columns.append(_hinges(np.delete(values, 2, axis=1), self.knots[numeric]))
                numeric += 1
        return np.concatenate(columns, axis=1)

    def own(self, rows: Rows, target: int) -> Array:
        """(r, f) columns that one target has for itself."""
        own = rows.own[:, target, : self._own()]
        if self.pooled_over is None:
            return own
        # What the latest values are worth fades with the lead step.
        ahead = (rows.lead % self.pooled_over / self.pooled_over)[:, None]
        return np.concatenate([own, own[:, len(self.recipe.lags) :] * ahead], axis=1)

    def _own(self) -> int:
        """Lags, mean of the last cycle, last value, and the one a near season before it if asked for."""
        return len(self.recipe.lags) + (3 if self.recipe.change else 2)

    def columns(self) -> int:
        """Number of columns of one target's regression, the constant included."""
        flags = sum(self.recipe.flags)
        lines = sum(4 * (1 + len(knots)) for knots in self.knots)
        own = self._own() if self.pooled_over is None else 2 * self._own() - len(self.recipe.lags)
        return 1 + own + 6 * self.weekly + 2 * self.recipe.harmonics + 3 * flags + lines


def choose_knots(values: Array, count: int) -> tuple[float, ...]:
    """Up to `count` distinct knots at quantiles of a covariate's values (m,)."""
    known = values[np.isfinite(values)]
    if not count or not len(known):
        return ()
    return tuple(float(knot) for knot in np.unique(np.quantile(known, sorted(KNOTS[:count]))))


def _hinges(values: Array, knots: tuple[float, ...]) -> Array:
    """(r, v (1 + knots)) each value and how far it is above each knot: a line that bends there."""
    bends = [np.maximum(values - knot, 0.0) for knot in knots]
    return np.concatenate([values, *bends], axis=1)


@dataclass(frozen=True)
class Line:
    """One fitted regression: centre + (x - means) @ weights."""

    means: NDArray[np.float64]
    weights: NDArray[np.float64]
    centre: float

    def predict(self, x: Array) -> Array:
        """(r,) forecasts; what is unknown (NaN) counts as its mean."""
        return self.centre + np.nan_to_num(x - self.means, nan=0.0) @ self.weights


def fit_line(x: Array, y: Array) -> Line | None:
    """Ordinary least squares over the rows without NaN; ``None`` if they are fewer than columns + 2.

    A ridge of one millionth keeps columns that repeat each other from making the weights explode.
    """
    usable = np.isfinite(y) & np.isfinite(x).all(axis=1)
    x, y = x[usable], y[usable]
    if len(x) < x.shape[1] + 2:
        return None
    means, centre = x.mean(axis=0), float(y.mean())
    z = x - means
    scales = z.std(axis=0)
    scales = np.where(scales > 1e-9 * (1.0 + np.abs(means)), scales, np.inf)  # a constant column is left out
    z /= scales
    gram = z.T @ z + 1e-6 * len(z) * np.eye(z.shape[1])
    return Line(means, np.linalg.solve(gram, z.T @ (y - centre)) / scales, centre)
