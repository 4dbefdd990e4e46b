"""The forecasting task: from a panel to what a network reads, and from its outputs to a forecast."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.choices import choose
from hiddenstate.data.panel import Panel
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.split import Span
from hiddenstate.data.windows import Origins, cut, list_origins
from hiddenstate.errors import BundleError, InputError
from hiddenstate.models.direct import DirectForecaster, DirectSettings
from hiddenstate.models.forecast_windows import ForecastSizes, ForecastWindows
from hiddenstate.models.segments import SegmentForecaster, SegmentSettings
from hiddenstate.records import Forecast
from hiddenstate.tasks.calibration import Calibration
from hiddenstate.tasks.forecast_batches import ForecastBatches
from hiddenstate.tasks.forecast_features import FeatureBuilder
from hiddenstate.tasks.forecast_plan import plan_lookback
from hiddenstate.tasks.forecast_scalers import PanelScalers
from hiddenstate.tasks.forecast_settings import ForecastSettings
from hiddenstate.tasks.losses import LOSSES

NetworkSettings = DirectSettings | SegmentSettings
FAMILIES: dict[str, Callable[[ForecastSizes, Any], nn.Module]] = {
    "direct": DirectForecaster,
    "segments": SegmentForecaster,
}
CALENDAR = SeriesSettings.calendar
YEAR_SECONDS = 365 * 86_400


@final
class ForecastTask:
    """What is forecast from what; everything learnt from training rows except the network's weights.

    Made by `fit` or `from_dict`. Of the panel only the scalers' numbers, the columns' names and the
    look-back stay behind, so a stored task works without the file it was trained on.
    """

    def __init__(
        self,
        settings: ForecastSettings,
        network: NetworkSettings,
        builder: FeatureBuilder,
        sizes: ForecastSizes,
        columns: Mapping[str, tuple[str, ...]],
    ) -> None:
        """Use `fit`. `columns`: the names of the panel's targets, known and past columns."""
        self.settings = settings
        self.network = network
        self.builder = builder
        self.sizes = sizes
        self.columns = dict(columns)
        self.calibration: Calibration | None = None

    @classmethod
    def fit(
        cls,
        panel: Panel,
        train: Span,
        settings: ForecastSettings,
        network: NetworkSettings,
        calendar: tuple[str, ...] = CALENDAR,
    ) -> Self:
        """Choose look-back and lags, and learn the scalers from the steps in `train`.

        Raises `InputError` for series too short for look-back and horizon.
        """
        plan = plan_lookback(panel, settings)
        scalers = PanelScalers.fit(panel, train, settings.scale)
        calendar = learnable_calendar(panel, train, calendar)
        builder = FeatureBuilder(plan, scalers, settings.horizon, calendar, settings.family == "segments")
        return cls(settings, network, builder, _sizes(builder, panel, settings), _columns(panel))

    def with_network(self, network: NetworkSettings) -> Self:
        """The same task for another network of the same family."""
        other = copy.copy(self)
        other.network = network
        return other

    @property
    def lookback(self) -> int:
        """Rows needed before an origin, lags of weeks ago included."""
        return self.builder.plan.rows

    @property
    def levels(self) -> tuple[float, ...]:
        """The quantile levels of a forecast."""
        return self.settings.output_levels

    def origins(self, panel: Panel, span: Span, *, training: bool = False) -> Origins:
        """The windows whose horizon lies in `span`; for `training`, each `train_stride`-th of them."""
        stride = (self.settings.train_stride or 1) if training else 1
        return list_origins(
            panel, span, self.lookback, self.settings.horizon, stride=stride, at=self.settings.origin
        )

    def build_model(self) -> nn.Module:
        """A network with fresh weights, from torch's global generator."""
        return choose(FAMILIES, self.settings.family, "family")(self.sizes, self.network)

    def batches(
        self, panel: Panel, origins: Origins, *, batch_size: int, seed: int | None = None
    ) -> ForecastBatches:
        """The windows at `origins` for the trainer; without a seed in their order."""
        self._check(panel)
        return ForecastBatches(self.builder, panel, origins, batch_size=batch_size, seed=seed)

    def loss(self, model: nn.Module, batch: ForecastWindows) -> Tensor:
        """What training lowers: a scalar, in scaled units."""
        value: Tensor = LOSSES[self.settings.loss](model(batch), batch.targets, self.levels)
        return value

    def validator(
        self, panel: Panel, origins: Origins, *, batch_size: int = 256
    ) -> Callable[[nn.Module], float]:
        """A function of the model: its mean loss on the windows at `origins`, which are encoded only once."""
        batches = self.batches(panel, origins, batch_size=batch_size)

        def validate(model: nn.Module) -> float:
            total = known = 0.0
            with torch.no_grad():
                for batch in batches.epoch(1):
                    cells = float(torch.isfinite(batch.targets).sum())
                    total += float(self.loss(model, batch)) * cells
                    known += cells
            return total / max(known, 1.0)

        return validate

    def predict(
        self, models: Sequence[nn.Module], panel: Panel, origins: Origins, *, batch_size: int = 256
    ) -> Forecast:
        """Forecast the windows at `origins` in the user's units: quantiles averaged over `models`, in
        ascending order, calibrated where `calibrate` was called; the truth beside them where it is known.

        Raises `InputError` for missing columns, unknown series and no window at all.
        """
        batches = self.batches(panel, origins, batch_size=batch_size)
        outputs = [_mean_output(models, batch) for batch in batches.epoch(1)]  # (b, H, C, Q) each
        values = self.builder.scalers.inverse_targets(panel, origins, np.concatenate(outputs))
        truth = cut(panel, origins, 0, self.settings.horizon, ()).future_targets
        if self.calibration is not None:
            values = self.calibration.apply(values)
        series = [panel.series[number] for number in origins.series]
        times = [
            part.clock.times(int(first), self.settings.horizon)
            for part, first in zip(series, origins.position, strict=True)
        ]
        return Forecast(
            series=tuple(part.name for part in series),
            times=np.stack(times),
            timezone=series[0].clock.timezone,
            targets=panel.target_names,
            levels=self.levels,
            values=values,
            truth=truth.astype(np.float64) if np.isfinite(truth).any() else None,
        )

    def calibrate(self, models: Sequence[nn.Module], panel: Panel, origins: Origins) -> None:
        """Learn on windows that the models were not fitted on how far quantiles must be stretched to hold
        their level; later forecasts are. A point forecast has nothing to calibrate.
        """
        self.calibration = None
        if len(self.levels) == 1:
            return
        forecast = self.predict(models, panel, origins)
        if forecast.truth is not None:
            self.calibration = Calibration.fit(forecast.values, forecast.truth, self.levels)

    def to_dict(self) -> dict[str, Any]:
        """Everything but settings and weights, for ``encoders.json``."""
        plan = self.builder.plan
        lags = {
            name: [[lag.season, lag.times] for lag in part]
            for name, part in (("lags", plan.lags), ("reference", plan.reference))
        }
        return {
            "columns": {part: list(names) for part, names in self.columns.items()},
            "calendar": list(self.builder.calendar),
            "plan": {"cycle": plan.cycle, "read": plan.read, "rows": plan.rows, **lags},
            "sizes": {
                "past_features": self.sizes.past_features,
                "future_features": self.sizes.future_features,
            },
            "scalers": self.builder.scalers.to_dict(),
            "calibration": self.calibration.to_dict() if self.calibration else None,
        }

    @classmethod
    def from_dict(
        cls, values: Mapping[str, Any], settings: ForecastSettings, network: NetworkSettings
    ) -> Self:
        """The inverse of `to_dict`. Raises `BundleError` where something is missing."""
        try:
            builder = FeatureBuilder.from_dict(values, settings)
            plan = builder.plan
            columns = {part: tuple(names) for part, names in values["columns"].items()}
            sizes = ForecastSizes(
                lookback=plan.read,
                horizon=settings.horizon,
                cycle=plan.cycle,
                targets=len(columns["targets"]),
                past_features=values["sizes"]["past_features"],
                future_features=values["sizes"]["future_features"],
                levels=len(settings.output_levels),
            )
            calibration = values["calibration"]
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"encoders.json: expected a stored forecasting task, got a damaged one ({error!r}). Train again."
            ) from None
        task = cls(settings, network, builder, sizes, columns)
        task.calibration = Calibration.from_dict(calibration) if calibration else None
        return task

    def _check(self, panel: Panel) -> None:
        """The panel must have the columns that the task was fitted on, in their order."""
        for part, names in _columns(panel).items():
            if names != self.columns[part]:
                raise InputError(
                    f"{panel.source}: expected {part} columns {', '.join(self.columns[part]) or '(none)'}, "
                    f"got {', '.join(names) or '(none)'}. Give the columns that the model was trained on."
                )


def learnable_calendar(panel: Panel, train: Span, calendar: tuple[str, ...]) -> tuple[str, ...]:
    """The calendar features without the day of the year where the training part is shorter than a year.

    A network would learn the few dates that it saw by heart, and meet values it never saw in the rest.
    """
    longest = 0.0
    for series, first, stop in zip(panel.series, train.first, train.stop, strict=True):
        begin, end = series.clock.at(np.array([first, max(first, stop)]))
        longest = max(longest, float((end - begin) / np.timedelta64(1, "s")))
    if longest >= YEAR_SECONDS:
        return calendar
    return tuple(name for name in calendar if name != "day_of_year")


def _columns(panel: Panel) -> dict[str, tuple[str, ...]]:
    return {"targets": panel.target_names, "known": panel.known_names, "past": panel.past_names}


def _sizes(builder: FeatureBuilder, panel: Panel, settings: ForecastSettings) -> ForecastSizes:
    """Counted on one window: what the builder makes is what the network must take."""
    plan = builder.plan
    sample = builder.build(panel, Origins(np.zeros(1, np.int64), np.array([plan.rows], np.int64)))
    return ForecastSizes(
        lookback=plan.read,
        horizon=settings.horizon,
        cycle=plan.cycle,
        targets=len(panel.target_names),
        past_features=sample.past_features.shape[2],
        future_features=sample.future_features.shape[2],
        levels=len(settings.output_levels),
    )


def _mean_output(models: Sequence[nn.Module], batch: ForecastWindows) -> NDArray[np.float64]:
    """(B, H, C, Q) the models' outputs, averaged, in scaled units."""
    outputs = []
    for model in models:
        was_training = model.training
        model.eval()
        with torch.no_grad():
            # A network's quantiles may cross here and there; in order they mean what they say.
            outputs.append(model(batch).sort(dim=-1).values.double().numpy())
        model.train(was_training)
    mean: NDArray[np.float64] = np.mean(outputs, axis=0)
    return mean
