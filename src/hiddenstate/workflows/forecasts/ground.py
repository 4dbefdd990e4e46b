"""A search of a forecaster's settings."""

from dataclasses import replace
from typing import Any, Self, final

from hiddenstate.choices import choose
from hiddenstate.data.assemble import load_panel, refuse_constant
from hiddenstate.data.files import Source
from hiddenstate.data.panel import Panel
from hiddenstate.data.split import Split, split_by_time
from hiddenstate.records import History
from hiddenstate.training import Watcher
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.forecasts.fit import fit_forecaster
from hiddenstate.workflows.forecasts.run_settings import ForecastRun, complete
from hiddenstate.workflows.tuning.ground import Ground

METRICS = ("loss",)


@final
class ForecastGround(Ground):
    """As `Ground`, for series."""

    metric = "loss"

    def __init__(self, run: ForecastRun, panel: Panel, split: Split) -> None:
        """Use `of`."""
        self.space = "forecast" if run.task.family == "direct" else "forecast over segments"
        self._panel, self._split = panel, split
        parts = {"training": split.train, "validation": split.validation}
        self.facts = {
            "file": panel.source,
            "rows": ", ".join(f"{len(span):,} steps of {name}" for name, span in parts.items()),
        }

    @classmethod
    def of(cls, source: Source, values: dict[str, Any], metric: str | None) -> Self:
        """Read and cut the series. Raises `SettingsError` for an unknown metric."""
        choose(dict.fromkeys(METRICS), metric or "loss", "metric of this task")
        run = complete(values)
        panel = load_panel(source, run.data)
        refuse_constant(panel)
        return cls(run, panel, split_by_time(panel, run.split))

    def run(self, values: dict[str, Any]) -> ForecastRun:
        """As `Ground.run`."""
        return complete(values)

    def digest(self) -> str:
        """As `Ground.digest`."""
        return self._panel.digest()

    def fit(self, run: ForecastRun, watcher: Watcher) -> History:
        """As `Ground.fit`."""
        single = replace(run, task=replace(run.task, members=1), split=replace(run.split, refit=False))
        return fit_forecaster(self._panel, self._split, single, Fitting(watcher)).history
