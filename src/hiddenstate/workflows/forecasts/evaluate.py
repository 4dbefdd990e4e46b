"""A saved forecaster on data that it has not seen."""

from pathlib import Path

from hiddenstate.data.assemble import load_panel
from hiddenstate.data.files import Source
from hiddenstate.data.split import Span
from hiddenstate.errors import InputError
from hiddenstate.workflows.forecasts.comparison import compare
from hiddenstate.workflows.forecasts.saved import open_forecaster
from hiddenstate.workflows.outcome import Outcome


def evaluate_forecaster(folder: Path, source: Source) -> Outcome:
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
    return comparison.outcome(saved.run.data.unit, repairs=tuple(panel.repairs.lines()))
