"""A saved forecaster on data that it has not seen."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hiddenstate.data.assemble import load_panel
from hiddenstate.data.files import Source
from hiddenstate.data.split import Span
from hiddenstate.errors import InputError
from hiddenstate.workflows.comparison import Comparison, compare
from hiddenstate.workflows.saved import open_forecaster


@dataclass(frozen=True)
class Evaluation:
    """A comparison, and what had to be repaired in the file to make it."""

    comparison: Comparison
    repairs: tuple[str, ...]
    unit: str | None

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {**self.comparison.to_dict(), "repairs": list(self.repairs)}


def evaluate_forecaster(folder: Path, source: Source) -> Evaluation:
    """Forecast every window of `source` and measure it beside the baselines that need no training.

    Raises `InputError` where the file is too short for one window.
    """
    import numpy as np

    saved = open_forecaster(folder)
    panel = load_panel(source, saved.run.data)
    everything = Span(
        np.zeros(len(panel.series), dtype=np.int64), np.array([series.observed for series in panel.series])
    )
    origins = saved.task.origins(panel, everything)
    if not len(origins):
        raise InputError(
            f"{panel.source}: expected at least {saved.task.lookback + saved.run.task.horizon} rows without a long "
            f"gap, got {max(map(len, panel.series))}: a window takes {saved.task.lookback} steps of look-back and "
            f"{saved.run.task.horizon} of horizon. Put the rows before the period in front."
        )
    forecast = saved.task.predict(saved.models, panel, origins)
    comparison = compare(panel, origins, forecast, name=saved.run.label, scale=saved.scale(panel))
    return Evaluation(comparison, tuple(panel.repairs.lines()), saved.run.data.unit)
