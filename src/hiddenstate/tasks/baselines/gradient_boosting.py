"""Gradient-boosted trees: the strongest plain competitor where effects bend and interact."""

from contextlib import AbstractContextManager
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins
from hiddenstate.errors import InputError
from hiddenstate.seeding import derive, generator
from hiddenstate.tasks.baselines.features import (
    LONGEST_TRAINING,
    Recipe,
    Rows,
    build_rows,
    choose_recipe,
    open_history,
    truth_of,
)
from hiddenstate.tasks.baselines.history import Array, Steps

Columns = NDArray[np.float32]
FEWEST_ROWS = 200
MOST_ROWS = 300_000  # of all series and targets together
MOST_CATEGORIES = 200
CHUNK = 200_000  # rows whose features are held at once
TREES = {
    "max_iter": 400,
    "learning_rate": 0.05,
    "max_leaf_nodes": 31,
    "min_samples_leaf": 40,
    "l2_regularization": 30.0,
    "max_features": 0.3,
    "early_stopping": False,
}


class GradientBoosting:
    """One boosted model per target, direct over the lead steps, for all series together.

    It sees what least squares sees (see `features`) plus the lead step, and learns the difference to
    the value one near season ago in units of each series' usual change: trees cannot extrapolate a
    level, so they are not asked to. Settings in the manner of LightGBM's defaults, with a lower rate
    and more shrinkage.
    Source: Ke et al. (2017), "LightGBM"; scikit-learn's HistGradientBoostingRegressor.
    """

    name = "gradient boosting"

    def __init__(self) -> None:
        self._horizon = 0
        self._recipe: Recipe | None = None
        self._models: list[Any] = []  # one regressor per target
        self._scales: dict[str, Array] = {}  # (c,) usual change of each series
        self._codes: dict[str, int] = {}

    def reason_to_leave_out(self, panel: Panel, train: Origins, horizon: int) -> str | None:
        """Too few rows to grow trees on."""
        if len(train) * horizon < FEWEST_ROWS:
            return f"needs about {-(-FEWEST_ROWS // horizon)} training windows, got {len(train)}"
        return None

    def fit(self, panel: Panel, train: Origins, horizon: int) -> Self:
        """Grow the trees. Raises `InputError` where there is a reason to leave it out."""
        from sklearn.ensemble import HistGradientBoostingRegressor  # heavy: only a fit needs it

        if reason := self.reason_to_leave_out(panel, train, horizon):
            raise InputError(f"{self.name}: {reason}. Give more history or leave it out.")
        self._horizon, self._recipe = horizon, choose_recipe(panel, train, horizon, change=True)
        numbers = np.unique(train.series).tolist()
        self._codes = {panel.series[number].name: code for code, number in enumerate(numbers)}
        rows, changes = self._training_rows(panel, train)
        self._models = []
        for target in range(len(panel.target_names)):
            x, y = rows[target], changes[target]
            usable = np.isfinite(y)
            if usable.sum() < FEWEST_ROWS // 2:
                raise InputError(
                    f"{self.name}: expected more complete training windows, got gaps. Leave it out."
                )
            coded = 1 < len(self._codes) <= MOST_CATEGORIES
            trees = HistGradientBoostingRegressor(
                **TREES,
                categorical_features=[0] if coded else None,
                random_state=derive(0, self.name, target) % 2**32,
            )
            with _one_thread():
                self._models.append(trees.fit(x[usable], y[usable]))
        return self

    def _training_rows(self, panel: Panel, train: Origins) -> tuple[list[Columns], list[Array]]:
        """Features and scaled changes to learn, by target; a random part where there are many."""
        assert self._recipe is not None
        targets = len(panel.target_names)
        numbers = np.unique(train.series)
        most = MOST_ROWS // (targets * len(numbers))
        random = generator(0, self.name)
        x: list[list[Columns]] = [[] for _ in range(targets)]
        y: list[list[Array]] = [[] for _ in range(targets)]
        for number in numbers.tolist():
            positions = train.position[train.series == number]
            positions = positions[positions > positions.max() - LONGEST_TRAINING]
            history, positions = open_history(panel, number, positions, self._horizon, self._recipe)
            cells = np.arange(len(positions) * self._horizon)
            if len(cells) > most:
                cells = np.sort(random.choice(len(cells), most, replace=False))
            origins, leads = positions[cells // self._horizon], cells % self._horizon
            rows = build_rows(history, self._recipe, origins, leads)
            changes = truth_of(history, origins + leads) - rows.own[:, :, 0]  # (r, c)
            name = panel.series[number].name
            self._scales[name] = _usual_change(changes)
            for target in range(targets):
                x[target].append(self._columns(rows, target, name))
                y[target].append(changes[:, target] / self._scales[name][target])
        return [np.concatenate(part) for part in x], [np.concatenate(part) for part in y]

    def predict(self, panel: Panel, origins: Origins, horizon: int) -> NDArray[np.float64]:
        """(n, h, c) forecasts. Raises `InputError` before `fit`, for a longer horizon or a new series."""
        if self._recipe is None or horizon > self._horizon:
            raise InputError(
                f"{self.name}: expected a horizon of at most the fitted {self._horizon} steps, got {horizon}."
            )
        result = np.empty((len(origins), horizon, len(panel.target_names)))
        for number in np.unique(origins.series).tolist():
            name = panel.series[number].name
            if name not in self._codes:
                raise InputError(
                    f'{self.name}: expected a series it was fitted on, got "{name}". Fit it again.'
                )
            chosen = origins.series == number
            result[chosen] = self._predict_series(panel, number, origins.position[chosen], horizon)
        return result

    def _predict_series(
        self, panel: Panel, number: int, positions: Steps, horizon: int
    ) -> NDArray[np.float64]:
        assert self._recipe is not None
        name = panel.series[number].name
        history, positions = open_history(panel, number, positions, horizon, self._recipe)
        result = np.empty((len(positions) * horizon, len(panel.target_names)))
        for start in range(0, len(result), CHUNK):
            cells = np.arange(start, min(start + CHUNK, len(result)))
            rows = build_rows(history, self._recipe, positions[cells // horizon], cells % horizon)
            for target, trees in enumerate(self._models):
                columns = self._columns(rows, target, name)
                with _one_thread():
                    change = trees.predict(columns) * self._scales[name][target]
                result[cells, target] = rows.own[:, target, 0] + change
        return result.reshape(len(positions), horizon, -1)

    def _columns(self, rows: Rows, target: int, name: str) -> Columns:
        """(r, f) what the trees see of one target; column 0 is the series."""
        own = rows.own[:, target] / self._scales[name][target]  # (r, lags + 3)
        near, further = own[:, :1], own[:, 1:-3]
        mean, last, before_last = own[:, -3:-2], own[:, -2:-1], own[:, -1:]
        covariates = [rows.known[:, :, place] for place in range(rows.known.shape[-1])]  # (r, k) each
        assert self._recipe is not None
        moments = [rows.lead, rows.time_of_day, rows.weekday]
        if self._recipe.harmonics:  # in data of less than a year trees would learn dates by heart
            moments.append(rows.day_of_year)
        columns = [
            np.full((len(own), 1), self._codes[name]),
            np.stack(moments, axis=1),
            near,
            further - near,
            last - before_last,
            mean - before_last,
            *covariates,
            covariates[0] - covariates[1],
            rows.past,
        ]
        return np.concatenate(columns, axis=1).astype(np.float32)


def _one_thread() -> AbstractContextManager[Any]:
    """Keep scikit-learn to one thread.

    Its threads wait for each other in a busy loop: beside other work on the machine two of them took
    thirty times as long as one, which is done in seconds.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

    limits: AbstractContextManager[Any] = threadpool_limits(limits=1, user_api="openmp")
    return limits


def _usual_change(changes: Array) -> Array:
    """(c,) mean absolute change of each target; 1 where nothing ever changes."""
    known = np.isfinite(changes)
    mean = np.where(known, np.abs(changes), 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(mean > 0.0, mean, 1.0)
