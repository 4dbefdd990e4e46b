"""A scaler for every series and column, learnt from training rows alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from hiddenstate.choices import closest
from hiddenstate.data.panel import Panel, Series, Values
from hiddenstate.data.scalers import StandardScaler
from hiddenstate.data.split import Span
from hiddenstate.data.windows import Origins
from hiddenstate.errors import InputError

Array = NDArray[np.float64]
Scale = Literal["linear", "log"]


class ScaledWindows(NamedTuple):
    """Windows in scaled units."""

    targets: Values
    known: Values
    past: Values


@dataclass(frozen=True, eq=False)
class SeriesScalers:
    """The scalers of one series."""

    targets: StandardScaler
    known: StandardScaler
    past: StandardScaler


@dataclass(frozen=True, eq=False)
class PanelScalers:
    """The scalers of every series by its name."""

    scale: Scale
    by_name: dict[str, SeriesScalers]

    @classmethod
    def fit(cls, panel: Panel, train: Span, scale: Scale) -> Self:
        """Learn from the steps in `train`. Raises `InputError` for a logarithm of what is not above 0."""
        by_name = {}
        for number, series in enumerate(panel.series):
            rows = slice(int(train.first[number]), int(train.stop[number]))
            targets = series.targets[rows]
            by_name[series.name] = SeriesScalers(
                StandardScaler.fit(_log(targets, panel) if scale == "log" else targets),
                _fit_covariates(series.known[rows]),
                _fit_covariates(series.past[rows]),
            )
        return cls(scale, by_name)

    def transform(
        self, panel: Panel, origins: Origins, targets: Values, known: Values, past: Values
    ) -> ScaledWindows:
        """Windows (B, ·, columns) in the user's units to scaled ones."""
        known, past = known.copy(), past.copy()
        for rows, scalers in self._each(panel, origins):
            known[rows] = scalers.known.transform(known[rows])
            past[rows] = scalers.past.transform(past[rows])
        return ScaledWindows(self.transform_targets(panel, origins, targets), known, past)

    def transform_targets(self, panel: Panel, origins: Origins, values: Values) -> Values:
        """Targets (B, ·, C) in the user's units to scaled ones; NaN stays NaN."""
        scaled = (_log(values, panel) if self.scale == "log" else values).astype(np.float32)
        for rows, scalers in self._each(panel, origins):
            scaled[rows] = scalers.targets.transform(scaled[rows])
        return scaled

    def inverse_targets(self, panel: Panel, origins: Origins, values: Array) -> Array:
        """Scaled forecasts (B, H, C, Q) in the user's units."""
        result = np.empty(values.shape)
        for rows, scalers in self._each(panel, origins):
            by_column = np.moveaxis(values[rows], 2, -1)  # (b, H, Q, C)
            result[rows] = np.moveaxis(scalers.targets.inverse(by_column), -1, 2)
        return np.exp(result) if self.scale == "log" else result

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, for ``encoders.json``."""
        return {
            "scale": self.scale,
            "series": {
                name: {
                    "targets": scalers.targets.to_dict(),
                    "known": scalers.known.to_dict(),
                    "past": scalers.past.to_dict(),
                }
                for name, scalers in self.by_name.items()
            },
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        by_name = {
            name: SeriesScalers(
                *(StandardScaler.from_dict(parts[part]) for part in ("targets", "known", "past"))
            )
            for name, parts in values["series"].items()
        }
        return cls(values["scale"], by_name)

    def _each(self, panel: Panel, origins: Origins) -> list[tuple[NDArray[np.int64], SeriesScalers]]:
        """The rows of each series among `origins`, and its scalers."""
        return [
            (np.flatnonzero(origins.series == number), self._of(panel, panel.series[number]))
            for number in np.unique(origins.series)
        ]

    def _of(self, panel: Panel, series: Series) -> SeriesScalers:
        if series.name in self.by_name:
            return self.by_name[series.name]
        if len(self.by_name) == 1 and len(panel.series) == 1:
            return next(iter(self.by_name.values()))  # one series then and now: its name is no matter
        raise InputError(
            f'{panel.source}: expected a series the model was trained on, got "{series.name}". '
            f"{closest(series.name, self.by_name)}"
        )


def _log(values: Values, panel: Panel) -> Array:
    smallest = np.nanmin(values, initial=np.inf)
    if smallest <= 0.0:
        raise InputError(
            f'{panel.source}: expected targets above 0 for scale = "log", got {smallest:g}. Use scale = "linear".'
        )
    return np.log(np.asarray(values, dtype=np.float64))


def _fit_covariates(values: Values) -> StandardScaler:
    """As for targets, but a column of two values (a flag) becomes 0 and 1: its spread says only how rare it is."""
    scaler = StandardScaler.fit(values)
    mean, spread = scaler.mean.copy(), scaler.spread.copy()
    for column in range(values.shape[1]):
        found = np.unique(np.asarray(values[:, column]))
        found = found[np.isfinite(found)]
        if len(found) == 2:
            mean[column], spread[column] = found[0], found[1] - found[0]
    return StandardScaler(mean, spread)
