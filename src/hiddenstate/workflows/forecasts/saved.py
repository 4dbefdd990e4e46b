"""A forecaster as a bundle holds it, and out of the bundle again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from hiddenstate.bundle import Bundle, open_kind
from hiddenstate.data.panel import Panel
from hiddenstate.tasks.forecast import ForecastTask
from hiddenstate.workflows.forecasts.run_settings import ForecastRun, run_from
from hiddenstate.workflows.weights import load_members

KIND = "forecaster"


@dataclass(frozen=True)
class SavedForecaster:
    """An opened forecaster: everything that is needed to forecast a new file."""

    bundle: Bundle
    run: ForecastRun
    task: ForecastTask
    models: tuple[nn.Module, ...]

    def scale(self, panel: Panel) -> NDArray[np.float64]:
        """(series, c) the scale of MASE from training; NaN for a series that was not there."""
        scales = self.bundle.encoders["mase_scale"]
        missing = [float("nan")] * len(panel.target_names)
        return np.array([scales.get(series.name, missing) for series in panel.series], dtype=np.float64)


def encoders_of(task: ForecastTask, panel: Panel, scale: NDArray[np.float64]) -> dict[str, Any]:
    """What ``encoders.json`` holds."""
    scales = {series.name: row for series, row in zip(panel.series, scale, strict=True)}
    return {"task": task.to_dict(), "mase_scale": scales}


def open_forecaster(folder: Path) -> SavedForecaster:
    """Open a bundle and build its networks, in evaluation mode.

    Raises `BundleError` for a bundle of another kind, and for weights that do not fit its settings.
    """
    bundle = open_kind(folder, KIND)
    run = run_from(bundle.settings)
    task = ForecastTask.from_dict(bundle.encoders["task"], run.task, run.network)
    return SavedForecaster(bundle, run, task, load_members(bundle, task.build_model, run.task.members))
