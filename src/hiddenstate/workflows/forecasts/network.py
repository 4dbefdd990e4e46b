"""A saved forecaster's networks with the way back to the user's units: what its program must equal."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hiddenstate.parity.backends import Network
from hiddenstate.parity.networks import run_network
from hiddenstate.parity.steps import Arrays
from hiddenstate.workflows.forecasts.saved import SavedForecaster


def network_of(saved: SavedForecaster) -> Network:
    """A function of windows in scaled units, as `ForecastTask.predict` goes on from there."""
    task = saved.task
    scalers = list(task.builder.scalers.by_name.values())

    def run(inputs: Arrays, path: Literal["loop", "auto"]) -> Arrays:
        outputs = [run_network(model, inputs, path)["quantiles"] for model in saved.models]
        ordered = np.stack([np.sort(output, axis=-1) for output in outputs])
        values: NDArray[np.float64] = np.asarray(ordered.mean(axis=0, dtype=np.float64))
        if len(scalers) == 1:
            by_column = np.moveaxis(values, 2, -1)  # (b, H, Q, C)
            values = np.moveaxis(scalers[0].targets.inverse(by_column), -1, 2)
            with np.errstate(over="ignore"):  # inputs of 10,000 spreads have no place among logarithms
                values = np.asarray(np.exp(values)) if task.builder.scalers.scale == "log" else values
            if task.calibration is not None:
                with np.errstate(invalid="ignore"):
                    values = task.calibration.apply(values)
        return {"quantiles": values}

    return run
