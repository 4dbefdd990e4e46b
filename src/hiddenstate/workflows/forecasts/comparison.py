"""The model beside the plain baselines, on the same windows, in the user's units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins
from hiddenstate.records import Forecast, Score
from hiddenstate.tasks.baselines.registry import BASELINES, fit_baselines
from hiddenstate.tasks.metrics import measure, measure_point
from hiddenstate.tasks.verdict import Verdict, blocks_of, judge, window_errors
from hiddenstate.workflows.outcome import Outcome

Scale = NDArray[np.float64]
COLUMNS = ("mae", "rmse", "mape", "nd", "mase", "pinball")
"""The figures of the tables."""
WITHOUT_TRAINING = (
    "repeat_last",
    "seasonal_naive_day",
    "seasonal_naive_week",
    "seasonal_naive_year",
    "same_weekday_mean",
)
"""Baselines that learn nothing, and so can be shown beside a model whose training data are gone."""


@dataclass(frozen=True)
class Comparison:
    """Scores of model and baselines, and what they say."""

    scores: tuple[Score, ...]
    """The model first."""
    verdict: Verdict | None
    """None where no baseline could be fitted."""
    forecast: Forecast
    baselines: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    """(n, h, c) by printed name."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Why a baseline is not in the table."""

    @property
    def model(self) -> Score:
        """The model's row."""
        return self.scores[0]

    def outcome(self, unit: str | None, *, repairs: tuple[str, ...] = ()) -> Outcome:
        """The same for the terminal and ``metrics.json``."""
        inside = [
            f"{key.removeprefix('coverage_')} % interval holds {value:.1f} % of the truth"
            for key, value in self.model.metrics.items()
            if key in ("coverage_80", "coverage_95")
        ]
        notes = [f"Intervals: {'; '.join(inside)}."] if inside else []
        notes += [f"Left out: {name}, because {reason}" for name, reason in self.left_out.items()]
        return Outcome(
            scores=self.scores,
            columns=COLUMNS,
            basis="the same windows",
            verdict=self.verdict,
            unit=unit,
            notes=tuple(notes),
            repairs=repairs,
            rows=len(self.forecast.times),
        )


def compare(
    panel: Panel,
    origins: Origins,
    forecast: Forecast,
    *,
    name: str,
    scale: Scale,
    learn_from: Origins | None = None,
    seconds: float | None = None,
) -> Comparison:
    """Measure `forecast` and every baseline on the windows at `origins`.

    scale: (series, c) in-sample error of the seasonal naive forecast, for MASE and for weighing targets
    of different units. `learn_from` are the windows that baselines may learn from; without them only
    those that learn nothing take part.
    """
    assert forecast.truth is not None
    names: Iterable[str] = BASELINES if learn_from is not None else WITHOUT_TRAINING
    horizon = forecast.times.shape[1]
    rivals = fit_baselines(panel, origins if learn_from is None else learn_from, horizon, names=names)
    of_window = scale[origins.series]  # (n, c)
    truth = forecast.truth
    scores = [Score(name, measure(forecast, of_window), is_model=True, seconds=seconds)]
    weights = of_window if len(panel.target_names) > 1 or len(panel.series) > 1 else np.ones_like(of_window)
    errors = {name: window_errors(truth, forecast.median(), weights)}
    points: dict[str, NDArray[np.float64]] = {}
    for rival in rivals.fitted:
        label = rival.baseline.name
        points[label] = rival.baseline.predict(panel, origins, horizon)
        scores.append(Score(label, measure_point(truth, points[label], of_window), seconds=rival.seconds))
        errors[label] = window_errors(truth, points[label], weights)
    verdict = judge(name, errors, blocks_of(forecast)) if points else None
    return Comparison(tuple(scores), verdict, forecast, points, rivals.left_out)
