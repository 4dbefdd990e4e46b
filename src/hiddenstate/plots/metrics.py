"""What the figures of a score are called, in which unit they are, and which way is better."""

from dataclasses import dataclass, replace
from typing import Literal

Better = Literal["lower", "higher"] | float | None
TARGET_UNIT = "@target"


@dataclass(frozen=True)
class MetricColumn:
    """How one figure of a score is shown."""

    key: str
    """Its name in ``Score.metrics``."""
    label: str
    unit: str | None = ""
    """``""``: a pure number; ``None``: the unit of the data, whose name is not known."""
    better: Better = "lower"
    """A number is a nominal value: the closest is best. ``None``: neither way is better."""

    meaning: str = ""
    """What it is, for a reader who does not know the abbreviation."""

    def direction(self) -> str:
        """Which way is better, to follow a label: ``", lower is better"``."""
        return f", {self.better} is better" if isinstance(self.better, str) else ""

    def distance(self, value: float) -> float:
        """How far from ideal: the smaller, the better; 0 for all where neither way is better."""
        if self.better is None:
            return 0.0
        if self.better == "lower":
            return value
        return -value if self.better == "higher" else abs(value - float(self.better))


METRICS: dict[str, MetricColumn] = {
    column.key: column
    for column in (
        MetricColumn("mae", "MAE", TARGET_UNIT, meaning="mean absolute error"),
        MetricColumn(
            "rmse", "RMSE", TARGET_UNIT, meaning="root of the mean squared error: large misses weigh more"
        ),
        MetricColumn("mse", "MSE", meaning="mean squared error"),
        MetricColumn("mape", "MAPE", "%", meaning="mean absolute error in percent of the true value"),
        MetricColumn(
            "smape", "sMAPE", "%", meaning="mean absolute error in percent of the mean of truth and forecast"
        ),
        MetricColumn("nd", "ND", meaning="sum of absolute errors divided by the sum of absolute true values"),
        MetricColumn(
            "mase",
            "MASE",
            meaning="mean absolute error divided by that of the seasonal naive method in training: "
            "below 1 beats it",
        ),
        MetricColumn(
            "pinball",
            "Pinball",
            TARGET_UNIT,
            meaning="loss of the forecast quantiles: rewards intervals that are narrow and hold the truth",
        ),
        MetricColumn("mape_skipped", "Left out", "", None, "number of zero truths that MAPE leaves out"),
        MetricColumn("accuracy", "Accuracy", "%", "higher", "share of right answers"),
        MetricColumn(
            "macro_f1",
            "Macro-F1",
            "%",
            "higher",
            "mean over the classes of the harmonic mean of precision and recall",
        ),
    )
}


def metric_column(key: str, unit: str | None = None) -> MetricColumn:
    """How the figure called `key` is shown; an unknown one under its own name.

    `unit` is the unit of the target. ``coverage_80`` and the like are percentages of which the one closest
    to nominal is best.

    >>> metric_column("mae", "MW").unit, metric_column("coverage_80").better
    ('MW', 80.0)
    """
    name, _, nominal = key.partition("_")
    if name == "coverage" and nominal.replace(".", "", 1).isdigit():
        meaning = f"share of the truths inside the {nominal} % interval; closest to {nominal} is best"
        return MetricColumn(key, f"Coverage {nominal} %", "%", float(nominal), meaning)
    column = METRICS.get(key, MetricColumn(key, key.replace("_", " "), "", None))
    return replace(column, unit=unit) if column.unit == TARGET_UNIT else column
