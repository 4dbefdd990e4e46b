"""A saved forecaster on the latest rows: what comes next."""

from pathlib import Path

import polars as pl

from hiddenstate.data.assemble import load_panel
from hiddenstate.data.complete import refuse_missing
from hiddenstate.data.files import Source
from hiddenstate.data.windows import last_origins
from hiddenstate.workflows.forecasts.saved import open_forecaster
from hiddenstate.workflows.tables import forecast_table


def predict_forecast(folder: Path, source: Source) -> pl.DataFrame:
    """Quantiles of the steps that follow the last observed target of each series, in the user's units.

    Raises `InputError` where rows before the forecast or known columns of the horizon are missing.
    """
    saved = open_forecaster(folder)
    panel = load_panel(source, saved.run.data)
    origins = last_origins(panel, saved.task.lookback)
    refuse_missing(panel, origins, saved.task.lookback, saved.run.task.horizon)
    forecast = saved.task.predict(saved.models, panel, origins)
    return forecast_table(forecast)
