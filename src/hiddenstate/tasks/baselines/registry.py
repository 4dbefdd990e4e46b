"""Every baseline by name, and all of them fitted at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

from hiddenstate.choices import choose
from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins
from hiddenstate.errors import InputError
from hiddenstate.tasks.baselines.baseline import Baseline
from hiddenstate.tasks.baselines.gradient_boosting import GradientBoosting
from hiddenstate.tasks.baselines.least_squares import LeastSquares
from hiddenstate.tasks.baselines.repeat_last import RepeatLast
from hiddenstate.tasks.baselines.same_weekday_mean import SameWeekdayMean
from hiddenstate.tasks.baselines.seasonal_naive import SeasonalNaive

BASELINES: dict[str, Callable[[], Baseline]] = {
    "repeat_last": RepeatLast,
    "seasonal_naive_day": lambda: SeasonalNaive("day"),
    "seasonal_naive_week": lambda: SeasonalNaive("week"),
    "seasonal_naive_year": lambda: SeasonalNaive("year"),
    "same_weekday_mean": SameWeekdayMean,
    "least_squares": LeastSquares,
    "least_squares_change": lambda: LeastSquares(change=True),
    "gradient_boosting": GradientBoosting,
}


@dataclass(frozen=True)
class FittedBaseline:
    """A baseline ready to predict, and what fitting it cost."""

    baseline: Baseline
    seconds: float


@dataclass(frozen=True)
class Rivals:
    """The baselines that could be fitted, and the reasons why others were left out."""

    fitted: tuple[FittedBaseline, ...]
    left_out: dict[str, str]
    """Reason by the baseline's printed name."""


def fit_baselines(
    panel: Panel, train: Origins, horizon: int, *, names: Iterable[str] = tuple(BASELINES)
) -> Rivals:
    """Fit every baseline that makes sense for this panel on the training windows.

    Give training origins of the kind that will be forecast (all at midnight, say): regressions fitted on
    other times of day are weaker there. Raises `SettingsError` for an unknown name.
    """
    fitted, left_out = [], {}
    for name in names:
        baseline = choose(BASELINES, name, "baseline")()
        reason = baseline.reason_to_leave_out(panel, train, horizon)
        if reason is None:
            begin = perf_counter()
            try:
                fitted.append(FittedBaseline(baseline.fit(panel, train, horizon), perf_counter() - begin))
            except InputError as error:  # gaps that only show while fitting
                reason = str(error)
        if reason is not None:
            left_out[baseline.name] = reason
    return Rivals(tuple(fitted), left_out)
