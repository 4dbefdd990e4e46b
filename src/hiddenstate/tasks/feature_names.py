"""What the numbers are called that a forecast knows of each future step, in the order of `FeatureBuilder`."""

from hiddenstate.data.calendar import calendar_names
from hiddenstate.data.panel import Panel
from hiddenstate.tasks.forecast_features import DAY_SECONDS, FeatureBuilder

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def future_feature_names(builder: FeatureBuilder, panel: Panel) -> tuple[str, ...]:
    """(D) names of `WindowArrays.future_features`; none for a builder of plain windows."""
    if builder.plain:
        return ()
    return (*_calendar(builder, panel), "lead", *_lagged_targets(builder, panel), *_known(builder, panel))


def _calendar(builder: FeatureBuilder, panel: Panel) -> list[str]:
    clock = panel.clock
    names = list(calendar_names(clock, builder.calendar))
    if "day_of_week" in builder.calendar and (clock.step_seconds or DAY_SECONDS * 30) <= DAY_SECONDS:
        names += WEEKDAYS
    return names


def _lagged_targets(builder: FeatureBuilder, panel: Panel) -> list[str]:
    plan = builder.plan
    names = [f"{target}, seasonal reference" for target in panel.target_names]
    for lag in plan.lags:
        names += [f"{target}, {_back(lag.season * lag.times)}" for target in panel.target_names]
    if plan.reference:
        names += [f"{target}, level of the last season" for target in panel.target_names]
        names += [f"{target}, last value" for target in panel.target_names]
    return names


def _known(builder: FeatureBuilder, panel: Panel) -> list[str]:
    plan, known = builder.plan, panel.known_names
    if not known:
        return []
    backs = [_back(lag.season) for lag in plan.lags if lag.times == 1]
    names = [*known, *(f"{name}, {back}" for back in backs for name in known)]
    if plan.cycle > 1:
        for count in (max(plan.cycle // 8, 1), plan.cycle, 3 * plan.cycle):
            names += [f"{name}, mean of {count} steps" for name in known]
            if count == plan.cycle:
                names += [f"{name}, mean of {count} steps, {back}" for back in backs for name in known]
    return names


def _back(steps: int) -> str:
    return f"{steps} {'step' if steps == 1 else 'steps'} back"
