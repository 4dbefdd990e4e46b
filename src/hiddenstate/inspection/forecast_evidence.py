"""What a forecast of one step rests on: which columns of the user's file, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.choices import closest
from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins
from hiddenstate.errors import InputError
from hiddenstate.inspection.evidence import MOST_STRETCHES, Stretches, column_numbers
from hiddenstate.inspection.integrated import integrate
from hiddenstate.inspection.leaving_out import RANDOM_ORDERS, faithfulness, leave_one_out
from hiddenstate.inspection.modes import evaluation_mode
from hiddenstate.models.forecast_windows import ForecastWindows
from hiddenstate.records import Attribution, Evidence
from hiddenstate.tasks.forecast import ForecastTask

BASELINE = "the training average of every column, and no calendar"
TOLERANCE = 1e-4
"""In scaled units: a ten-thousandth of the target's spread."""
READ = ("past_targets", "past_features", "future_features", "reference")
"""The fields of a window that a network reads."""


@dataclass(frozen=True)
class ForecastPoint:
    """One number of a forecast."""

    step: int = 1
    """Of the horizon, counted from 1."""
    target: str | None = None
    """A target column; None: the first."""
    level: float = 0.5
    """One of the task's quantile levels."""


FIRST = ForecastPoint()


def forecast_evidence(
    task: ForecastTask,
    models: Sequence[nn.Module],
    panel: Panel,
    origin: Origins,
    point: ForecastPoint = FIRST,
    *,
    unit: str | None = None,
    random_orders: int = RANDOM_ORDERS,
) -> Evidence:
    """Why the forecast made at `origin` (one window) says what it says at one point of its horizon.

    Places are the steps of look-back and horizon, columns those of the file, and "calendar". What a network
    is given of earlier seasons of a target stands at the step for which it is given. The shares are in the
    user's unit (with a logarithmic scale in proportion), before the calibration of quantiles.

    Raises `InputError` for a step, column or level that is not there, or another number of windows than one.
    """
    reader = _Reader(task, models, panel, origin, point)
    with evaluation_mode(*models):
        x = reader.x
        baseline = torch.zeros_like(x)
        integral = integrate(reader.scaled, x, baseline, tolerance=TOLERANCE)
        parts = reader.parts()

        def without(away: NDArray[np.bool_]) -> NDArray[np.float64]:
            return reader.in_units(parts.without(reader.scaled, x, baseline)(away))

        effects = leave_one_out(without, parts.count)
        ends = reader.in_units(np.array([integral.output, integral.baseline]))
        scale = reader.scale(integral.output, integral.baseline, ends)
        shares = scale * integral.shares.numpy(force=True)
        name = reader.name(unit)
        curves = faithfulness(
            without,
            {"integrated gradients": parts.sums(shares), "occlusion": effects},
            output=name,
            random_orders=random_orders,
        )

    def attribution(method: str, values: NDArray[np.float64], unresolved: float) -> Attribution:
        return Attribution(
            method, name, reader.places, reader.columns, reader.by_place(values),
            float(ends[0]), float(ends[1]), BASELINE, unresolved,
        )  # fmt: skip

    return Evidence(
        attribution("integrated gradients", shares, abs(scale) * integral.unresolved),
        attribution("occlusion", parts.spread(effects), 0.0),
        curves,
    )


@final
class _Reader:
    """One window as one long vector of numbers, and where each of them belongs."""

    def __init__(
        self,
        task: ForecastTask,
        models: Sequence[nn.Module],
        panel: Panel,
        origin: Origins,
        point: ForecastPoint,
    ) -> None:
        if len(origin) != 1:
            raise InputError(f"origin: expected one window, got {len(origin)}. Choose one, e.g. origins[:1].")
        horizon, levels = task.settings.horizon, task.levels
        step, level = point.step, point.level
        if not 1 <= step <= horizon:
            raise InputError(f"step: expected 1 to {horizon}, the horizon, got {step}. Steps count from 1.")
        target = panel.target_names[0] if point.target is None else point.target
        if target not in panel.target_names:
            raise InputError(
                f'target: expected a target column, got "{target}". {closest(target, panel.target_names)}'
            )
        if level not in levels:
            shown = ", ".join(f"{each:g}" for each in levels)
            raise InputError(f"level: expected one of {shown}, got {level:g}. Choose a level of the model.")
        self.task, self.models, self.panel, self.origin = task, models, panel, origin
        self.step, self.target, self.level = step - 1, target, level
        self.at = (self.step, panel.target_names.index(target), levels.index(level))
        self.windows: ForecastWindows = next(task.batches(panel, origin, batch_size=1).epoch(1))
        self._index()

    def _index(self) -> None:
        """Place and column of every number that a network reads."""
        panel, windows = self.panel, self.windows
        lookback, horizon = self.task.sizes.lookback, self.task.settings.horizon
        past, future = self.task.builder.sources(panel, windows.future_features.shape[2])
        names = [*panel.target_names, *past, *future]
        number = column_numbers(names)
        self.columns = tuple(number)
        columns = {
            "past_targets": panel.target_names, "past_features": past,
            "future_features": future, "reference": panel.target_names,
        }  # fmt: skip
        self.place, self.column = [], []
        for field in READ:
            steps = np.arange(lookback) if field.startswith("past") else lookback + np.arange(horizon)
            own = np.array([number[name] for name in columns[field]], dtype=np.int64)
            self.place.append(np.repeat(steps, len(own)))
            self.column.append(np.tile(own, len(steps)))
        self.where = np.concatenate(self.place), np.concatenate(self.column)
        self.x = torch.cat([getattr(windows, field)[0].flatten() for field in READ])
        series = panel.series[int(self.origin.series[0])]
        first = int(self.origin.position[0])
        times = series.clock.local(series.clock.times(first - lookback, lookback + horizon))
        self.places = tuple(str(time).replace("T", " ")[:16] for time in times)

    def name(self, unit: str | None) -> str:
        """What is explained."""
        when = self.places[self.task.sizes.lookback + self.step]
        quantile = f", quantile {self.level:g}" if len(self.task.levels) > 1 else ""
        return f"{self.target} at {when}{quantile}" + (f" ({unit})" if unit else "")

    def scaled(self, x: Tensor) -> Tensor:
        """(B,) the mean of the networks' answers, in scaled units, from (B, numbers)."""
        fields, first = {}, 0
        for field in READ:
            shape = getattr(self.windows, field).shape[1:]
            size = int(np.prod(shape))
            fields[field] = x[:, first : first + size].reshape(len(x), *shape)
            first += size
        windows = ForecastWindows(**fields, targets=self.windows.targets)
        answers = [model(windows).sort(dim=-1).values[:, *self.at] for model in self.models]
        return torch.stack(answers).mean(dim=0)

    def in_units(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scaled values (n,) in the user's units."""
        shape = (1, self.task.settings.horizon, len(self.panel.target_names), len(values))
        filled = np.zeros(shape)
        filled[0, self.at[0], self.at[1]] = values
        back = self.task.builder.scalers.inverse_targets(self.panel, self.origin, filled)
        return np.asarray(back[0, self.at[0], self.at[1]], dtype=np.float64)

    def scale(self, output: float, baseline: float, ends: NDArray[np.float64]) -> float:
        """The user's units for each scaled one, between the two outputs."""
        if abs(output - baseline) > 1e-9:
            return float((ends[0] - ends[1]) / (output - baseline))
        near = self.in_units(np.array([output, output + 1e-3]))
        return float((near[1] - near[0]) / 1e-3)

    def parts(self) -> Stretches:
        """Each column in stretches of time; the numbers of one column and stretch go together."""
        place, column = self.where
        steps = len(self.places)
        stretches = min(steps, MOST_STRETCHES)
        raw = column * stretches + place * stretches // steps
        _, part = np.unique(raw, return_inverse=True)
        return Stretches(part, int(part.max()) + 1 if len(part) else 0)

    def by_place(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(places, columns) sums; NaN for a pair that the network is never given."""
        size = len(self.places) * len(self.columns)
        flat = self.where[0] * len(self.columns) + self.where[1]
        sums = np.asarray(np.bincount(flat, values, size), dtype=np.float64)
        sums[np.bincount(flat, minlength=size) == 0] = np.nan
        table: NDArray[np.float64] = sums.reshape(len(self.places), len(self.columns))
        return table
