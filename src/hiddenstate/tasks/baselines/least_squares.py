"""Ordinary least squares, one regression per time of day: the baseline that networks often lose to."""

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins
from hiddenstate.errors import InputError
from hiddenstate.seeding import generator
from hiddenstate.tasks.baselines.cells import MOST_CELLS, Cells
from hiddenstate.tasks.baselines.design import KNOTS, ROWS_PER_COLUMN, Design, Line, choose_knots, fit_line
from hiddenstate.tasks.baselines.features import (
    LONGEST_TRAINING,
    Recipe,
    build_rows,
    choose_recipe,
    open_history,
    truth_of,
)
from hiddenstate.tasks.baselines.history import History, Steps

FEWEST_ROWS_PER_COLUMN = 2.5
MOST_ROWS = 20_000  # of one regression; more tell it nothing new
MOST_KNOT_VALUES = 100_000
CHUNK = 100_000  # rows whose features are held at once


@dataclass(frozen=True)
class _Fitted:
    """The regressions of one series."""

    cells: Cells
    design: Design
    lines: dict[int, list[Line]]
    """One per target, by cell."""


class LeastSquares:
    """Linear regression on lags, recent means, calendar and covariates (see `features`), per series.

    One regression per time of day and lead step; where the training windows are too few for that, or
    the horizon too long, neighbouring steps share one (see `Cells`). Numeric known-future covariates
    get hinges, lines that bend at quantiles, so heating and cooling may both raise demand.
    With `change` each regression also sees the value one near season before the last one, and so how the
    series moved over the last day: a single column that on electricity demand is worth a ninth of the error.
    Source: Hong et al. (2010), "Modeling and forecasting hourly electric load by multiple linear
    regression with interactions".
    """

    def __init__(self, *, change: bool = False) -> None:
        self.change = change
        self.name = "least squares with last change" if change else "least squares"
        self._horizon = 0
        self._recipe: Recipe | None = None
        self._fitted: dict[str, _Fitted] = {}

    def reason_to_leave_out(self, panel: Panel, train: Origins, horizon: int) -> str | None:
        """Too few training windows for three rows per column, even with all steps in one regression."""
        if not len(train):
            return "needs training windows, got none"
        recipe = choose_recipe(panel, train, horizon, change=self.change)
        for number in np.unique(train.series):
            windows = int((train.series == number).sum())
            columns = _plain_design(panel, recipe, horizon).columns()
            # The steps of one window say much the same: it counts as three rows at most.
            if windows * min(horizon, 3) < columns:
                name = panel.series[number].name
                return f"needs about {columns} training windows{f' of {name}' if name else ''}, got {windows}"
        return None

    def fit(self, panel: Panel, train: Origins, horizon: int) -> Self:
        """Fit every regression. Raises `InputError` where there is a reason to leave it out."""
        if reason := self.reason_to_leave_out(panel, train, horizon):
            raise InputError(f"{self.name}: {reason}. Give more history or leave it out.")
        self._horizon, self._recipe = horizon, choose_recipe(panel, train, horizon, change=self.change)
        self._fitted = {}
        for number in np.unique(train.series):
            positions = train.position[train.series == number]
            positions = positions[positions > positions.max() - LONGEST_TRAINING]
            self._fitted[panel.series[number].name] = self._fit_series(panel, int(number), positions)
        return self

    def _fit_series(self, panel: Panel, number: int, positions: Steps) -> _Fitted:
        assert self._recipe is not None
        horizon, recipe = self._horizon, self._recipe
        history, positions = open_history(panel, number, positions, horizon, recipe)
        cells, design = _choose_cells(panel, history, positions, horizon, recipe)
        origins, leads = np.repeat(positions, horizon), np.tile(np.arange(horizon), len(positions))
        keys = cells.keys(history.time_of_day[origins], leads)
        random = generator(0, "least squares")
        lines: dict[int, list[Line]] = {}
        for key, members in _by_key(keys):
            if len(members) > MOST_ROWS:
                members = np.sort(random.choice(members, MOST_ROWS, replace=False))
            rows = build_rows(history, recipe, origins[members], leads[members])
            truth = truth_of(history, origins[members] + leads[members])  # (r, c)
            shared = design.shared(rows)
            fitted = [
                fit_line(np.concatenate([design.own(rows, target), shared], axis=1), truth[:, target])
                for target in range(truth.shape[1])
            ]
            found = [line for line in fitted if line is not None]
            if len(found) == len(fitted):
                lines[key] = found
        if not lines:
            raise InputError(f"{self.name}: expected more complete training windows, got gaps. Leave it out.")
        return _Fitted(cells, design, lines)

    def predict(self, panel: Panel, origins: Origins, horizon: int) -> NDArray[np.float64]:
        """(n, h, c) forecasts. Raises `InputError` before `fit`, for a longer horizon or a new series."""
        if self._recipe is None or horizon > self._horizon:
            raise InputError(
                f"{self.name}: expected a horizon of at most the fitted {self._horizon} steps, got {horizon}."
            )
        result = np.empty((len(origins), horizon, len(panel.target_names)))
        for number in np.unique(origins.series):
            name = panel.series[number].name
            if name not in self._fitted:
                raise InputError(
                    f'{self.name}: expected a series it was fitted on, got "{name}". Fit it again.'
                )
            chosen = origins.series == number
            result[chosen] = self._predict_series(panel, int(number), origins.position[chosen], horizon)
        return result

    def _predict_series(
        self, panel: Panel, number: int, positions: Steps, horizon: int
    ) -> NDArray[np.float64]:
        assert self._recipe is not None
        fitted, recipe = self._fitted[panel.series[number].name], self._recipe
        history, positions = open_history(panel, number, positions, horizon, recipe)
        origins, leads = np.repeat(positions, horizon), np.tile(np.arange(horizon), len(positions))
        trained = np.asarray(sorted(fitted.lines))
        result = np.empty((len(origins), len(panel.target_names)))
        for key, members in _by_key(fitted.cells.keys(history.time_of_day[origins], leads)):
            lines = fitted.lines.get(key) or fitted.lines[fitted.cells.nearest(key, trained)]
            for start in range(0, len(members), CHUNK):
                part = members[start : start + CHUNK]
                rows = build_rows(history, recipe, origins[part], leads[part])
                shared = fitted.design.shared(rows)
                for target, line in enumerate(lines):
                    x = np.concatenate([fitted.design.own(rows, target), shared], axis=1)
                    result[part, target] = line.predict(x)
        return result.reshape(len(positions), horizon, -1)


def _by_key(keys: Steps) -> list[tuple[int, Steps]]:
    """The rows of each distinct key."""
    order = np.argsort(keys, kind="stable")
    distinct, first = np.unique(keys[order], return_index=True)
    return list(zip(distinct.tolist(), np.split(order, first[1:]), strict=True))


def _plain_design(panel: Panel, recipe: Recipe, pooled_over: int | None) -> Design:
    """The design without any hinge."""
    straight = tuple(() for flag in recipe.flags if not flag)
    return Design(recipe, straight, "week" in panel.series[0].clock.seasons(), pooled_over)


def _choose_cells(
    panel: Panel, history: History, positions: Steps, horizon: int, recipe: Recipe
) -> tuple[Cells, Design]:
    """The finest grouping whose regressions have rows enough, and the hinges that those rows can bear."""
    times = np.repeat(history.time_of_day[positions], horizon)
    leads = np.tile(np.arange(horizon), len(positions))
    targets = len(panel.target_names)
    candidates: tuple[tuple[Literal["origin", "target", "all"], int | None], ...]
    candidates = (("origin", None), ("target", history.day), ("all", horizon))
    for kind, pooled_over in candidates:
        cells = Cells(kind, history.day, horizon)
        design = _plain_design(panel, recipe, pooled_over)
        count = len(np.unique(cells.keys(times, leads)))
        rows = len(leads) // count
        if kind == "all" or (
            count * targets <= 2 * MOST_CELLS and rows >= FEWEST_ROWS_PER_COLUMN * design.columns()
        ):
            break
    if kind == "all":  # its rows overlap: they can bear no more columns than the windows behind them
        rows = len(positions)
    past = history.known[: int(positions.max())]
    past = past[:: 1 + len(past) // MOST_KNOT_VALUES]
    numeric = [place for place, flag in enumerate(recipe.flags) if not flag]
    for knots in range(len(KNOTS), -1, -1):
        bent = tuple(choose_knots(past[:, place], knots) for place in numeric)
        chosen = Design(recipe, bent, design.weekly, design.pooled_over)
        if chosen.columns() * ROWS_PER_COLUMN <= rows:
            return cells, chosen
    return cells, design
