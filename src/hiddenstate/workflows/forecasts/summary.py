"""The layers of a forecaster: shapes and parameters."""

from pathlib import Path

import torch
from torch import nn

from hiddenstate.models.forecast_windows import ForecastWindows
from hiddenstate.models.summary import Summary, summary
from hiddenstate.tasks.forecast import ForecastTask
from hiddenstate.workflows.forecasts.saved import open_forecaster


def summarise(folder: Path) -> Summary:
    """The table of a saved model; one network stands for all members."""
    saved = open_forecaster(folder)
    return summarise_task(saved.task, saved.models[0])


def summarise_task(task: ForecastTask, model: nn.Module) -> Summary:
    """Run the network on one window of zeros and list its layers."""
    sizes = task.sizes
    window = ForecastWindows(
        past_targets=torch.zeros(1, sizes.lookback, sizes.targets),
        past_features=torch.zeros(1, sizes.lookback, sizes.past_features),
        future_features=torch.zeros(1, sizes.horizon, sizes.future_features),
        reference=torch.zeros(1, sizes.horizon, sizes.targets),
        targets=torch.zeros(1, sizes.horizon, sizes.targets),
    )
    return summary(model, window)
