"""The toolkit at work on data that comes with it: nothing to fetch, nothing to configure."""

from pathlib import Path

from hiddenstate.choices import choose
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.samples import elecdemand
from hiddenstate.tasks.forecast_settings import ForecastSettings
from hiddenstate.workflows.forecasts.run_settings import RECIPES, ForecastRun
from hiddenstate.workflows.forecasts.train import train_forecaster
from hiddenstate.workflows.kind import Saving
from hiddenstate.workflows.outcome import Trained

DEMAND = ForecastRun(
    data=SeriesSettings(
        time="time",
        targets=("demand",),
        known=("temperature", "workday"),
        timezone="Australia/Melbourne",
        unit="GW",
    ),
    task=ForecastSettings(horizon=48, origin="00:00", scale="log", members=2),
    training=RECIPES["direct"],
)
"""Half-hourly demand of Victoria in 2014: at each midnight, the next 48 half-hours."""

DEMOS = {"demand": (elecdemand, DEMAND)}


def run_demo(what: str, out: Path, *, force: bool = False, quiet: bool = False) -> Trained:
    """Train on a bundled sample and save model and report to `out`. Raises `SettingsError` for an unknown demo."""
    sample, run = choose(DEMOS, what, "demo")
    return train_forecaster(sample(), run, Saving(out=out, force=force, quiet=quiet))
