"""The leak audit of a forecaster: the split, its windows, and what the scalers were learnt from."""

from hiddenstate.data.audit.finding import Audit, Finding
from hiddenstate.data.audit.series import audit_series
from hiddenstate.data.panel import Panel
from hiddenstate.data.split import Split
from hiddenstate.tasks.forecast import ForecastTask
from hiddenstate.tasks.forecast_scalers import PanelScalers


def audit_forecast(panel: Panel, split: Split, task: ForecastTask) -> Audit:
    """Every check on a split and on the task that was fitted to it."""
    origins = {
        "training": task.origins(panel, split.train, training=True),
        "validation": task.origins(panel, split.validation),
        "test": task.origins(panel, split.test),
    }
    found = audit_series(panel, split, origins, lookback=task.lookback, horizon=task.settings.horizon)
    return Audit.of([_scalers(panel, split, task)], found, [_groups(panel)])


def _scalers(panel: Panel, split: Split, task: ForecastTask) -> Finding:
    """The scalers are learnt again from the training part and must come out the same, number for number."""
    again = PanelScalers.fit(panel, split.train, task.settings.scale)
    if again.to_dict() == task.builder.scalers.to_dict():
        return Finding(
            "transforms",
            "fine",
            "Mean and spread of every column were learnt from the training part alone (learnt again here, with the "
            "same numbers); the width of the intervals and the number of epochs from the validation part.",
        )
    return Finding(
        "transforms",
        "leak",
        "Mean and spread of the columns are not those of the training part: other rows were among those learnt from.",
        1,
    )


def _groups(panel: Panel) -> Finding:
    count = len(panel.series)
    return Finding(
        "groups",
        "fine",
        "One series, cut by time."
        if count == 1
        else f"Each of the {count} series stands in all parts, cut by time: the errors are those of series known "
        "before.",
    )
